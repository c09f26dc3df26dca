#include <windows.h>

#include "common/core_dump.h"

namespace plotmeter {
namespace {

// Of werapi.h, which does not compile with mingw-w64 10.
constexpr DWORD kNoHeap = 1;
constexpr DWORD kNoUi = 0x20;
using SetFlags = HRESULT(WINAPI*)(DWORD);

}  // namespace

// No box that waits for somebody, and Windows Error Reporting leaves out the heap, where keys are.
void LeaveNoCoreDump() {
  SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX | SEM_NOOPENFILEERRORBOX);
  const auto set = reinterpret_cast<SetFlags>(
      reinterpret_cast<void*>(GetProcAddress(GetModuleHandleW(L"kernel32.dll"), "WerSetFlags")));
  if (set != nullptr) set(kNoHeap | kNoUi);
}

}  // namespace plotmeter
