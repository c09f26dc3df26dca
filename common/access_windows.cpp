#include "common/access_windows.h"

#include <aclapi.h>
#include <fmt/format.h>
#include <sddl.h>

#include <array>
#include <cstddef>
#include <stdexcept>
#include <vector>

#include "common/private_file.h"
#include "common/system.h"
#include "common/windows_text.h"

namespace plotmeter {
namespace {

template <typename Freed>
using Local = std::unique_ptr<Freed, decltype(&LocalFree)>;

// Of this process: TOKEN_USER, TOKEN_ELEVATION.
std::vector<std::byte> TokenInformation(TOKEN_INFORMATION_CLASS what) {
  HANDLE token = nullptr;
  if (OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token) == 0) return {};
  const std::unique_ptr<void, decltype(&CloseHandle)> closed(token, &CloseHandle);
  DWORD size = 0;
  GetTokenInformation(token, what, nullptr, 0, &size);
  std::vector<std::byte> information(size);
  if (GetTokenInformation(token, what, information.data(), size, &size) == 0) return {};
  return information;
}

std::vector<std::byte> Me() { return TokenInformation(TokenUser); }

PSID SidOf(const std::vector<std::byte>& user) {
  return user.empty() ? nullptr : reinterpret_cast<const TOKEN_USER*>(user.data())->User.Sid;
}

bool IsElevated() {
  const std::vector<std::byte> elevation = TokenInformation(TokenElevation);
  return !elevation.empty() &&
         reinterpret_cast<const TOKEN_ELEVATION*>(elevation.data())->TokenIsElevated != 0;
}

bool IsAdministrative(PSID sid) {
  return IsWellKnownSid(sid, WinLocalSystemSid) != 0 ||
         IsWellKnownSid(sid, WinBuiltinAdministratorsSid) != 0;
}

bool IsTrusted(PSID sid, const std::vector<std::byte>& me) {
  return IsAdministrative(sid) || (SidOf(me) != nullptr && EqualSid(sid, SidOf(me)) != 0);
}

std::string NameOf(PSID sid) {
  std::array<wchar_t, 256> name{};
  std::array<wchar_t, 256> domain{};
  DWORD name_size = name.size();
  DWORD domain_size = domain.size();
  SID_NAME_USE use = SidTypeUnknown;
  if (LookupAccountSidW(nullptr, sid, name.data(), &name_size, domain.data(), &domain_size, &use) ==
      0) {
    return "somebody unknown";
  }
  return Utf8({name.data(), name_size});
}

// Who owns a file and what its access list says; valid while `freed` lives.
struct Security {
  Local<void> freed{nullptr, &LocalFree};
  PSID owner = nullptr;
  PACL list = nullptr;
  DWORD error = NO_ERROR;
};

Security SecurityOf(const std::string& path) {
  Security security;
  PSECURITY_DESCRIPTOR descriptor = nullptr;
  security.error = GetNamedSecurityInfoW(
      Wide(path).c_str(), SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION,
      &security.owner, nullptr, &security.list, nullptr, &descriptor);
  security.freed.reset(descriptor);
  return security;
}

}  // namespace

PrivateAccess::PrivateAccess() {
  std::wstring list = L"D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)";
  const std::vector<std::byte> me = Me();
  wchar_t* sid = nullptr;
  if (!IsElevated() && SidOf(me) != nullptr && ConvertSidToStringSidW(SidOf(me), &sid) != 0) {
    const Local<wchar_t> freed(sid, &LocalFree);
    list += L"(A;OICI;FA;;;" + std::wstring(sid) + L")";
  }
  PSECURITY_DESCRIPTOR made = nullptr;
  if (ConvertStringSecurityDescriptorToSecurityDescriptorW(list.c_str(), SDDL_REVISION_1, &made,
                                                           nullptr) == 0) {
    throw std::runtime_error("cannot say who may open our files: " +
                             ErrorText(static_cast<int>(GetLastError())));
  }
  descriptor_.reset(made);
  attributes_.lpSecurityDescriptor = made;
}

std::string StrangeOwnerOf(const std::string& path) {
  const Security security = SecurityOf(path);
  if (security.error != NO_ERROR) {
    throw std::runtime_error(fmt::format("cannot look whose {} is: {}", path,
                                         ErrorText(static_cast<int>(security.error))));
  }
  return IsTrusted(security.owner, Me()) ? std::string() : NameOf(security.owner);
}

std::string ExposureOf(const std::string& path) {
  const Security security = SecurityOf(path);
  if (security.error != NO_ERROR) return {};
  if (security.list == nullptr) return "everybody may open it";
  const std::vector<std::byte> me = Me();
  for (WORD i = 0; i < security.list->AceCount; ++i) {
    void* entry = nullptr;
    if (GetAce(security.list, i, &entry) == 0) continue;
    const auto* allowed = static_cast<const ACCESS_ALLOWED_ACE*>(entry);
    if (allowed->Header.AceType != ACCESS_ALLOWED_ACE_TYPE) continue;
    constexpr DWORD kOpens =
        FILE_READ_DATA | FILE_WRITE_DATA | GENERIC_READ | GENERIC_WRITE | GENERIC_ALL;
    const PSID sid = const_cast<DWORD*>(&allowed->SidStart);
    if ((allowed->Mask & kOpens) == 0 || IsTrusted(sid, me) || EqualSid(sid, security.owner) != 0 ||
        IsWellKnownSid(sid, WinCreatorOwnerSid) != 0) {
      continue;
    }
    return NameOf(sid) + " may open it";
  }
  return {};
}

}  // namespace plotmeter
