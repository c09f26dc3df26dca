// The portal's half of a day that tests/end_to_end/alerts.py scripts: the real store, rules,
// couriers, mail and webhooks, and a clock that is moved from outside. A line in, a line of JSON
// out; it may be killed at any moment, and started again on the same database.
//
//    alerts_day DATABASE SMTP_PORT CA_FILE 2026-11-10T08:00:00Z [new HOOK_URL]
//    at 2026-11-10T09:00:00Z     say CN1 14     alarm CN1 lid     clear CN1 lid     beat 2 1 1
//    read CN1 412     job CN1 3 2026-11-10T09:00:00Z     its meter of pages, a job that ended then
//    decide 12                   so much was used in each gap, says a person
//    fleet 10000                 so many printers, each with four supplies, in one batch
//    look                        books are made, what is due is judged, what is due is delivered
//    send                        what is due is sent, and nothing is noted: before the power goes
//    export /srv/erp NAME        a monthly export of that name is delivered, and mailed

#include <fmt/format.h>

#include <cstdio>
#include <iostream>
#include <map>
#include <sstream>

#include "common/json.h"
#include "portal/alerts/courier.h"
#include "portal/alerts/export_mail.h"
#include "portal/alerts/ledger_findings.h"
#include "portal/alerts/watch.h"
#include "portal/ledger/bookkeeping.h"
#include "tests/fakes/fake_clock.h"
#include "tests/portal/store/fleet.h"
#include "tests/portal/store/parcel.h"

namespace plotmeter {
namespace {

class Day {
 public:
  Day(char** argv, bool is_new)
      : clock_(At(argv[4])),
        store_((is_new ? (SqliteStore::Create(argv[1]), argv[1]) : argv[1])),
        mailer_({.host = "127.0.0.1",
                 .port = std::atoi(argv[2]),
                 .ca_file = argv[3],
                 .from = "portal@example.org"}),
        fetch_({.ca_file = argv[3], .post = true}),
        keeper_(store_, store_, store_),
        watch_(store_, store_, store_, clock_,
               {.findings =
                    [this](const ResellerId& reseller, const std::string& printer) {
                      return FindingsOf(store_, reseller, printer, clock_.Now());
                    }}),
        carry_mail_(MailsBy(mailer_, "https://portal.example.org", Plain)),
        carry_hooks_(WebhooksBy(fetch_, clock_, Plain)),
        mails_(store_, store_, clock_, "email", carry_mail_),
        hooks_(store_, store_, clock_, "webhook", carry_hooks_) {
    if (is_new) Begin(argv[6]);
    tenant_.reseller = store_.Resellers().at(0).id;
    collector_ = store_.Collectors(tenant_.reseller).at(0).id;
  }

  Json Do(const std::string& line) {
    std::istringstream words(line);
    std::string verb, serial, value;
    words >> verb >> serial >> value;
    if (verb == "at") {
      clock_.Advance(At(serial) - clock_.Now());
    } else if (verb == "say") {
      Parcel parcel(collector_, NextSequence(), serial, clock_.Now());
      parcel.reading.supplies.push_back({.supply = "slot-0",
                                         .kind = "ink-cartridge",
                                         .colorant = "magenta",
                                         .percent = Decimal::Parse(value)});
      Put(parcel);
    } else if (verb == "alarm" || verb == "clear") {
      Parcel parcel(collector_, NextSequence(), serial, clock_.Now());
      const Instant since = alarms_.emplace(value, clock_.Now()).first->second;
      parcel.Alarm(value);
      parcel.record.alerts.back().since = since;
      if (verb == "clear") parcel.record.alerts.back().cleared_at = clock_.Now();
      Put(parcel);
    } else if (verb == "fleet") {
      Fleet(std::stoul(serial));
    } else if (verb == "beat") {
      std::int64_t asleep = 0;
      words >> asleep;
      Beat(std::stoll(serial), std::stoll(value), asleep);
    } else if (verb == "read") {
      Parcel parcel(collector_, NextSequence(), serial, clock_.Now());
      parcel.reading.meters = {
          {.meter = "impressions", .value = {*Decimal::Parse(value), "impressions"}}};
      Put(parcel);
    } else if (verb == "job") {
      Parcel parcel(collector_, NextSequence(), serial, clock_.Now());
      std::string ended;
      words >> ended;
      parcel.Job("job of " + ended);
      parcel.jobs.back().seen_at = At(ended);
      parcel.jobs.back().started = At(ended) - std::chrono::minutes(5);
      parcel.jobs.back().finished = At(ended);
      parcel.jobs.back().clock_offset_ms = 0;
      parcel.jobs.back().printed_pages = std::stoll(value);
      Put(parcel);
    } else if (verb == "decide") {
      Decide(serial);
    } else if (verb == "look") {
      keeper_.Tick([] { return true; });
      watch_.Tick();
      while (mails_.Tick() > 0) {
      }
      while (hooks_.Tick() > 0) {
      }
    } else if (verb == "send") {
      keeper_.Tick([] { return true; });
      watch_.Tick();
      for (const auto& [kind, carry] :
           {std::pair("email", &carry_mail_), std::pair("webhook", &carry_hooks_)}) {
        (*carry)(store_.DueDeliveries(tenant_.reseller, kind, clock_.Now(), 16));
      }
    } else if (verb == "export") {
      MailedFolder([this](const Mail& mail) { return mailer_.Send(mail); }, clock_)
          .Deliver({.id = "sch_DAY00000",
                    .what = "usage",
                    .format = "csv",
                    .folder = serial,
                    .mail = "books@north.example"},
                   value);
    } else {
      throw std::runtime_error("what is '" + line + "'?");
    }
    Json open = Json::array();
    for (const auto& row : store_.ListIncidents(tenant_.reseller, {.open = true}, {}, 100).rows) {
      open.push_back(row.kind);
    }
    return {{"open", open}, {"now", FormatInstant(clock_.Now())}};
  }

