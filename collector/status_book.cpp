#include "collector/status_book.h"

#include <fmt/format.h>

#include <algorithm>

#include "collector/status_text.h"
#include "common/log.h"
#include "common/private_file.h"

namespace plotmeter {
namespace {

Json OrNull(const std::string& text) { return text.empty() ? Json() : Json(text); }
Json OrNull(const std::optional<Instant>& at) { return at ? Json(FormatInstant(*at)) : Json(); }

std::string TextOf(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}
std::optional<Instant> InstantOf(const Json& object, const char* name) {
  return ParseInstant(TextOf(object, name));
}

}  // namespace

StatusBook::StatusBook(std::string directory) : path_(std::move(directory) + "/status.json") {
  const std::optional<Secret> saved = ReadPrivateFile(path_);
  if (!saved) return;
  try {
    std::string text = saved->Reveal();
    const bool are_taken = TakePrinters(text);
    const Json json = ParseJson(text);
    last_receipt_at = InstantOf(json, "last_receipt_at");
    trouble = TextOf(json, "trouble");
    next_try_at = InstantOf(json, "next_try_at");
    last_heartbeat_at = InstantOf(json, "last_heartbeat_at");
    newer_version = TextOf(json, "newer_version");
    spool_checked_at = InstantOf(json, "spool_checked_at");
    if (json.contains("remote")) remote = json.at("remote");
    if (!are_taken) ReadPrinters(json.at("printers"));
    if (json.contains("events") && json.at("events").is_array()) events_ = json.at("events");
    if (!json.contains("aside_seen")) return;
    for (const auto& [file, seconds] : json.at("aside_seen").items()) {
      aside_seen[file] = std::chrono::seconds(std::max(seconds.get<std::int32_t>(), 0));
    }
  } catch (const std::exception&) {  // it is only a picture of the moment; the spool has the truth
    printers_.clear();
  }
}

bool StatusBook::TakePrinters(std::string& text) {
  constexpr std::string_view kBefore = R"("printers":[)";  // within a text it would be escaped
  const std::size_t before = text.rfind(kBefore);
  if (before == text.npos) return false;
  const std::size_t begin = before + kBefore.size();
  std::string_view rest = std::string_view(text).substr(begin);
  std::map<std::string, PrinterStatus> printers;
  while (auto taken = TakeStatus(rest))
    printers.insert_or_assign(std::move(taken->first), std::move(taken->second));
  if (rest != "]}\n") return false;
  text.replace(begin, text.npos, rest);
  printers_ = std::move(printers);
  return true;
}

void StatusBook::ReadPrinters(const Json& printers) {
  for (const Json& printer : printers) {
    PrinterStatus& status = printers_[TextOf(printer, "address")];
    status = {.model = TextOf(printer, "model"),
              .serial = TextOf(printer, "serial"),
              .last_success = InstantOf(printer, "last_success"),
              .last_error = TextOf(printer, "last_error"),
              .asleep = printer.value("asleep", false)};
    if (const auto kept = InstantOf(printer, "last_kept")) status.last_kept = {.wall = *kept};
    if (!printer.contains("remarks")) continue;
    status.remarks = printer.at("remarks").get<std::vector<std::string>>();
  }
}

PrinterStatus& StatusBook::Of(const PrinterAddress& address) {
  return printers_[fmt::format("{}:{}", address.host, address.snmp_port)];
}

void StatusBook::ReadAllAgain() {
  for (auto& [address, printer] : printers_) printer.last_kept = {};
}

void StatusBook::AddEvent(const std::string& serial, const PrinterEvent& event) {
  events_.push_back({{"at", FormatInstant(event.at)},
                     {"kind", event.kind},
                     {"serial", OrNull(serial)},
                     {"was", event.was ? Json(*event.was) : Json()},
                     {"is", event.is ? Json(*event.is) : Json()}});
  while (events_.size() > kMostEvents) events_.erase(events_.begin());
}

void StatusBook::Note(const std::vector<IdentityEvent>& events) {
  for (const auto& [printer, event] : events) {
    Log(LogLevel::kWarning, "printer_changed",
        {{"what", event.kind},
         {"serial", printer.serial},
         {"was", event.was.value_or("")},
         {"is", event.is.value_or("")}});
    AddEvent(printer.serial, event);
  }
}

bool StatusBook::IsThere(const KnownPrinter& printer) {
  const PrinterStatus& status = Of(AddressOf(printer));
  return status.last_success && status.last_error.empty() &&
         (status.serial == printer.identity.serial || printer.identity.serial.empty());
}

PrinterCounts StatusBook::Count(const std::vector<KnownPrinter>& printers) {
  PrinterCounts counts;
  for (const KnownPrinter& printer : printers) {
    if (printer.host.empty()) continue;
    ++counts.known;
    const PrinterStatus& status = Of(AddressOf(printer));
    if (status.asleep) {
      ++counts.asleep;
    } else if (status.last_success && status.last_error.empty()) {
      ++counts.answering;
    }
  }
  return counts;
}

bool StatusBook::HasGone(const PrinterStatus& printer) const {
  return !printer.serial.empty() && !printer.last_error.empty() &&
         std::ranges::any_of(printers_, [&](const auto& other) {
           return other.second.serial == printer.serial &&
                  other.second.last_success > printer.last_success;
         });
}

std::string StatusBook::Text(Instant now) const {
  Json seen = Json::object();
  for (const auto& [file, span] : aside_seen) {
    seen[file] = std::chrono::duration_cast<std::chrono::seconds>(span).count();
  }
  std::string text = JsonText({{"written_at", FormatInstant(now)},
                               {"last_receipt_at", OrNull(last_receipt_at)},
                               {"trouble", OrNull(trouble)},
                               {"next_try_at", OrNull(next_try_at)},
                               {"last_heartbeat_at", OrNull(last_heartbeat_at)},
                               {"newer_version", OrNull(newer_version)},
                               {"remote", remote},
                               {"spool_checked_at", OrNull(spool_checked_at)},
                               {"events", events_},
                               {"aside_seen", std::move(seen)}});
  text.back() = ',';
  text += R"("printers":[)";
  for (const auto& [address, printer] : printers_) {
    if (HasGone(printer)) continue;
    if (text.back() == '}') text += ',';
    AppendStatus(text, address, printer);
  }
  return text += "]}";
}

void StatusBook::Save(Instant now) const { WritePrivateFile(path_, Secret(Text(now) + "\n")); }

}  // namespace plotmeter
