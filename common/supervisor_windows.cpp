// The service manager of Windows knows "runs" and "stops", and no words; it watches whether the
// process lives, not its loop.

#include "common/supervisor.h"
#include "common/windows_service.h"

namespace plotmeter {

Supervisor::Supervisor(const Clock& clock, const std::string&,
                       std::optional<std::chrono::microseconds>)
    : clock_(clock) {}

Supervisor Supervisor::FromEnvironment(const Clock& clock) { return Supervisor(clock); }

void Supervisor::Ready(std::string_view) { TellServiceManager(ServiceStep::kRunning); }

void Supervisor::Status(std::string_view) {}

void Supervisor::Stopping() { TellServiceManager(ServiceStep::kStopping); }

void Supervisor::Alive() {}

}  // namespace plotmeter
