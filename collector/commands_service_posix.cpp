#include "collector/commands.h"

namespace plotmeter {

std::vector<Command> ServiceCommands() { return {}; }

}  // namespace plotmeter
