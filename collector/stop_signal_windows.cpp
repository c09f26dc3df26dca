#include <windows.h>
// after it
#include <atomic>

#include "collector/stop_signal.h"
#include "common/windows_service.h"

namespace plotmeter {
namespace {

// A handler of the console is told nothing of ours, so the signal it belongs to lies here. It runs
// in a thread that the system makes.
std::atomic<std::stop_source*> the_source{nullptr};

BOOL WINAPI OnConsole(DWORD) {
  std::stop_source* const source = the_source;
  if (source == nullptr) return FALSE;
  source->request_stop();
  return TRUE;
}

}  // namespace

struct StopSignal::Watch {};

StopSignal::StopSignal() {
  the_source = &source_;
  SetServiceStop(&source_);
  SetConsoleCtrlHandler(&OnConsole, TRUE);
}

StopSignal::~StopSignal() {
  SetServiceStop(nullptr);
  SetConsoleCtrlHandler(&OnConsole, FALSE);
  the_source = nullptr;
}

}  // namespace plotmeter
