// enrol and run.

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <iostream>
#include <memory>
#include <stop_token>

#include "collector/collector_settings.h"
#include "collector/commands.h"
#include "collector/enrol/enrol.h"
#include "collector/key_lock.h"
#include "collector/service.h"
#include "collector/service_run.h"
#include "collector/stop_signal.h"
#include "common/log_settings.h"
#include "common/path.h"
#include "common/stoppable_wait.h"
#include "common/supervisor.h"
#include "common/system.h"
#include "common/version.h"

namespace plotmeter {
namespace {

EnrolSpool SpoolFor(Spool& spool) {
  return {.retire =
              [&](const Identity& before, const PrivateKey& old) {
                return spool.Retire(
                    {.portal = before.portal, .collector = before.collector, .key = &old});
              },
          .reinstate = [&](const PrivateKey& old) { spool.Reinstate(old.public_key()); },
          .move = [&] { spool.NewStream("enrolled as another collector"); }};
}

int EnrolCollector(const Arguments& arguments) {
  std::string url = arguments.Text("portal");
  while (url.ends_with('/')) url.pop_back();
  std::string ca_file = arguments.Text("ca");
  PortalClient portal(PortalClientSettingsOf(arguments, url, ca_file));
  if (!ca_file.empty()) ca_file = PathText(std::filesystem::absolute(PathOf(ca_file)));
  const SystemClock clock;
  const std::string directory = StateDirectory(arguments);
  const KeyLock lock(directory);
  std::optional<Spool> spool;
  if (std::filesystem::exists(PathOf(directory + "/spool.db"))) {
    SpoolSettings settings = SpoolSettingsOf(arguments);
    settings.make = false;
    spool.emplace(settings, clock);
  }
  const Identity identity = Enrol(portal, {.directory = directory,
                                           .portal_url = url,
                                           .ca_file = ca_file,
                                           .code = Secret(arguments.Text("code")),
                                           .name = arguments.Text("name"),
                                           .version = kVersion,
                                           .system = SystemName(),
                                           .at = clock.Now(),
                                           .spool = spool ? SpoolFor(*spool) : EnrolSpool{}});
  fmt::print("enrolled as {} for {} at {}\n", identity.collector,
             identity.site.empty() ? "its site" : identity.site, url);
  return 0;
}

int RunOnce(Service& service) {
  const auto fail = [](const std::string& why) {
    std::cerr << "plotmeter-collector run: " << why << "\n";
    return 1;
  };
  RoundReport report;
  const auto once = [&] {
    report = service.Round(true);
    service.Send();
  };
  try {
    service.FindPrinters();
    once();
  } catch (const SqliteError& error) {
    if (!error.is_damage()) throw;
    if (!service.Rescue(error.what())) return fail(service.trouble());
    service.FindPrinters();
    once();
  }
  const Waiting waiting = service.waiting();
  fmt::print("{} of {} printers answered; {} readings, {} jobs and {} batches wait\n",
             report.answered, report.printers, waiting.readings, waiting.jobs, waiting.batches);
  std::cout.flush();
  if (!service.trouble().empty()) return fail(service.trouble());
  if (report.printers == 0) return fail("no printer is known; try plotmeter-collector discover");
  if (report.answered == 0) return fail("no printer answered; plotmeter-collector status says why");
  return 0;
}

// Until the disk is looked at again; whoever watches over us hears that we live.
void WaitForDisk(const std::stop_token& stop, Supervisor& supervisor) {
  StoppableWait wait(stop);
  for (int i = 0; i < 2; ++i) {
    supervisor.Alive();
    if (!wait.For(std::chrono::seconds(5))) return;
  }
}

int RunCollector(const Arguments& arguments) {
  const StopSignal signal;  // before anything that starts threads
  StartLog(arguments, OwnLogFile(StateDirectory(arguments)));
  const SystemClock clock;
  Supervisor supervisor = Supervisor::FromEnvironment(clock);
  if (arguments.Switch("once")) {
    return RunOnce(*Service::Start(arguments, clock, signal.token()));
  }
  const std::unique_ptr<Service> made =
      Service::StartPatiently(arguments, clock, signal.token(), [&](const std::string& trouble) {
        supervisor.Ready(trouble);
        WaitForDisk(signal.token(), supervisor);
      });
  if (made == nullptr) return 0;
  Service& service = *made;
  service.set_pulse([&] {
    supervisor.Status(service.summary());
    supervisor.Alive();
  });
  supervisor.Ready(service.summary());
  service.RunUntilStopped();
  supervisor.Stopping();
  return 0;
}

}  // namespace

Command EnrolCommand() {
  return {.name = "enrol",
          .summary = "Makes this collector known to a portal, with the code its reseller gave.",
          .more =
              "The same command may be given again until it succeeds: the code is not lost.\n"
              "With a new code of the same site, what was enrolled before is enrolled again, and "
              "keeps what it read.\n"
              "  plotmeter-collector enrol --portal https://portal.example --code PM1-...",
          .settings = Joined(
              {{{.name = "portal",
                 .value = "URL",
                 .help = "address of the portal, https://...",
                 .why = "Needed once, to enrol; it is remembered with what enrolment brought.",
                 .example = "https://portal.example",
                 .required = true},
                {.name = "code",
                 .value = "CODE",
                 .help = "enrolment code, PM1-...",
                 .why = "Works once. Better typed than kept here.",
                 .example = "PM1-...",
                 .required = true,
                 .secret = true},
                {.name = "name",
                 .value = "NAME",
                 .fallback = "collector",
                 .help = "what the portal shows for this collector",
                 .why = "Something that tells its place to whoever looks at several."}},
               PortalSettings(),
               StateSettings()}),
          .run = EnrolCollector,
          .check = [](const Arguments& arguments) {
            PortalClient::Check(PortalClientSettingsOf(arguments, arguments.Text("portal"), ""));
            SpoolSettingsOf(arguments);
          }};
}

Command RunCommand() {
  return {.name = "run",
          .summary = "Reads the known printers and sends what they say, until it is stopped.",
          .more =
              "With --once: one round now, then everything that waits is sent; ends with 1 if "
              "something is left.\n"
              "Beside that it looks for printers again, weekly or as --rediscover says, in the "
              "places given\nhere or in [profile.NAME] tables of the configuration file, else in "
              "those of the last discover.\n"
              "  plotmeter-collector run\n"
              "  plotmeter-collector run --once --range 192.168.1.0/24",
          .settings = Joined({{{.name = "once", .help = "one round, then end", .flag_only = true},
                               {.name = "interval",
                                .value = "T",
                                .fallback = "3h",
                                .help = "time from reading to reading",
                                .why = "Eight readings a day: the last before midnight, where a "
                                       "billing period may end, is never older than three hours."},
                               {.name = "job-interval",
                                .value = "T",
                                .fallback = "10m",
                                .help = "time from looking for jobs and alerts to the next",
                                .why = "Printers forget finished jobs, some after a few minutes; "
                                       "most answer this with one small packet."},
                               {.name = "heartbeat",
                                .value = "T",
                                .fallback = "5m",
                                .help = "time from telling the portal that we live to the next",
                                .why = "A few hundred bytes. Without them a silent collector is "
                                       "noticed later."},
                               {.name = "remote",
                                .value = "SCOPE",
                                .fallback = "none",
                                .help = "what the portal may change: none, schedule (when and how "
                                        "fast) or all (also where to look)",
                                .why = "Whoever owns the network decides. What was changed is in "
                                       "the log and in status; privacy, proxy and credentials "
                                       "can never be changed from outside."}},
                              StateSettings(),
                              PortalSettings(),
                              RangeSettings(),
                              {RediscoverSetting()},
                              ChannelSettings(),
                              LogSettings()}),
          .run = RunCollector,
          .check = [](const Arguments& arguments) {
            for (const char* name : {"interval", "job-interval", "heartbeat"})
              IntervalOf(arguments, name);
            ParseRemoteScope(arguments.Text("remote"));
            SearchProfilesOf(arguments);
            CheckWays(arguments);
            SpoolSettingsOf(arguments);
            CheckPortalSettings(arguments);
            CheckLogSettings(arguments);
          }};
}

}  // namespace plotmeter
