// preview, outbox and status: what leaves, what left, and how it goes.

#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "collector/collector_settings.h"
#include "collector/commands.h"
#include "collector/enrol/identity.h"
#include "collector/status_book.h"

namespace plotmeter {
namespace {

Json OrNull(const std::string& text) { return text.empty() ? Json() : Json(text); }
Json OrNull(const std::optional<Instant>& at) { return at ? Json(FormatInstant(*at)) : Json(); }

// P and N of M = S LF P LF N.
BatchText TextOf(const std::string& message) {
  const std::size_t first = message.find('\n');
  const std::size_t second = message.find('\n', first + 1);
  return {.payload = message.substr(first + 1, second - first - 1),
          .names = message.substr(second + 1)};
}

std::optional<BatchText> CutNow(Spool& spool, const std::string& directory, BatchSigner signer) {
  const std::optional<PrivateKey> key = LoadKey(directory);
  if (!key || signer.collector.empty()) {
    throw std::runtime_error("not enrolled, so there is nobody to cut a batch for");
  }
  signer.key = &*key;
  std::optional<CutBatch> batch = spool.Cut(signer);
  if (!batch) batch = spool.Next();  // cut before, and not in the portal yet: that goes next
  if (!batch) return {};
  return TextOf(batch->message);
}

// Whoever only looks makes nothing: not as another user in the service's place, nor at a mistyped
// path.
SpoolSettings SpoolToLookAt(const Arguments& arguments) {
  SpoolSettings settings = SpoolSettingsOf(arguments);
  settings.make = false;
  return settings;
}

int Preview(const Arguments& arguments) {
  const SystemClock clock;
  const std::string directory = StateDirectory(arguments);
  const std::optional<Identity> identity = LoadIdentity(directory);
  Spool spool(SpoolToLookAt(arguments), clock);
  BatchSigner signer;
  if (identity) signer = {.portal = identity->portal, .collector = identity->collector};
  const std::optional<BatchText> text =
      arguments.Switch("cut") ? CutNow(spool, directory, signer) : spool.Preview(signer);
  const std::string hash = text ? Base64Url(Sha256(text->payload)) : "";
  if (arguments.Switch("json")) {
    std::cout << JsonText({{"payload", text ? text->payload : ""},
                           {"names", text ? text->names : ""},
                           {"sha256", hash},
                           {"cut", arguments.Switch("cut")}})
              << "\n";
  } else if (text) {
    std::cout << text->payload << "\n"
              << text->names << "\n"
              << "SHA-256 of the first line: " << hash << "\n";
  } else {
    std::cout << "nothing waits\n";
  }
  return 0;
}

Json ToJson(const OutboxEntry& entry) {
  return {{"batch", entry.batch.batch},
          {"stream", entry.batch.stream},
          {"sequence", entry.batch.sequence},
          {"sha256", entry.batch.sha256},
          {"created_at", FormatInstant(entry.batch.created_at)},
          {"items", entry.batch.items},
          {"tries", entry.batch.tries},
          {"state", ToText(entry.state)},
          {"sent_at", OrNull(entry.sent_at)},
          {"receipted_at", OrNull(entry.receipted_at)},
          {"receipt", OrNull(entry.receipt)},
          {"reason", OrNull(entry.reason)}};
}

std::size_t Newest(const Arguments& arguments) {
  return static_cast<std::size_t>(arguments.Number("newest", 1, 1'000'000));
}

int Outbox(const Arguments& arguments) {
  const SystemClock clock;
  Spool spool(SpoolToLookAt(arguments), clock);
  std::vector<OutboxEntry> entries = spool.Outbox(Newest(arguments));
  std::ranges::reverse(entries);
  if (arguments.Switch("json")) {
    Json list = Json::array();
    for (const OutboxEntry& entry : entries) list.push_back(ToJson(entry));
    std::cout << JsonText({{"batches", std::move(list)}}) << "\n";
    return 0;
  }
  if (entries.empty()) fmt::print("nothing was sent yet, and nothing is cut\n");
  for (const OutboxEntry& entry : entries) {
    fmt::print("{:>6}  {:<9}  {}  {}  {} items{}{}\n", entry.batch.sequence, ToText(entry.state),
               FormatInstant(entry.batch.created_at), entry.batch.sha256, entry.batch.items,
               entry.receipted_at ? ", receipt of " + FormatInstant(*entry.receipted_at) : "",
               entry.reason.empty() ? "" : ", " + entry.reason);
  }
  return 0;
}

// What the portal changed here, if it may and did.
void PrintRemote(const Json& remote) {
  if (!remote.is_object() || !remote.value("outcome", Json()).is_string()) return;
  const Json& reason = remote.at("reason");
  fmt::print("settings from the portal, version {}: {}{}\n",
             remote.at("version").get<std::int64_t>(), remote.at("outcome").get<std::string>(),
             reason.is_string() ? ", " + reason.get<std::string>() : "");
  for (const auto& setting : remote.at("settings").items()) {
    fmt::print("  {} = {}\n", setting.key(),
               fmt::join(setting.value().get<std::vector<std::string>>(), ", "));
  }
}

int Status(const Arguments& arguments) {
  const SystemClock clock;
  const std::string directory = StateDirectory(arguments);
  const std::optional<Identity> identity = LoadIdentity(directory);
  Spool spool(SpoolToLookAt(arguments), clock);
  const Waiting waiting = spool.CountWaiting();
  Json json = StatusBook(directory).ToJson(clock.Now());
  json.erase("written_at");
  json["version"] = 1;
  json["portal"] = identity ? Json(identity->portal_url) : Json();
  json["collector"] = identity ? Json(identity->collector) : Json();
  json["site"] = identity ? Json(identity->site) : Json();
  json["stream"] = spool.stream();
  json["waiting_readings"] = waiting.readings;
  json["waiting_jobs"] = waiting.jobs;
  json["waiting_alerts"] = waiting.alerts;
  json["waiting_events"] = waiting.events;
  json["waiting_batches"] = waiting.batches;
  json["set_aside"] = waiting.aside;
  if (arguments.Switch("json")) {
    std::cout << JsonText(json) << "\n";
    return 0;
  }
  const auto text = [](const Json& value) {
    return value.is_string() ? value.get<std::string>() : std::string("never");
  };
  if (identity) {
    fmt::print("enrolled as {} at {}\n", identity->collector, identity->portal_url);
  } else {
    fmt::print("not enrolled\n");
  }
  fmt::print("waiting: {} readings, {} jobs, {} alerts, {} events, {} batches; set aside: {}\n",
             waiting.readings, waiting.jobs, waiting.alerts, waiting.events, waiting.batches,
             waiting.aside);
  fmt::print("last receipt: {}\n", text(json["last_receipt_at"]));
  fmt::print("last heartbeat: {}\n", text(json["last_heartbeat_at"]));
  if (json["newer_version"].is_string()) {
    fmt::print("there is a newer version: {}\n", text(json["newer_version"]));
  }
  PrintRemote(json["remote"]);
  if (json["trouble"].is_string()) fmt::print("trouble: {}\n", text(json["trouble"]));
  for (const Json& printer : json["printers"]) {
    fmt::print("{:<22} {:<12} last answered {}{}\n", text(printer["address"]),
               printer["serial"].is_string() ? text(printer["serial"]) : "",
               text(printer["last_success"]),
               printer["last_error"].is_string() ? ": " + text(printer["last_error"])
               : printer["asleep"] == true       ? ", asleep"
                                                 : "");
    for (const Json& remark : printer["remarks"]) fmt::print("  remark: {}\n", text(remark));
  }
  return 0;
}

}  // namespace

Command PreviewCommand() {
  return {.name = "preview",
          .summary = "Shows the exact bytes that the next batch would contain now.",
          .more =
              "First line: what is signed and kept. Second line: job names, which may be "
              "forgotten alone. Then the SHA-256 of the first line,\nwhich the portal's "
              "receipt names. With --cut the batch is made and waits to be sent.",
          .settings =
              Joined({{{.name = "cut", .help = "make the batch", .flag_only = true}, JsonSwitch()},
                      StateSettings()}),
          .run = Preview,
          .check = [](const Arguments& arguments) { SpoolSettingsOf(arguments); }};
}

Command OutboxCommand() {
  return {
      .name = "outbox",
      .summary = "Lists what was sent, when, its SHA-256 and the portal's receipt.",
      .settings = Joined(
          {{{.name = "newest", .value = "N", .fallback = "1000", .help = "show so many at most"},
            JsonSwitch()},
           StateSettings()}),
      .run = Outbox,
      .check = [](const Arguments& arguments) { Newest(arguments); }};
}

Command StatusCommand() {
  return {.name = "status",
          .summary = "Says what the collector is doing, what waits, what failed and why.",
          .settings = Joined({{JsonSwitch()}, StateSettings()}),
          .run = Status};
}

}  // namespace plotmeter
