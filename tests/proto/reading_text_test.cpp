#include "proto/reading_text.h"

#include <gtest/gtest.h>

#include <random>

#include "common/json.h"
#include "proto/batch.h"
#include "tests/proto/sample.h"

namespace plotmeter {
namespace {

// The same by way of a tree, which sorts its members itself.
Json Tree(const Quantity& quantity) {
  return {{"value", quantity.value.text()},
          {"unit", quantity.unit.empty() ? "?" : CleanText(quantity.unit)}};
}
Json Tree(const std::string& text) { return CleanText(text); }
Json Tree(const Decimal& number) { return number.text(); }

template <typename Value>
void Say(Json& object, const char* name, const std::optional<Value>& value) {
  if (value) object[name] = Tree(*value);
}
void Say(Json& object, const char* name, const std::string& text) {
  if (!text.empty()) object[name] = Tree(text);
}

Json Tree(const MeterValue& meter) {
  Json out = Tree(meter.value);
  out["meter"] = meter.meter;
  Say(out, "colorant", meter.colorant);
  Say(out, "media", meter.media);
  Say(out, "source", meter.source);
  if (meter.outranked) out["outranked"] = true;
  return out;
}

Json Tree(const Supply& supply) {
  Json out = {{"supply", CleanText(supply.supply)}};
  Say(out, "kind", supply.kind);
  Say(out, "colorant", supply.colorant);
  Say(out, "description", supply.description);
  Say(out, "level", supply.level);
  Say(out, "capacity", supply.capacity);
  Say(out, "percent", supply.percent);
  Say(out, "remark", supply.remark);
  Say(out, "state", supply.state);
  Say(out, "part_number", supply.part_number);
  Say(out, "serial", supply.serial);
  Say(out, "installed", supply.installed);
  Say(out, "expires", supply.expires);
  Say(out, "warranty", supply.warranty);
  Say(out, "warranty_until", supply.warranty_until);
  return out;
}

Json Tree(const LoadedMedia& media) {
  Json out = {{"input", CleanText(media.input)}};
  Say(out, "kind", media.kind);
  Say(out, "media", media.media);
  Say(out, "name", media.name);
  Say(out, "width", media.width);
  Say(out, "length", media.length);
  Say(out, "length_left", media.length_left);
  Say(out, "state", media.state);
  return out;
}

Json Tree(const Alert& alert) {
  Json out = {{"severity", ToText(alert.severity)}};
  Say(out, "key", alert.key);
  Say(out, "code", alert.code);
  Say(out, "text", alert.text);
  Say(out, "part", alert.part);
  Say(out, "location", alert.location);
  Say(out, "raised", alert.raised);
  return out;
}

Json Tree(const Trait& trait) {
  Json out = {{"trait", trait.trait}, {"value", CleanText(trait.value)}};
  Say(out, "part", trait.part);
  Say(out, "unit", trait.unit);
  return out;
}

template <typename Row>
Json TreeOf(const std::vector<Row>& rows) {
  Json all = Json::array();
  for (const Row& row : rows) all.push_back(Tree(row));
  return all;
}

Json Tree(const Reading& reading) {
  Json out = {
      {"printer", "p1"}, {"at", FormatInstant(reading.at)}, {"channel", ToText(reading.channel)}};
  if (!reading.meters.empty()) out["meters"] = TreeOf(reading.meters);
  if (!reading.supplies.empty()) out["supplies"] = TreeOf(reading.supplies);
  if (!reading.media.empty()) out["media"] = TreeOf(reading.media);
  Say(out, "state", reading.state);
  Say(out, "uptime", reading.uptime);
  if (reading.alerts) out["alerts"] = TreeOf(*reading.alerts);
  if (!reading.traits.empty()) out["traits"] = TreeOf(reading.traits);
  return out;
}

// Readings of all shapes, with texts that are hard to write.
class AnyReading {
 public:
  explicit AnyReading(unsigned seed) : random_(seed) {}

  Reading Make() {
    Reading reading{.at = FromMillis(static_cast<std::int64_t>(random_()) * 1000 + Below(1000)),
                    .channel = static_cast<ChannelKind>(Below(4)),
                    .state = MaybeText(),
                    .uptime = MaybeQuantity()};
    for (auto left = Below(4); left > 0; --left) reading.meters.push_back(Meter());
    for (auto left = Below(4); left > 0; --left) reading.supplies.push_back(OneSupply());
    for (auto left = Below(3); left > 0; --left) {
      reading.media.push_back({Text(), MaybeText(), MaybeText(), MaybeText(), MaybeQuantity(),
                               MaybeQuantity(), MaybeQuantity(), MaybeText()});
    }
    for (auto left = Below(3); left > 0; --left) {
      reading.traits.push_back({Below(2) == 0 ? "width" : Text(), MaybeText(), Text(), Text()});
    }
    if (Below(2) == 0) return reading;
    reading.alerts.emplace();
    for (auto left = Below(3); left > 0; --left) {
      reading.alerts->push_back({Text(), static_cast<Severity>(Below(4)), Text(), MaybeText(),
                                 MaybeText(), MaybeText(), MaybeQuantity()});
    }
    return reading;
  }

