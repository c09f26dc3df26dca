#include "proto/reading_text.h"

#include <algorithm>
#include <string_view>

#include "common/json.h"
#include "common/json_string.h"
#include "proto/batch.h"
#include "proto/field.h"
#include "proto/words.h"

namespace plotmeter {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

// ASCII without control characters, whatever else is left of it in JSON.
bool IsPrintable(char c) { return c >= ' ' && c < '\x7f'; }

void AppendText(std::string& out, std::string_view text) {
  const bool is_clean = text.size() <= kMaxText && std::ranges::all_of(text, IsPrintable);
  is_clean ? AppendJsonString(out, text) : AppendJsonString(out, CleanText(std::string(text)));
}

// One object; its members come in alphabetical order.
class ObjectText {
 public:
  explicit ObjectText(std::string& out) : out_(out) { out_ += '{'; }
  ~ObjectText() { out_ += '}'; }
  ObjectText(const ObjectText&) = delete;
  ObjectText& operator=(const ObjectText&) = delete;

  // Where the value is to be put now.
  std::string& Member(std::string_view name) {
    out_ += is_first_ ? "\"" : ",\"";
    is_first_ = false;
    out_ += name;
    out_ += "\":";
    return out_;
  }
  void Put(std::string_view name, std::string_view text) { AppendText(Member(name), text); }
  void Put(std::string_view name, const Decimal& number) { Put(name, number.text()); }
  void Put(std::string_view name, const Quantity& quantity) {
    ObjectText inner(Member(name));
    inner.PutUnit(quantity);
    inner.Put("value", quantity.value);
  }
  void PutUnit(const Quantity& quantity) {
    Put("unit", quantity.unit.empty() ? "?" : std::string_view(quantity.unit));
  }

  template <typename Value>
  void Say(std::string_view name, const std::optional<Value>& value) {
    if (value) Put(name, *value);
  }
  void Say(std::string_view name, const std::string& text) {
    if (!text.empty()) Put(name, text);
  }
  template <typename Row>
  void PutAll(std::string_view name, const std::vector<Row>& rows,
              void (*append)(std::string&, const Row&)) {
    std::string& out = Member(name);
    out += '[';
    for (const Row& row : rows) {
      if (&row != rows.data()) out += ',';
      append(out, row);
    }
    out += ']';
  }

 private:
  std::string& out_;
  bool is_first_ = true;
};

void AppendMeter(std::string& out, const MeterValue& meter) {
  ObjectText object(out);
  object.Say("colorant", meter.colorant);
  object.Say("media", meter.media);
  AppendJsonString(object.Member("meter"),
                   meter.meter);  // not cleaned: it is a word, or is refused
  if (meter.outranked) object.Member("outranked") += "true";
  object.Say("source", meter.source);
  object.PutUnit(meter.value);
  object.Put("value", meter.value.value);
}

void AppendSupply(std::string& out, const Supply& supply) {
  ObjectText object(out);
  object.Say("capacity", supply.capacity);
  object.Say("colorant", supply.colorant);
  object.Say("description", supply.description);
  object.Say("expires", supply.expires);
  object.Say("installed", supply.installed);
  object.Say("kind", supply.kind);
  object.Say("level", supply.level);
  object.Say("part_number", supply.part_number);
  object.Say("percent", supply.percent);
  object.Say("remark", supply.remark);
  object.Say("serial", supply.serial);
  object.Say("state", supply.state);
  object.Put("supply", supply.supply);
  object.Say("warranty", supply.warranty);
  object.Say("warranty_until", supply.warranty_until);
}

void AppendMedia(std::string& out, const LoadedMedia& media) {
  ObjectText object(out);
  object.Put("input", media.input);
  object.Say("kind", media.kind);
  object.Say("length", media.length);
  object.Say("length_left", media.length_left);
  object.Say("media", media.media);
  object.Say("name", media.name);
  object.Say("state", media.state);
  object.Say("width", media.width);
}

void AppendAlert(std::string& out, const Alert& alert) {
  ObjectText object(out);
  object.Say("code", alert.code);
  object.Say("key", alert.key);
  object.Say("location", alert.location);
  object.Say("part", alert.part);
  object.Say("raised", alert.raised);
  object.Put("severity", ToText(alert.severity));
  object.Say("text", alert.text);
}

void AppendTrait(std::string& out, const Trait& trait) {
  ObjectText object(out);
  object.Say("part", trait.part);
  AppendJsonString(object.Member("trait"), trait.trait);  // as AppendMeter does
  object.Say("unit", trait.unit);
  object.Put("value", trait.value);
}

bool IsYearOfFourDigits(Instant at) {
  constexpr std::int64_t kYear10000 = 253'402'300'800'000;
  return ToMillis(at) >= 0 && ToMillis(at) < kYear10000;
}

}  // namespace

std::string CleanText(std::string text) {
  const auto is_plain = [](char c) { return static_cast<unsigned char>(c) - 1U < 0x7fU; };
  if (!std::ranges::all_of(text, is_plain)) {
    text = ParseJson(JsonText(Json(text))).get<std::string>();  // now it is UTF-8
    for (auto at = text.find('\0'); at != std::string::npos; at = text.find('\0', at)) {
      text.replace(at, 1, kReplacement);
    }
  }
  if (text.size() <= kMaxText) return text;
  std::size_t end = kMaxText;
  while ((static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;  // not inside a character
  text.resize(end);
  return text;
}

std::string ReadingText(const Reading& reading, std::size_t printer) {
  std::string text;
  text.reserve(std::size_t{2} << 10);
  {
    ObjectText object(text);
    if (reading.alerts) object.PutAll("alerts", *reading.alerts, AppendAlert);
    object.Put("at", FormatInstant(reading.at));
    object.Put("channel", ToText(reading.channel));
    if (!reading.media.empty()) object.PutAll("media", reading.media, AppendMedia);
    if (!reading.meters.empty()) object.PutAll("meters", reading.meters, AppendMeter);
    object.Put("printer", PrinterLabel(printer));
    object.Say("state", reading.state);
    if (!reading.supplies.empty()) object.PutAll("supplies", reading.supplies, AppendSupply);
    if (!reading.traits.empty()) object.PutAll("traits", reading.traits, AppendTrait);
    object.Say("uptime", reading.uptime);
  }
  return text;
}

std::string AlertText(const Alert& alert) {
  std::string text;
  AppendAlert(text, alert);
  return text;
}

std::string TraitText(const Trait& trait) {
  std::string text;
  AppendTrait(text, trait);
  return text;
}

bool IsPlainlyRight(const Reading& reading) {
  return reading.channel != ChannelKind::kNone && IsYearOfFourDigits(reading.at) &&
         reading.meters.size() <= kMaxRows && reading.supplies.size() <= kMaxRows &&
         reading.media.size() <= kMaxRows && reading.traits.size() <= kMaxRows &&
         (!reading.alerts || reading.alerts->size() <= kMaxRows) &&
         std::ranges::all_of(reading.meters,
                             [](const MeterValue& meter) { return IsWord(meter.meter); }) &&
         std::ranges::all_of(reading.traits,
                             [](const Trait& trait) { return IsWord(trait.trait); });
}

}  // namespace plotmeter
