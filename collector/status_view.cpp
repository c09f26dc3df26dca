#include "collector/status_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "collector/doctor.h"
#include "common/jose.h"
#include "common/semantic_version.h"

namespace plotmeter {
namespace {

// The portal's signing key of now, as far as it is known here.
std::string SigningKeyOf(const Identity& identity) {
  return identity.keys.signing ? Thumbprint(*identity.keys.signing) : identity.portal;
}

constexpr std::chrono::days kMishapShown{35};

std::string Text(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

Json OrNull(const std::string& text) { return text.empty() ? Json() : Json(text); }

bool SaysAsleep(const std::string& words) { return words.find("it sleeps") != words.npos; }

constexpr std::array<std::string_view, 3> kChannels = {"snmp: ", "piws: ", "ledm: "};

bool IsOfAChannel(std::string_view words) {
  return std::ranges::any_of(kChannels, [&](std::string_view c) { return words.starts_with(c); });
}

// "snmp: no answer; piws: it takes no connection" as a sentence for each channel.
std::vector<std::string> ChannelsApart(std::string_view words) {
  std::vector<std::string> parts;
  for (std::size_t from = 0; from < words.size();) {
    std::size_t end = from;
    do {
      end = words.find("; ", end + 1);
    } while (end != words.npos && !IsOfAChannel(words.substr(end + 2)));
    parts.emplace_back(words.substr(from, end == words.npos ? words.npos : end - from));
    from = end == words.npos ? words.size() : end + 2;
  }
  return parts;
}

// The printer does not have that channel, which is no fault of one that answers over another.
bool SaysAbsent(std::string_view words) {
  return IsOfAChannel(words) &&
         (words.find(": it takes no connection") != words.npos ||
          words.find(": no PIWS") != words.npos || words.find(": no LEDM") != words.npos);
}

std::string Indented(const std::vector<std::string>& sentences) {
  std::string text;
  for (const std::string& sentence : sentences) {
    text += fmt::format("           {}\n", sentence);
  }
  return text;
}

// Of a row of the book.
std::string_view StateOf(const Json& printer) {
  const std::string error = Text(printer, "last_error");
  if (printer.value("asleep", false)) return "asleep";
  if (error.empty()) {
    const auto remarks = printer.find("remarks");
    const bool asleep =
        remarks != printer.end() && std::ranges::any_of(*remarks, [](const Json& remark) {
          return remark.is_string() && SaysAsleep(remark.get<std::string>());
        });
    if (asleep) return "asleep";
    return Text(printer, "last_success").empty() ? "new" : "well";
  }
  if (SaysAsleep(error)) return "asleep";
  return IsOfAChannel(error) ? "silent" : "trouble";
}

std::string WhenOr(const Json& object, const char* name, Instant now, const char* otherwise) {
  const auto at = ParseInstant(Text(object, name));
  return at ? WhenText(*at, now) : otherwise;
}

std::string Count(const Json& status, const char* name, const char* one, const char* many) {
  const auto number = status.value(name, std::int64_t{0});
  return fmt::format("{} {}", number, number == 1 ? one : many);
}

std::string ServiceLine(const Json& status, Instant now) {
  const std::string last = WhenOr(status, "written_at", now, "");
  if (status.at("service").is_number()) {
    return fmt::format(
        "A service runs (process {}){}\n", status.at("service").get<int>(),
        last.empty() ? "; its first round is not over." : "; it wrote this " + last + ".");
  }
  if (last.empty()) return "No service runs here, and none has: plotmeter-collector run.\n";
  return fmt::format("No service runs here. This is how it was {}.\n", last);
}

// What the portal proposed, and what became of it (remote_settings.h).
std::string RemoteLines(const Json& status) {
  const Json remote = status.value("remote", Json());
  if (!remote.is_object() || Text(remote, "outcome").empty()) return {};
  const std::string reason = Text(remote, "reason");
  const auto version = remote.find("version");
  std::string text =
      fmt::format("Settings from the portal, version {}: {}{}.\n",
                  version != remote.end() && version->is_number() ? version->dump() : "unknown",
                  Text(remote, "outcome"), reason.empty() ? "" : ", " + reason);
  const Json settings = remote.value("settings", Json::object());
  for (const auto& [name, values] : settings.items()) {
    if (!values.is_array()) continue;
    std::vector<std::string> texts;
    for (const Json& value : values) {
      if (value.is_string()) texts.push_back(value.get<std::string>());
    }
    text += fmt::format("  {} = {}\n", name, fmt::join(texts, ", "));
  }
  return text;
}

std::string SendingLines(const Json& status, Instant now) {
  std::string text;
  const std::string collector = Text(status, "collector");
  if (collector.empty()) {
    text +=
        "Not enrolled: what is read waits here. Ask the reseller for a code, then "
        "plotmeter-collector enrol.\n";
  } else {
    const std::string site = Text(status, "site");
    text += fmt::format("Enrolled as {}{} at {}.\n", collector, site.empty() ? "" : " for " + site,
                        Text(status, "portal"));
  }
  const std::string receipt = WhenOr(status, "last_receipt_at", now, "");
  const std::string trouble = Text(status, "trouble");
  if (!trouble.empty() && !collector.empty()) {
    const auto next = ParseInstant(Text(status, "next_try_at"));
    text += fmt::format("Sending waits: {}.{} plotmeter-collector doctor says more.\n", trouble,
                        !next          ? ""
                        : *next <= now ? " It is tried again now."
                                       : fmt::format(" Next try {}.", WhenText(*next, now)));
  }
  text += receipt.empty() ? "Nothing was sent yet.\n"
                          : fmt::format("The portal's last receipt came {}.\n", receipt);
  if (const std::string beat = WhenOr(status, "last_heartbeat_at", now, ""); !beat.empty()) {
    text += fmt::format("It answered the last heartbeat {}.\n", beat);
  }
  if (const std::string newer = Text(status, "newer_version"); !newer.empty()) {
    text +=
        fmt::format("Version {} is available; installed is {}. Nothing is installed by itself.\n",
                    newer, Text(status, "installed_version"));
  }
  text += RemoteLines(status);
  const auto waits = [&](const char* name) { return status.value(name, std::int64_t{0}); };
  if (waits("waiting_readings") + waits("waiting_jobs") + waits("waiting_alerts") +
          waits("waiting_events") + waits("waiting_batches") ==
      0) {
    text += "Nothing waits.\n";
  } else {
    text += fmt::format("Waiting: {}, {}, {}, {}; {} cut.\n",
                        Count(status, "waiting_readings", "reading", "readings"),
                        Count(status, "waiting_jobs", "job", "jobs"),
                        Count(status, "waiting_alerts", "alert", "alerts"),
                        Count(status, "waiting_events", "event", "events"),
                        Count(status, "waiting_batches", "batch", "batches"));
  }
  if (waits("set_aside") > 0) {
    text += fmt::format("{} refused for good: plotmeter-collector outbox says why.\n",
                        Count(status, "set_aside", "batch was", "batches were"));
  }
  return text;
}

std::string SizeText(std::int64_t bytes) {
  if (bytes >= 1'000'000'000) return fmt::format("{:.1f} GB", static_cast<double>(bytes) / 1e9);
  return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
}

// How large it is, whether it is sound, and what befell it in the last weeks.
std::string SpoolLines(const Json& spool, Instant now) {
  if (!spool.is_object()) return {};
  const std::int64_t limit = spool.value("limit", std::int64_t{0});
  const std::string checked = WhenOr(spool, "checked_at", now, "");
  std::string text = fmt::format(
      "The spool holds {}{}; {}.\n", SizeText(spool.value("bytes", std::int64_t{0})),
      limit > 0 ? " of at most " + SizeText(limit) : "",
      checked.empty() ? "it was not checked in full yet" : "it was checked in full " + checked);
  const Json mishaps = spool.value("mishaps", Json::array());
  for (const Json& mishap : mishaps) {
    const auto at = ParseInstant(Text(mishap, "at"));
    if (!at || now - *at > kMishapShown) continue;
    text += fmt::format("  {} ({}): {}.\n", Text(mishap, "kind"), WhenText(*at, now),
                        Text(mishap, "what"));
  }
  for (const Json& file : spool.value("set_aside", Json::array())) {
    text += fmt::format("  {} lies there, {}.\n", Text(file, "file"),
                        SizeText(file.value("bytes", std::int64_t{0})));
  }
  return text;
}

std::string PrinterLines(const Json& printers, Instant now) {
  if (printers.empty()) {
    return "\nNo printer is known: plotmeter-collector discover finds them.\n";
  }
  std::map<std::string, int> states;
  std::size_t address = 0, model = 0, serial = 0;
  for (const Json& printer : printers) {
    ++states[Text(printer, "state")];
    address = std::max(address, Text(printer, "address").size());
    model = std::max(model, Text(printer, "model").size());
    serial = std::max(serial, Text(printer, "serial").size());
  }
  std::string text =
      fmt::format("\n{} {}:", printers.size(), printers.size() == 1 ? "printer" : "printers");
  const char* between = " ";
  for (const char* state : {"well", "asleep", "silent", "trouble", "new"}) {
    if (states[state] == 0) continue;
    text += fmt::format("{}{} {}", between, states[state], state);
    between = ", ";
  }
  text += "\n";
  for (const Json& printer : printers) {
    const std::string state = Text(printer, "state");
    text += fmt::format("  {:<7}  {:<{}}  {:<{}}  {:<{}}  ", state, Text(printer, "address"),
                        address, Text(printer, "model"), model, Text(printer, "serial"), serial);
    const std::string answered = WhenOr(printer, "last_success", now, "");
    text += state == "new"     ? "not read yet"
            : answered.empty() ? "has never answered"
                               : "answered " + answered;
    const std::string kept = WhenOr(printer, "last_kept", now, "");
    if (!kept.empty() && Text(printer, "last_kept") != Text(printer, "last_success")) {
      text += ", reading of " + kept;
    }
    text += "\n";
    text += Indented(ChannelsApart(Text(printer, "last_error")));
    for (const Json& remark : printer.value("remarks", Json::array())) {
      if (!remark.is_string()) continue;
      std::vector<std::string> parts = ChannelsApart(remark.get<std::string>());
      std::erase_if(parts, SaysAbsent);
      text += Indented(parts);
    }
  }
  return text;
}

std::string EventLines(const Json& events, Instant now) {
  constexpr std::size_t kShown = 5;
  if (!events.is_array() || events.empty()) return {};
  std::string text = "\nWhat happened last:\n";
  const std::size_t first = events.size() > kShown ? events.size() - kShown : 0;
  for (std::size_t i = first; i < events.size(); ++i) {
    const Json& event = events.at(i);
    const std::string is = Text(event, "is");
    text += fmt::format("  {} {}{}, {}\n", Text(event, "serial"), Text(event, "kind"),
                        is.empty() ? "" : " (" + is + ")", WhenOr(event, "at", now, "once"));
  }
  return text;
}

}  // namespace

std::string WhenText(Instant at, Instant now) {
  const auto span = now - at;
  if (span < std::chrono::seconds(2) && span > std::chrono::seconds(-2)) return "just now";
  return span.count() > 0 ? SpanText(span) + " ago" : "in " + SpanText(-span);
}

Json StatusOf(const StatusParts& parts) {
  std::map<std::string, Json> rows;
  if (parts.book.contains("printers")) {
    for (const Json& row : parts.book.at("printers")) rows[Text(row, "address")] = row;
  }
  Json printers = Json::array();
  for (const KnownPrinter& known : parts.known) {
    if (known.host.empty()) continue;
    const std::string address = fmt::format("{}:{}", known.host, known.snmp_port);
    const auto row = rows.find(address);
    Json printer = row != rows.end() ? row->second
                                     : Json{{"address", address},
                                            {"model", OrNull(known.identity.model)},
                                            {"serial", OrNull(known.identity.serial)},
                                            {"last_success", Json()},
                                            {"last_kept", Json()},
                                            {"last_error", Json()},
                                            {"remarks", Json::array()}};
    printer["state"] = StateOf(printer);
    printer["label"] = OrNull(known.label);
    printers.push_back(std::move(printer));
  }
  const auto of_book = [&](const char* name) { return OrNull(Text(parts.book, name)); };
  Json mishaps = Json::array();
  for (const Mishap& mishap : parts.mishaps) {
    mishaps.push_back(
        {{"at", FormatInstant(mishap.at)}, {"kind", mishap.kind}, {"what", mishap.what}});
  }
  Json set_aside = Json::array();
  for (const SetAsideFile& file : parts.set_aside) {
    set_aside.push_back({{"file", file.file}, {"bytes", file.bytes}});
  }
  const auto& identity = parts.identity;
  // Said before an update, it is not true any more.
  const std::string newer = Text(parts.book, "newer_version");
  const Waiting& waiting = parts.waiting;
  return {{"version", 1},
          {"service", parts.service == 0 ? Json() : Json(parts.service)},
          {"written_at", of_book("written_at")},
          {"portal", identity ? Json(identity->portal_url) : Json()},
          {"portal_key", identity ? Json(SigningKeyOf(*identity)) : Json()},
          {"key", OrNull(parts.key)},
          {"collector", identity ? Json(identity->collector) : Json()},
          {"site", identity ? Json(identity->site) : Json()},
          {"stream", parts.stream},
          {"last_receipt_at", of_book("last_receipt_at")},
          {"trouble", of_book("trouble")},
          {"next_try_at", of_book("next_try_at")},
          {"last_heartbeat_at", of_book("last_heartbeat_at")},
          {"installed_version", parts.installed},
          {"newer_version", IsNewer(newer, parts.installed) ? Json(newer) : Json()},
          {"remote", parts.book.value("remote", Json())},
          {"waiting_readings", waiting.readings},
          {"waiting_jobs", waiting.jobs},
          {"waiting_alerts", waiting.alerts},
          {"waiting_events", waiting.events},
          {"waiting_batches", waiting.batches},
          {"set_aside", waiting.aside},
          {"spool",
           {{"bytes", parts.spool_bytes},
            {"limit", parts.spool_limit},
            {"checked_at", of_book("spool_checked_at")},
            {"mishaps", std::move(mishaps)},
            {"set_aside", std::move(set_aside)}}},
          {"printers", std::move(printers)},
          {"events", parts.book.value("events", Json::array())}};
}

std::string StatusText(const Json& status, Instant now) {
  return ServiceLine(status, now) + SendingLines(status, now) +
         SpoolLines(status.value("spool", Json()), now) + PrinterLines(status.at("printers"), now) +
         EventLines(status.at("events"), now);
}

}  // namespace plotmeter
