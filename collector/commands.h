// The commands of plotmeter-collector, for main.

#pragma once

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

}  // namespace plotmeter
