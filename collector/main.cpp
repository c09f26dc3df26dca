// plotmeter-collector: finds printers, reads them, and sends what it read to its portal.

#include "collector/at_rest.h"
#include "collector/collector_settings.h"
#include "collector/commands.h"
#include "collector/service_run.h"
#include "common/core_dump.h"
#include "common/private_file.h"
#include "common/system.h"

int main(int argc, char** argv) {
  using namespace plotmeter;
  LeaveNoCoreDump();
  ShareMemoryBetweenThreads();
  TakeMemoryInLargePages();
  KeepNewFilesPrivate();  // what was read is nobody else's business: SQLite's own files, too
  CommandLine line(argc, argv);
  Program program{
      .name = "plotmeter-collector",
      .summary = "Reads large-format printers and sends their meters to a Plotmeter portal.",
      .more =
          "It listens on nothing. Try it without a portal first:\n"
          "  plotmeter-collector discover --range 192.168.1.0/24\n"
          "  plotmeter-collector read 192.168.1.20\n"
          "then:\n"
          "  plotmeter-collector enrol --portal https://portal.example --code PM1-...\n"
          "  plotmeter-collector run",
      .commands = {DiscoverCommand(), ReadCommand(), EnrolCommand(), RunCommand(), PreviewCommand(),
                   OutboxCommand(), ExportBatchesCommand(), ImportReceiptsCommand(),
                   RotateKeyCommand(), StatusCommand(), DoctorCommand(), DiagnoseCommand()},
      .groups = {{"service", "The service of Windows that runs this collector."}},
      .tables = {ProfileTable()},
      .file_intro =
          "Settings of plotmeter-collector, for --config: try them with `run --check`. A "
          "flag wins over a variable (PLOTMETER_PORT), that over this file. What begins "
          "with # is not set; what is written there is the default, or an example where "
          "there is none."};
  for (Command& command : ServiceCommands()) program.commands.push_back(std::move(command));
  return RunAsStarted(line, [&] { return RunProgram(program, line.argc(), line.argv()); });
}
