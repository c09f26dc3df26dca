#include "collector/service_run.h"

namespace plotmeter {

int RunAsStarted(const CommandLine&, const std::function<int()>& program) { return program(); }

std::string OwnLogFile(const std::string&) { return {}; }

}  // namespace plotmeter
