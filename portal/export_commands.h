// The commands that hand out rows, a table for main.cpp: export usage, export jobs, …, and
// schedule add, list and remove.

#pragma once

#include <vector>

#include "common/settings.h"

namespace plotmeter {

std::vector<Command> ExportCommands();

}  // namespace plotmeter
