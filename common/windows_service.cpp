#include "common/windows_service.h"

#include <windows.h>
// after it
#include <atomic>
#include <exception>
#include <mutex>
#include <stdexcept>

#include "common/system.h"

namespace plotmeter {
namespace {

// How long one step may take: opening a spool, handing over what is under way.
constexpr DWORD kStepWithin = 30'000;  // ms

// The service manager calls back without a word of ours, so there is one life of a service in a
// process.
class Life {
 public:
  void Begin(const std::wstring& name, LPHANDLER_FUNCTION_EX on_control) {
    handle_ = RegisterServiceCtrlHandlerExW(name.c_str(), on_control, nullptr);
    Say(SERVICE_START_PENDING);
  }

  void Say(DWORD state, DWORD exit_code = 0) {
    const std::lock_guard lock(mutex_);
    if (handle_ == nullptr || state_ == SERVICE_STOPPED) return;
    if (state == SERVICE_RUNNING && state_ == SERVICE_STOP_PENDING) return;  // too late
    const bool pending = state == SERVICE_START_PENDING || state == SERVICE_STOP_PENDING;
    state_ = state;
    SERVICE_STATUS status{};
    status.dwServiceType = SERVICE_WIN32_OWN_PROCESS;
    status.dwCurrentState = state;
    status.dwControlsAccepted =
        state == SERVICE_RUNNING ? SERVICE_ACCEPT_STOP | SERVICE_ACCEPT_PRESHUTDOWN : 0;
    status.dwWin32ExitCode = exit_code == 0 ? NO_ERROR : ERROR_SERVICE_SPECIFIC_ERROR;
    status.dwServiceSpecificExitCode = exit_code;
    status.dwCheckPoint = pending ? ++check_point_ : 0;
    status.dwWaitHint = pending ? kStepWithin : 0;
    SetServiceStatus(handle_, &status);
  }

  void SetStop(std::stop_source* source) {
    const std::lock_guard lock(stop_mutex_);
    stop_ = source;
    if (is_asked_ && source != nullptr) source->request_stop();
  }

  void AskToStop() {
    Say(SERVICE_STOP_PENDING);
    const std::lock_guard lock(stop_mutex_);
    is_asked_ = true;
    if (stop_ != nullptr) stop_->request_stop();
  }

 private:
  std::mutex mutex_;  // guards the next three
  SERVICE_STATUS_HANDLE handle_ = nullptr;
  DWORD state_ = SERVICE_START_PENDING;
  DWORD check_point_ = 0;
  std::mutex stop_mutex_;  // guards the rest
  std::stop_source* stop_ = nullptr;
  bool is_asked_ = false;
};

Life& TheLife() {
  static Life life;
  return life;
}

struct Start {
  const std::wstring& name;
  const std::function<int()>& program;
  int code = 1;
  std::exception_ptr thrown = {};
};
std::atomic<Start*> the_start{nullptr};
std::atomic<bool> is_service{false};

DWORD WINAPI OnControl(DWORD control, DWORD, void*, void*) {
  switch (control) {
    case SERVICE_CONTROL_STOP:
    case SERVICE_CONTROL_PRESHUTDOWN:
      TheLife().AskToStop();
      return NO_ERROR;
    case SERVICE_CONTROL_INTERROGATE:
      return NO_ERROR;
    default:
      return ERROR_CALL_NOT_IMPLEMENTED;
  }
}

void WINAPI ServiceMain(DWORD, wchar_t**) {
  Start& start = *the_start;
  is_service = true;
  TheLife().Begin(start.name, &OnControl);
  try {
    start.code = start.program();
  } catch (...) {  // thrown again by RunUnderServiceManager
    start.thrown = std::current_exception();
  }
  TheLife().Say(SERVICE_STOPPED, static_cast<DWORD>(start.code));
}

}  // namespace

int RunUnderServiceManager(const std::wstring& name, const std::function<int()>& program) {
  Start start{.name = name, .program = program};
  the_start = &start;
  std::wstring table_name = name;
  const SERVICE_TABLE_ENTRYW table[] = {{table_name.data(), &ServiceMain}, {nullptr, nullptr}};
  if (StartServiceCtrlDispatcherW(table) == 0) {
    const DWORD error = GetLastError();
    if (error == ERROR_FAILED_SERVICE_CONTROLLER_CONNECT) return program();  // started by hand
    throw std::runtime_error("the service manager does not take this process: " +
                             ErrorText(static_cast<int>(error)));
  }
  if (start.thrown) std::rethrow_exception(start.thrown);
  return start.code;
}

bool IsService() { return is_service; }

void TellServiceManager(ServiceStep step) {
  if (is_service)
    TheLife().Say(step == ServiceStep::kRunning ? SERVICE_RUNNING : SERVICE_STOP_PENDING);
}

void SetServiceStop(std::stop_source* source) { TheLife().SetStop(source); }

}  // namespace plotmeter