 private:
  // Nothing is sealed here.
  static std::optional<Secret> Plain(const std::string& sealed, const std::string&) {
    return Secret(sealed);
  }

  void Begin(const char* hook) {
    tenant_ = AddTenant(store_, "north");
    AddCollector(store_, tenant_, "thumb");
    const Recipient mail{.kind = "email", .name = "x", .address = "ops@north.example"};
    Recipient post{.kind = "webhook", .name = "x", .address = hook};
    post.secret = "whs_day";
    for (const Recipient& one : {mail, post}) {
      store_.AddRecipient(tenant_.reseller, one, kPortalItself, clock_.Now());
    }
  }

  // Rising, after a start too.
  std::int64_t NextSequence() { return ++sequence_ + ToMillis(clock_.Now()) / 1000 * 100; }

  void Put(Parcel& parcel) {
    parcel.record.previous = "";
    store_.StoreBatch(tenant_.reseller, parcel.record, [](const auto&) { return "receipt"; });
  }

  // Every gap, with so much.
  void Decide(const std::string& used) {
    const Span ever{.from = Instant{}, .to = At("9999-12-31T00:00:00Z")};
    for (const NamedGap& named : store_.MeterGaps(tenant_.reseller, {}, true, ever, {}, 100).rows) {
      const GapDecision decision{.gap = named.gap.id,
                                 .meter = named.gap.meter,
                                 .used = used,
                                 .reason = "seen on the panel",
                                 .who = "usr_DAY00000",
                                 .at = clock_.Now()};
      store_.Decide(tenant_.reseller, decision, kPortalItself);
    }
  }

  void Fleet(std::size_t count) {
    Parcel parcel(collector_, NextSequence(), "F0", clock_.Now());
    for (const char* slot : {"slot-0", "slot-1", "slot-2", "slot-3"}) {
      parcel.reading.supplies.push_back({.supply = slot, .percent = Decimal::Parse("60")});
    }
    parcel.Meter("ink.used", "433");
    for (std::size_t i = 1; i < count; ++i) {
      parcel.record.printers.push_back({.manufacturer = "HP", .serial = "F" + std::to_string(i)});
      parcel.record.readings.push_back({i, &parcel.reading});
    }
    Put(parcel);
  }

  void Beat(std::int64_t known, std::int64_t answering, std::int64_t asleep) {
    HeartbeatNote note{.collector = collector_, .received_at = clock_.Now(), .at = clock_.Now()};
    note.known = known;
    note.answering = answering;
    note.asleep = asleep;
    for (int i = 0; i < 2; ++i) {
      const auto taken = store_.TakeHeartbeat(
          tenant_.reseller, note, nonce_, fmt::format("{} {}", ToMillis(clock_.Now()), ++nonces_));
      nonce_ = taken.nonce;
      if (taken.heard) return;
    }
    throw std::runtime_error("the heartbeat was not heard");
  }

  FakeClock clock_;
  SqliteStore store_;
  Mailer mailer_;
  Fetch fetch_;
  Bookkeeper keeper_;
  Watch watch_;
  Carry carry_mail_, carry_hooks_;
  Courier mails_, hooks_;
  Tenant tenant_;
  std::string collector_, nonce_;
  int nonces_ = 0;
  std::int64_t sequence_ = 0;
  std::map<std::string, Instant> alarms_;
};

int Run(int argc, char** argv) {
  const bool is_new = argc == 7 && std::string(argv[5]) == "new";
  if (argc != 5 && !is_new) return 2;
  Day day(argv, is_new);
  fmt::print("{{\"ready\":true}}\n");
  std::fflush(stdout);
  for (std::string line; std::getline(std::cin, line);) {
    Json answer;
    try {
      answer = day.Do(line);
    } catch (const std::exception& error) {
      answer = {{"error", error.what()}};
    }
    fmt::print("{}\n", JsonText(answer));
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace
}  // namespace plotmeter

int main(int argc, char** argv) { return plotmeter::Run(argc, argv); }
