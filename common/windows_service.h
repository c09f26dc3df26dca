// Windows only: this process as a service, when the service manager started it.
//
//    return RunUnderServiceManager(L"PlotmeterCollector", [&] { return RunProgram(…); });
//
// What is said to the service manager: "start pending" until TellServiceManager(kRunning), "stop
// pending" from the moment it asks us to stop (or the program says kStopping), and "stopped" with
// the program's exit code when that has returned: 0, or ERROR_SERVICE_SPECIFIC_ERROR and the code.
// A pending state has a check point that grows with each step that was really taken, and a time
// within which the next is to be expected.

#pragma once

#include <functional>
#include <stop_token>
#include <string>

namespace plotmeter {

// Calls `program` and returns its exit code: in the service manager's thread if it started this
// process, else right here, in the console. Throws std::runtime_error when the service manager
// cannot be spoken to, and what `program` throws.
int RunUnderServiceManager(const std::wstring& name, const std::function<int()>& program);

// Whether the service manager started this process.
bool IsService();

enum class ServiceStep { kRunning, kStopping };

// Silent when it did not.
void TellServiceManager(ServiceStep step);

// Asked to stop when the service manager says so: stop, or the shutdown of the machine
// (preshutdown, before other services go). A null pointer: nobody listens any more. `source` must
// outlive that.
void SetServiceStop(std::stop_source* source);

}  // namespace plotmeter
