#include "tests/quarter/stand_ins.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "common/json.h"

namespace plotmeter {
namespace {

Keyring NewKeys() {
  const std::string folder = FreshPath() + ".data";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return Keyring::Create(folder);
}

JobRecord RecordOf(const simulator::Job& job) {
  using simulator::JobState;
  JobRecord record{.job = job.plan.uuid, .type = "print"};
  switch (job.state) {
    case JobState::kCompleted:
      record.status = "printed";
      break;
    case JobState::kPrinting:
      record.status = "printing";
      break;
    case JobState::kCancelled:
    case JobState::kDeleted:
      record.status = job.ran ? "printed" : "cancelled";
      break;
    case JobState::kHeld:
      record.status = "held";
      break;
    case JobState::kWaiting:
      record.status = "pending";
      break;
  }
  if (job.finished && job.ran) {
    record.area = Quantity{*Decimal::Parse(simulator::SixDecimals(job.area)), "?"};
    record.printed_pages = job.printed_pages;
  }
  return record;
}

}  // namespace

Told QuarterChannel::Tell(const PrinterAddress& address, bool in_full) {
  QuarterPrinter& one = *std::ranges::find_if(
      printers_, [&](const QuarterPrinter& p) { return p.host == address.host; });
  Told told{.seen = Seen::kAnswered, .at = clocks_.Now()};
  ++one.polls;
  told.at += milliseconds(one.polls * 7919 % 900);  // as printers do, never after the same time
  one.polled.push_back(clocks_.truth);
  if (one.mood == QuarterPrinter::Mood::kDead) told.seen = Seen::kUnreachable;
  if (one.mood == QuarterPrinter::Mood::kAsleep) told.seen = Seen::kAsleep;
  if (one.mad_every > 0 && one.polls % one.mad_every == 0) told.seen = Seen::kUnreadable;
  if (told.seen != Seen::kAnswered) return told;

  const simulator::SimulatedPrinter& printer = *one.printer;
  told.answers.identity = {.manufacturer = "HP",
                           .serial = printer.serial(),
                           .product = printer.model().product,
                           .model = printer.model().name,
                           .firmware = printer.model().firmware};
  told.answers.state = "idle";
  told.answers.tells_jobs = true;
  told.answers.alerts.emplace();
  if (one.alert) {
    one.shows_new_alert |= std::exchange(one.told_alerts, one.alerts) != one.alerts;
    told.answers.alerts->push_back({.key = "alert " + std::to_string(one.alerts),
                                    .severity = Severity::kCritical,
                                    .code = "jam"});
  }
  for (const simulator::Job& job : printer.jobs()) {  // the others are as they were
    if (job.vanished || job.modification <= one.told_modification) continue;
    told.answers.jobs.push_back(RecordOf(job));
  }
  one.told_modification = printer.modification();
  if (!in_full) return told;
  one.read.push_back(clocks_.truth);
  const Json truth = printer.Truth(printer.now(), printer.now());
  for (const Json& meter : truth.at("meters")) {
    if (meter.at("channel") != "piws" || meter.at("serial") != printer.serial()) continue;
    MeterValue value{.meter = meter.at("meter").get<std::string>(),
                     .value = {*Decimal::Parse(meter.at("closing").get<std::string>()),
                               meter.at("unit").get<std::string>()}};
    if (meter.at("colorant").is_string()) value.colorant = meter.at("colorant").get<std::string>();
    readings[printer.serial() + " " + value.meter + " " + value.colorant.value_or("") + " " +
             FormatInstant(told.at)] = value.value.value.text();
    told.answers.meters.push_back(std::move(value));
  }
  return told;
}

QuarterPortal::QuarterPortal(const Clocks& clocks)
    : clock_(clocks), clocks_(clocks), keys_(NewKeys()), identity_{.signing = keys_.signing()} {
  identity_.thumbprint = keys_.thumbprint();
  identity_.decryption = [this](const std::string& kid) { return keys_.Decryption(kid); };
  Open();
  tenant_ = AddTenant(*store_, "north");
}

void QuarterPortal::Open() {
  store_ = std::make_unique<SqliteStore>(path_);
  ingest_ = std::make_unique<Ingest>(*store_, *store_, identity_, clock_);
  heartbeats_ = std::make_unique<Heartbeats>(*store_, *store_, keys_, clock_);
}

std::string QuarterPortal::Enrol(const std::string& jwk, const std::string& thumbprint) {
  return AddCollector(*store_, tenant_, thumbprint, jwk);
}

void QuarterPortal::BackUp() {
  ingest_.reset();
  heartbeats_.reset();
  store_.reset();  // the file is whole now
  std::filesystem::copy_file(path_, path_ + ".data",
                             std::filesystem::copy_options::overwrite_existing);
  Open();
}

void QuarterPortal::Restore() {
  ingest_.reset();
  heartbeats_.reset();
  store_.reset();
  std::filesystem::copy_file(path_ + ".data", path_,
                             std::filesystem::copy_options::overwrite_existing);
  Open();
}

PortalAnswer QuarterPortal::Answer(int status, const std::string& type,
                                   const std::string& body) const {
  return {.seen = PortalSeen::kAnswered, .status = status, .content_type = type, .body = body};
}

PortalAnswer QuarterPortal::Get(const std::string&) {
  return Answer(200, "application/jose", keys_.Document(clock_.Now()));
}

PortalAnswer QuarterPortal::Post(const std::string& path, const std::string&,
                                 const std::string& body) {
  asked.push_back(clocks_.truth);
  if (mood == Mood::kUnreachable) return {.seen = PortalSeen::kUnreachable, .detail = "down"};
  if (mood == Mood::kNonsense) return Answer(200, "text/html", "<html>please sign in</html>");
  if (mood == Mood::kBusy) {
    PortalAnswer busy = Answer(503, "application/problem+json", "{}");
    busy.retry_after = std::chrono::minutes(10);
    return busy;
  }
  const auto refuse = [&](int status, const std::string& note) {
    return Answer(status, "application/problem+json", JsonText({{"signed", note}}));
  };
  if (path == "/api/v1/heartbeats") {
    const auto result = heartbeats_->Hear(body);
    if (const auto* refused = std::get_if<HeartbeatRefused>(&result)) {
      return refuse(refused->status, refused->signed_note);
    }
    heartbeats.push_back(clocks_.truth);
    return Answer(200, "application/jose", std::get<HeartbeatHeard>(result).jws);
  }
  const IngestResult result = ingest_->Take(body);
  if (const auto* refused = std::get_if<Refused>(&result)) {
    return refuse(refused->status, refused->signed_note);
  }
  repeated += std::get<Accepted>(result).repeated ? 1 : 0;
  return Answer(200, "application/jose", std::get<Accepted>(result).receipt);
}

}  // namespace plotmeter
