#include "collector/snmp/learnt.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace plotmeter {
namespace {

// One line for each thing, in an order that is the same in both: not JSON, because a thousand
// printers' are read at each start. What is not known is an empty line.
class Writer {
 public:
  void Put(const std::string& text) {
    std::string line = text;
    std::ranges::replace(line, '\n', ' ');  // such a printer is asked anew after each start
    text_ += line + "\n";
  }
  void Put(std::int64_t number) { text_ += fmt::format("{}\n", number); }
  void Put(const std::optional<Instant>& at) { at ? Put(ToMillis(*at)) : Put(""); }
  template <typename Oids>
  void PutOids(const Oids& oids) {
    std::string line;
    for (const Oid& oid : oids) line += (line.empty() ? "" : " ") + oid.ToText();
    Put(line);
  }

  std::string Take() { return std::move(text_); }

 private:
  std::string text_;
};

// Throws for a line that is missing or says something else.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  std::string_view TakeLine() {
    const auto end = rest_.find('\n');
    if (end == rest_.npos) throw std::invalid_argument("a line is missing");
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return line;
  }
  std::string TakeText() { return std::string(TakeLine()); }
  std::optional<std::int64_t> TakeMaybeNumber() {
    const std::string_view line = TakeLine();
    if (line.empty()) return std::nullopt;
    std::int64_t number = 0;
    const char* const end = line.data() + line.size();
    const auto [stop, error] = std::from_chars(line.data(), end, number);
    if (error != std::errc() || stop != end) throw std::invalid_argument("no number");
    return number;
  }
  std::int64_t TakeNumber() { return TakeMaybeNumber().value(); }
  std::optional<Instant> TakeInstant() {
    const auto millis = TakeMaybeNumber();
    return millis ? std::optional(FromMillis(*millis)) : std::nullopt;
  }
  std::vector<Oid> TakeOids() {
    std::vector<Oid> oids;
    std::string_view line = TakeLine();
    oids.reserve(static_cast<std::size_t>(std::ranges::count(line, ' ')) + 1);
    while (!line.empty()) {
      const std::string_view word = line.substr(0, line.find(' '));
      auto oid = Oid::Parse(word);
      if (!oid) throw std::invalid_argument("no object identifier");
      oids.push_back(*std::move(oid));
      line.remove_prefix(std::min(word.size() + 1, line.size()));
    }
    return oids;
  }

 private:
  std::string_view rest_;
};

}  // namespace

bool IsSameOnDisk(const PrinterKnowledge& a, const PrinterKnowledge& b) {
  const auto kept = [](const PrinterKnowledge& k) {
    return std::tie(k.whose, k.explored_at, k.offers, k.started_at, k.bulk, k.objects);
  };
  return kept(a) == kept(b);
}

std::string LearntText(const SnmpLearnt& learnt) {
  const auto& [version, found, printer] = learnt;
  const bool is_kept = version && *version != SnmpVersion::k3;
  Writer out;
  is_kept ? out.Put(static_cast<int>(*version)) : out.Put("");
  out.Put(static_cast<int>(printer.bulk));
  out.Put(printer.explored_at);
  out.Put(printer.started_at);
  // With these a start of the collector is not taken for one of the printer.
  out.Put(printer.uptime.count());
  out.Put(ToMillis(printer.uptime_at));
  out.Put(static_cast<int>(found.verdict));
  out.PutOids(std::vector{Oid(found.printer_rows)});
  const PrinterIdentity& who = found.identity;
  for (const std::string& text :
       {printer.whose, who.manufacturer, who.serial, who.product, who.model, who.firmware}) {
    out.Put(text);
  }
  out.PutOids(found.objects);
  out.PutOids(printer.offers);
  out.PutOids(printer.objects);
  return out.Take();
}

std::optional<SnmpLearnt> LearntFrom(std::string_view text) {
  try {
    Reader in(text);
    SnmpLearnt learnt;
    if (const auto version = in.TakeMaybeNumber()) {
      learnt.version = *version == 0 ? SnmpVersion::k1 : SnmpVersion::k2c;
    }
    const std::int64_t bulk = in.TakeNumber();
    if (bulk == static_cast<int>(SnmpBulk::kWorked)) learnt.printer.bulk = SnmpBulk::kWorked;
    if (bulk == static_cast<int>(SnmpBulk::kFailed)) learnt.printer.bulk = SnmpBulk::kFailed;
    learnt.printer.explored_at = in.TakeInstant();
    learnt.printer.started_at = in.TakeInstant();
    learnt.printer.uptime = std::chrono::milliseconds(in.TakeNumber());
    learnt.printer.uptime_at = FromMillis(in.TakeNumber());
    learnt.found.verdict = static_cast<Verdict>(in.TakeNumber());
    for (const Oid& rows : in.TakeOids()) {
      learnt.found.printer_rows.assign(rows.parts().begin(), rows.parts().end());
    }
    learnt.printer.whose = in.TakeText();
    learnt.found.identity = {.manufacturer = in.TakeText(),
                             .serial = in.TakeText(),
                             .product = in.TakeText(),
                             .model = in.TakeText(),
                             .firmware = in.TakeText()};
    learnt.found.objects = in.TakeOids();
    for (Oid& oid : in.TakeOids()) learnt.printer.offers.insert(std::move(oid));
    learnt.printer.objects = in.TakeOids();
    return learnt;
  } catch (const std::exception&) {  // of another version of this program, or damaged
    return std::nullopt;
  }
}

}  // namespace plotmeter
