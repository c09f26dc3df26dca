#include "tests/crash/long_silence.h"

#include <fmt/format.h>

#include <filesystem>
#include <functional>

#include "collector/spool/soundness.h"
#include "collector/upload/uploader.h"
#include "tests/collector/spool/spool_fixture.h"
#include "tests/crash/local_portal.h"
#include "tests/portal/ledger/sealed_world.h"

namespace plotmeter::crash {
namespace {

using std::chrono::milliseconds;

const Instant kBegin = *ParseInstant("2026-06-01T00:00:00Z");
constexpr const char* kColorants[] = {"cyan",        "magenta", "yellow", "matte-black", "gray",
                                      "photo-black", "red",     "green",  "blue"};

milliseconds Took(const std::function<void()>& act) {
  const auto begun = std::chrono::steady_clock::now();
  act();
  return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begun);
}

// As a large-format printer with nine inks shows itself over its web server, and over SNMP: as long
// as the answers of the simulated printers are on average, 3.4 and 2.0 kB.
Reading FullReading(int printer, int turn, Instant at, ChannelKind channel) {
  Reading reading{.printer = Plotter(printer), .at = at, .channel = channel};
  const bool is_web = channel == ChannelKind::kPiws;
  for (const char* colorant : kColorants) {
    if (is_web) {
      reading.meters.push_back({.meter = "ink.used",
                                .colorant = colorant,
                                .value = {Decimal::FromInteger(printer * 1000 + turn), "cc"},
                                .source = "InkSystem/InkUsed"});
    }
    Supply supply{.supply = fmt::format("ink {}", colorant),
                  .kind = "ink",
                  .colorant = colorant,
                  .level = Quantity{Decimal::FromInteger(turn % 300), "ml"},
                  .capacity = Quantity{Decimal::FromInteger(300), "ml"},
                  .state = "ok"};
    if (is_web) {
      supply.part_number = "C9457A";
      supply.serial = fmt::format("{:08}", printer);
    }
    reading.supplies.push_back(std::move(supply));
  }
  for (const char* meter : {"area.printed", "length.printed", "jobs.printed", "pages.printed"}) {
    reading.meters.push_back({.meter = meter,
                              .value = {Decimal::FromInteger(printer * 7 + turn), "m2"},
                              .source = "Usage"});
  }
  reading.state = "idle";
  return reading;
}

constexpr std::int64_t kMetersOfBoth = 9 + 4 + 4;

JobRecord FullJob(int number, Instant at) {
  JobRecord job = JobOf(fmt::format("32222D2B-191C-402A-944C-{:012}", number), "printed", "0.21");
  job.seen_at = at;
  job.finished = at;
  job.area = Quantity{*Decimal::Parse("1.352000"), "?"};
  job.length = Quantity{*Decimal::Parse("2.105000"), "?"};
  job.media = "HPCoatedPaper";
  job.printed_pages = 1;
  return job;
}

}  // namespace

SilenceReport LiveThrough(const Silence& silence) {
  SilenceReport report;
  const std::string directory = FreshDirectory("long_silence");
  FakeClock clock(kBegin);
  report.fill = Took([&] {
    Spool spool({.directory = directory}, clock);
    int turn = 0;
    for (int day = 0; day < silence.days; ++day) {
      for (int i = 0; i < silence.readings_a_day; ++i, ++turn) {
        clock.Advance(std::chrono::hours(24) / silence.readings_a_day);
        for (int printer = 0; printer < silence.printers; ++printer) {
          if (printer % 64 == 0) spool.SyncLater();
          for (const ChannelKind channel : {ChannelKind::kPiws, ChannelKind::kSnmp}) {
            spool.Keep(FullReading(printer, turn, clock.Now() + milliseconds(printer), channel));
            ++report.readings;
          }
          if (i < silence.jobs_a_day) {
            for (int j = i; j < silence.jobs_a_day; j += silence.readings_a_day) {
              spool.Keep(Plotter(printer), FullJob(day * silence.jobs_a_day + j, clock.Now()));
              ++report.jobs;
            }
          }
          if (printer % 64 == 63 || printer + 1 == silence.printers) spool.Sync();
        }
      }
    }
    report.bytes = spool.used_bytes();
  });
  report.read = report.readings / 2 * kMetersOfBoth;
  const std::string path = directory + "/spool.db";
  report.look = Took([&] {
    if (LookAtSpool(path).is != SpoolSeen::Is::kSound) report.wrong = "it is not sound";
  });
  report.open = report.look + Took([&] { Spool({.directory = directory}, clock).CountWaiting(); });
  report.check = Took([&] {
    Database db(path, Database::Mode::kReadOnly);
    const std::string wrong = CheckWhole(db);
    if (!wrong.empty()) report.wrong = wrong;
  });
  if (silence.filled) silence.filled(report);
  if (silence.drain) {
    SealedWorld world;
    world.clock.now = clock.Now();
    report.drained = Took([&] {
      Spool spool({.directory = directory}, clock);
      LocalPortal portal(world.ingest);
      Uploader uploader(spool, portal, clock, [] { return 0.5; },
                        {.portal = world.portal.thumbprint,
                         .collector = world.north.id,
                         .keys = {.version = 1,
                                  .signing = world.portal.signing.public_key(),
                                  .encryption = {world.encryption.public_key()},
                                  .issued_at = kBegin},
                         .key = world.north.key});
      for (std::int64_t sent = 0;; ++sent) {
        if (silence.sent && sent % 100 == 0) silence.sent(sent);
        const UploadStep step = uploader.Step();
        if (step.did == UploadStep::Did::kNothing) break;
        if (step.did != UploadStep::Did::kSent) {
          report.wrong = step.trouble;
          break;
        }
      }
    });
    Database db(world.path, Database::Mode::kReadOnly);
    Statement q = db.Prepare(
        "SELECT (SELECT count(*) FROM meter_reading), (SELECT count(*) FROM job),"
        " (SELECT count(*) FROM printer)");
    q.Step();
    report.stored = q.Int(0);
    report.stored_jobs = q.Int(1);
    Statement pages = db.Prepare("PRAGMA page_count");
    Statement page = db.Prepare("PRAGMA page_size");
    pages.Step();
    page.Step();
    report.portal_bytes = pages.Int(0) * page.Int(0);
    if (report.stored != report.read || report.stored_jobs != report.jobs ||
        q.Int(2) != silence.printers) {
      report.wrong = fmt::format("{} values, {} jobs and {} printers are stored of {}, {} and {}",
                                 report.stored, report.stored_jobs, q.Int(2), report.read,
                                 report.jobs, silence.printers);
    }
  }
  std::filesystem::remove_all(directory);
  return report;
}

double AppendsASecond(int readings) {
  const std::string directory = FreshDirectory("appends");
  FakeClock clock(kBegin);
  milliseconds took{0};
  {
    Spool spool({.directory = directory}, clock);
    took = Took([&] {
      for (int i = 0; i < readings; ++i) {
        spool.Keep(FullReading(i % 50, i, kBegin + std::chrono::seconds(i), ChannelKind::kPiws));
      }
    });
  }
  std::filesystem::remove_all(directory);
  return readings * 1000.0 / static_cast<double>(std::max<std::int64_t>(took.count(), 1));
}

}  // namespace plotmeter::crash
