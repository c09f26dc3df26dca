// service install, remove, start, stop.

#include <windows.h>
// after it
#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <type_traits>

#include "collector/collector_settings.h"
#include "collector/commands.h"
#include "collector/service_name_windows.h"
#include "common/event_log.h"
#include "common/path.h"
#include "common/system.h"
#include "common/windows_text.h"

namespace plotmeter {
namespace {

using ServiceHandle =
    std::unique_ptr<std::remove_pointer_t<SC_HANDLE>, decltype(&CloseServiceHandle)>;

std::runtime_error Failure(const char* doing) {
  const DWORD error = GetLastError();
  return std::runtime_error(
      fmt::format("{}: {}{}", doing, ErrorText(static_cast<int>(error)),
                  error == ERROR_ACCESS_DENIED ? "; call it as an administrator" : ""));
}

ServiceHandle OpenManager(DWORD access) {
  ServiceHandle manager(OpenSCManagerW(nullptr, nullptr, access), &CloseServiceHandle);
  if (!manager) throw Failure("the service manager cannot be opened");
  return manager;
}

ServiceHandle OpenOurs(const ServiceHandle& manager, DWORD access) {
  ServiceHandle service(OpenServiceW(manager.get(), kServiceName, access), &CloseServiceHandle);
  if (!service) throw Failure("the service cannot be opened");
  return service;
}

std::filesystem::path OwnFile() {
  std::wstring path(32768, L'\0');  // the longest there can be
  path.resize(GetModuleFileNameW(nullptr, path.data(), static_cast<DWORD>(path.size())));
  return path;
}

std::wstring Quoted(const std::filesystem::path& path) { return L"\"" + path.native() + L"\""; }

// A refinement of a service that is there: one that this Windows does not know is said, and no
// reason to have no service.
void Refine(const ServiceHandle& service, DWORD level, void* wish, const char* what) {
  if (ChangeServiceConfig2W(service.get(), level, wish) != 0) return;
  std::cerr << fmt::format("plotmeter-collector service install: not set: {} ({})\n", what,
                           ErrorText(static_cast<int>(GetLastError())));
}

void RefineAll(const ServiceHandle& service) {
  std::wstring words = L"Reads large-format printers and sends their meters to a Plotmeter portal.";
  SERVICE_DESCRIPTIONW description{words.data()};
  Refine(service, SERVICE_CONFIG_DESCRIPTION, &description, "its description");
  SERVICE_DELAYED_AUTO_START_INFO delayed{TRUE};
  Refine(service, SERVICE_CONFIG_DELAYED_AUTO_START_INFO, &delayed, "the delayed start");
  std::array<SC_ACTION, 3> actions = {{{SC_ACTION_RESTART, 60'000},  // ms
                                       {SC_ACTION_RESTART, 60'000},
                                       {SC_ACTION_RESTART, 300'000}}};
  SERVICE_FAILURE_ACTIONSW failure{.dwResetPeriod = 86'400,  // seconds
                                   .lpRebootMsg = nullptr,
                                   .lpCommand = nullptr,
                                   .cActions = actions.size(),
                                   .lpsaActions = actions.data()};
  Refine(service, SERVICE_CONFIG_FAILURE_ACTIONS, &failure, "the restart after a failure");
  SERVICE_FAILURE_ACTIONS_FLAG also_codes{TRUE};  // an exit code other than 0 is a failure, too
  Refine(service, SERVICE_CONFIG_FAILURE_ACTIONS_FLAG, &also_codes,
         "the restart after an exit code");
  SERVICE_PRESHUTDOWN_INFO preshutdown{30'000};  // ms
  Refine(service, SERVICE_CONFIG_PRESHUTDOWN_INFO, &preshutdown, "the time to end at a shutdown");
}

int Install(const Arguments& arguments) {
  const std::filesystem::path exe = OwnFile();
  std::wstring command = Quoted(exe) + L" run";
  if (!arguments.file.empty())
    command += L" --config " + Quoted(std::filesystem::absolute(PathOf(arguments.file)));
  if (arguments.Has("state"))
    command += L" --state " + Quoted(std::filesystem::absolute(PathOf(arguments.Text("state"))));
  const ServiceHandle manager = OpenManager(SC_MANAGER_CREATE_SERVICE);
  const ServiceHandle service(
      CreateServiceW(manager.get(), kServiceName, kServiceTitle,
                     SERVICE_CHANGE_CONFIG | SERVICE_START | DELETE, SERVICE_WIN32_OWN_PROCESS,
                     SERVICE_AUTO_START, SERVICE_ERROR_NORMAL, command.c_str(), nullptr, nullptr,
                     nullptr, nullptr, nullptr),
      &CloseServiceHandle);
  if (!service) throw Failure("the service cannot be made");
  try {
    InstallEventSource(kEventSource, exe.native());
  } catch (...) {
    DeleteService(service.get());  // all of it or nothing
    throw;
  }
  RefineAll(service);
  fmt::print("the service {} is installed; start it with plotmeter-collector service start\n",
             Utf8(kServiceName));
  return 0;
}

SERVICE_STATUS_PROCESS StatusOf(const ServiceHandle& service) {
  SERVICE_STATUS_PROCESS status{};
  DWORD size = 0;
  if (QueryServiceStatusEx(service.get(), SC_STATUS_PROCESS_INFO, reinterpret_cast<BYTE*>(&status),
                           sizeof status, &size) == 0) {
    throw Failure("the service does not say how it is");
  }
  return status;
}

// Waits while it is in `passing`, at most a minute.
SERVICE_STATUS_PROCESS WaitWhile(const ServiceHandle& service, DWORD passing) {
  constexpr int kTries = 600;
  constexpr DWORD kPause = 100;  // ms
  SERVICE_STATUS_PROCESS status = StatusOf(service);
  for (int tried = 0; status.dwCurrentState == passing && tried < kTries; ++tried) {
    Sleep(kPause);
    status = StatusOf(service);
  }
  return status;
}

int Start(const Arguments&) {
  const ServiceHandle manager = OpenManager(SC_MANAGER_CONNECT);
  const ServiceHandle service = OpenOurs(manager, SERVICE_START | SERVICE_QUERY_STATUS);
  if (StartServiceW(service.get(), 0, nullptr) == 0 &&
      GetLastError() != ERROR_SERVICE_ALREADY_RUNNING) {
    throw Failure("the service does not start");
  }
  const SERVICE_STATUS_PROCESS status = WaitWhile(service, SERVICE_START_PENDING);
  if (status.dwCurrentState == SERVICE_RUNNING) {
    fmt::print("the service runs\n");
    return 0;
  }
  throw std::runtime_error(
      fmt::format("the service does not run: it ended with code {}; the Event Viewer (Windows "
                  "logs, Application) says why",
                  status.dwServiceSpecificExitCode != 0 ? status.dwServiceSpecificExitCode
                                                        : status.dwWin32ExitCode));
}

void StopOurs(const ServiceHandle& service) {
  SERVICE_STATUS status{};
  if (ControlService(service.get(), SERVICE_CONTROL_STOP, &status) == 0 &&
      GetLastError() != ERROR_SERVICE_NOT_ACTIVE) {
    throw Failure("the service does not stop");
  }
  if (WaitWhile(service, SERVICE_STOP_PENDING).dwCurrentState != SERVICE_STOPPED)
    throw std::runtime_error("the service was told to stop and has not stopped within a minute");
}

int Stop(const Arguments&) {
  const ServiceHandle manager = OpenManager(SC_MANAGER_CONNECT);
  StopOurs(OpenOurs(manager, SERVICE_STOP | SERVICE_QUERY_STATUS));
  fmt::print("the service has stopped\n");
  return 0;
}

int Remove(const Arguments&) {
  const ServiceHandle manager = OpenManager(SC_MANAGER_CONNECT);
  const ServiceHandle service = OpenOurs(manager, SERVICE_STOP | SERVICE_QUERY_STATUS | DELETE);
  StopOurs(service);
  if (DeleteService(service.get()) == 0) throw Failure("the service cannot be removed");
  RemoveEventSource(kEventSource);
  fmt::print("the service is removed; what it kept is still there\n");
  return 0;
}

}  // namespace

std::vector<Command> ServiceCommands() {
  return {
      {.name = "service install",
       .summary = "Makes the collector a service of Windows that starts with the machine.",
       .more = "As an administrator. The service starts some two minutes after Windows, is started "
               "again when it fails,\nand runs with the settings given here:\n"
               "  plotmeter-collector service install --config "
               "C:\\ProgramData\\Plotmeter\\collector.toml",
       .settings = {StateSettings().front()},
       .run = Install},
      {.name = "service remove",
       .summary = "Stops the service and removes it. Keys, spool and settings stay.",
       .run = Remove},
      {.name = "service start", .summary = "Starts the service.", .run = Start},
      {.name = "service stop",
       .summary = "Stops the service until Windows starts again, or somebody starts it.",
       .run = Stop}};
}

}  // namespace plotmeter