 private:
  unsigned Below(unsigned end) { return static_cast<unsigned>(random_() % end); }

  std::string Text() {
    static const std::vector<std::string> kTexts = {"",
                                                    "Ready",
                                                    "say \"hi\"",
                                                    "back\\slash",
                                                    "line\nend\t\r\b\f",
                                                    std::string("a\0b", 3),
                                                    "\x01\x1f\x7f",
                                                    "Süd — 紙 \xF0\x9F\x96\xA8",
                                                    "\xff\xfe broken \xc3",
                                                    "</script>",
                                                    std::string(kMaxText, 'x'),
                                                    std::string(kMaxText + 1, 'x'),
                                                    std::string(kMaxText - 1, 'x') + "ü",
                                                    std::string(kMaxText, '"')};
    return kTexts[Below(static_cast<unsigned>(kTexts.size()))];
  }
  std::optional<std::string> MaybeText() {
    return Below(3) == 0 ? std::nullopt : std::optional(Text());
  }
  Decimal Number() {
    static const std::vector<const char*> kNumbers = {"0", "433", "-1.50", "191.352000"};
    return *Decimal::Parse(kNumbers[Below(4)]);
  }
  std::optional<Quantity> MaybeQuantity() {
    return Below(2) == 0 ? std::nullopt : std::optional(Quantity{Number(), Text()});
  }
  MeterValue Meter() {
    return {.meter = Below(4) == 0 ? Text() : "ink.used",
            .colorant = MaybeText(),
            .media = MaybeText(),
            .value = {Number(), Text()},
            .source = Text(),
            .outranked = Below(2) == 0};
  }
  Supply OneSupply() {
    return {.supply = Text(),
            .kind = MaybeText(),
            .colorant = MaybeText(),
            .description = MaybeText(),
            .level = MaybeQuantity(),
            .capacity = MaybeQuantity(),
            .percent = Below(2) == 0 ? std::nullopt : std::optional(Number()),
            .remark = MaybeText(),
            .state = MaybeText(),
            .part_number = MaybeText(),
            .serial = MaybeText(),
            .installed = MaybeText(),
            .expires = MaybeText(),
            .warranty = MaybeText(),
            .warranty_until = MaybeText()};
  }

  std::mt19937 random_;
};

// What a portal says of a batch with this reading.
bool IsTaken(const Reading& reading) {
  Batch batch = FullBatch();
  batch.readings = {{.printer = 0, .reading = reading}};
  const BatchText text = WriteBatch(batch);
  try {
    ParseBatch(text.payload, text.names);
    return true;
  } catch (const BatchError&) {
    return false;
  }
}

TEST(ReadingTextTest, IsTheTextOfTheSameTree) {
  AnyReading any(1);
  for (int i = 0; i < 3000; ++i) {
    const Reading reading = any.Make();
    ASSERT_EQ(ReadingText(reading), JsonText(Tree(reading)));
  }
}

TEST(ReadingTextTest, KnowsWhatAPortalTakes) {
  AnyReading any(2);
  int right = 0;
  for (int i = 0; i < 1000; ++i) {
    const Reading reading = any.Make();
    ASSERT_EQ(IsPlainlyRight(reading), IsTaken(reading)) << ReadingText(reading);
    right += IsPlainlyRight(reading) ? 1 : 0;
  }
  EXPECT_GT(right, 100);
  EXPECT_LT(right, 900);
}

TEST(ReadingTextTest, KnowsTheLimitsOfAPortal) {
  Reading reading = FullBatch().readings.front().reading;
  EXPECT_TRUE(IsPlainlyRight(reading));
  reading.supplies.resize(kMaxRows);
  EXPECT_TRUE(IsPlainlyRight(reading) && IsTaken(reading));
  reading.supplies.resize(kMaxRows + 1);
  EXPECT_FALSE(IsPlainlyRight(reading) || IsTaken(reading));
  reading.supplies.clear();
  reading.at = FromMillis(253'402'300'800'000);  // the year 10000
  EXPECT_FALSE(IsPlainlyRight(reading) || IsTaken(reading));
}

}  // namespace
}  // namespace plotmeter
