// The commands of plotmeter-collector, for main.

#pragma once

#include <vector>

#include "common/settings.h"

namespace plotmeter {

Command DiscoverCommand();
Command ReadCommand();
Command EnrolCommand();
Command RunCommand();
Command PreviewCommand();
Command OutboxCommand();
Command ExportBatchesCommand();
Command ImportReceiptsCommand();
Command RotateKeyCommand();
Command StatusCommand();
Command DoctorCommand();
Command DiagnoseCommand();

// service install, remove, start and stop on Windows; none elsewhere, where packages bring a unit.
std::vector<Command> ServiceCommands();

}  // namespace plotmeter
