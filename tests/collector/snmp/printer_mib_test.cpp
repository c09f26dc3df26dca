#include "collector/snmp/printer_mib.h"

#include <gtest/gtest.h>

#include <map>

#include "collector/snmp/hp_objects.h"
#include "collector/snmp/mib.h"
#include "collector/snmp/mib_words.h"

namespace plotmeter {
namespace {

// A table written as a test reads: columns of one printer, hrDeviceIndex 1.
class Walk {
 public:
  Walk& Number(const Oid& oid, std::int64_t number) {
    table_[oid] = Value::Number(ValueType::kInteger, number);
    return *this;
  }
  Walk& Octets(const Oid& oid, std::string octets) {
    table_[oid] = Value::Octets(std::move(octets));
    return *this;
  }
  Walk& Supply(std::uint32_t row, std::uint32_t column, std::int64_t number) {
    return Number(mib::kPrtMarkerSupplies + Oid{column, 1, row}, number);
  }
  Walk& Input(std::uint32_t row, std::uint32_t column, std::int64_t number) {
    return Number(mib::kPrtInput + Oid{column, 1, row}, number);
  }
  Walk& Marker(std::uint32_t row, std::int64_t unit, std::int64_t life) {
    Number(mib::kPrtMarkerCounterUnit + Oid{1, row}, unit);
    return Number(mib::kPrtMarkerLifeCount + Oid{1, row}, life);
  }

  Answers Read() const {
    return ReadPrinterMib(
        table_,
        {.verdict = Verdict::kLargeFormat, .model = "HP Designjet T770", .printer_rows = {1}});
  }
  const SnmpTable& table() const { return table_; }

 private:
  SnmpTable table_ = {};
};

TEST(PrinterMibTest, KeepsTheOctetsOfAnIdentityThatIsNotPlain) {
  const Oid row{1};
  Walk plain;
  plain.Octets(mib::kPrtGeneralSerialNumber + row, std::string("CN9541H01M\0\x07rest", 16));
  plain.Octets(mib::kHpModelName,
               "\xFD\xE8"
               "HP Designjet T770");
  EXPECT_TRUE(plain.Read().traits.empty());
  Walk odd;
  odd.Octets(mib::kHrDeviceDescr + row, std::string("Gr\xFC"
                                                    "n\0Ada",
                                                    8));
  odd.Octets(mib::kHpModelName, std::string("\x00\x0E"
                                            "T\xE4",
                                            4));
  odd.Octets(mib::kPrtGeneralSerialNumber + row, std::string(300, '\xC4'));
  const Answers answers = odd.Read();
  const std::vector<Trait> expected = {
      {.trait = "octets",
       .part = "serial number",
       .value =
           [] {
             std::string hex;
             for (int i = 0; i < 255; ++i) hex += "c4";
             return hex;
           }()},
      {.trait = "octets", .part = "model", .value = "4772fc6e"},
      {.trait = "octets", .part = "HP's model name", .value = "000e54e4"}};
  EXPECT_EQ(answers.traits, expected);
  EXPECT_EQ(answers.remarks,
            std::vector<std::string>{"the serial number has 300 octets and was cut"});
}

TEST(PrinterMibTest, NamesALifeCountByItsUnit) {
  struct Case {
    std::int64_t unit;
    const char* meter;
    const char* words;
  };
  const Case cases[] = {
      {3, "media.length", "1/10000 in"},
      {4, "media.length", "micrometre"},
      {5, "x-marker-life", "characters"},
      {7, "impressions", "impressions"},
      {8, "sheets", "sheets"},
      {9, "x-marker-life", "dot rows"},
      {11, "engine.hours", "hours"},
      {16, "media.length", "feet"},
      {17, "media.length", "metres"},
      {2, "x-marker-life", "?"},
  };
  for (const Case& c : cases) {
    const auto meters = Walk().Marker(1, c.unit, 15232).Read().meters;
    ASSERT_EQ(meters.size(), 1U) << c.unit;
    EXPECT_EQ(meters[0], (MeterValue{.meter = c.meter,
                                     .value = {Decimal::FromInteger(15232), c.words},
                                     .source = "1.3.6.1.2.1.43.10.2.1.4.1.1"}));
  }
}

TEST(PrinterMibTest, ALifeCountOfZeroOrLessIsUnknown) {
  for (const std::int64_t life : {0, -1, -2}) {
    EXPECT_TRUE(Walk().Marker(1, 7, life).Read().meters.empty());
  }
}

TEST(PrinterMibTest, NeverSumsMarkersNorPretendsToKnowWhatEachMeans) {
  const auto one = Walk().Marker(1, 8, 0).Marker(2, 8, 40).Read().meters;
  ASSERT_EQ(one.size(), 1U);
  EXPECT_EQ(one[0].meter, "x-marker-life-2") << "the first may begin to count some day";
  const auto two = Walk().Marker(1, 8, 40).Marker(2, 8, 41).Read().meters;
  ASSERT_EQ(two.size(), 2U);
  EXPECT_EQ(two[0].meter, "x-marker-life-1");
  EXPECT_EQ(two[1].meter, "x-marker-life-2");
  EXPECT_EQ(two[1].value.value.text(), "41");
}

TEST(PrinterMibTest, JoinsSuppliesToColoursByColorantNeverByRow) {
  const Answers answers = Walk()
                              .Supply(1, 3, 2)
                              .Supply(1, 5, 6)
                              .Supply(1, 9, 10)
                              .Supply(2, 3, 1)
                              .Supply(2, 5, 6)
                              .Supply(2, 9, 20)
                              .Supply(3, 3, 0)
                              .Supply(3, 5, 8)
                              .Octets(mib::kPrtMarkerColorantValue + Oid{1, 1}, "Photo Black\0")
                              .Octets(mib::kPrtMarkerColorantValue + Oid{1, 2}, "cyan")
                              .Read();
  ASSERT_EQ(answers.supplies.size(), 3U);
  EXPECT_EQ(answers.supplies[0].colorant, "cyan");
  EXPECT_EQ(answers.supplies[1].colorant, "photo-black");
  EXPECT_EQ(answers.supplies[2].colorant, std::nullopt);
  EXPECT_EQ(answers.supplies[0].kind, "ink-cartridge");
  EXPECT_EQ(answers.supplies[2].kind, "waste-ink");
  EXPECT_EQ(answers.supplies[2].supply, "1.3");
}

TEST(PrinterMibTest, GivesLevelsOnlyWhereThePrinterDid) {
  struct Case {
    std::int64_t klass, unit, capacity, level;
    const char* level_text;  // "" means absent
    const char* capacity_text;
    const char* remark;
    const char* percent;
  };
  const Case cases[] = {
      {3, 15, 775, 155, "155 1/10 ml", "775 1/10 ml", "", ""},
      {3, 19, 100, 42, "42 percent", "100 percent", "", "42"},
      {3, 19, 100, 142, "142 percent", "100 percent", "level-beyond-capacity", ""},
      {4, 19, -2, 30, "30 percent", "", "", "30"},
      {3, 15, 775, 0, "0 1/10 ml", "775 1/10 ml", "", ""},  // empty is an answer
      {3, 15, -2, -2, "", "", "", ""},
      {3, 15, -1, -1, "", "", "", ""},
      {3, 15, 0, -3, "", "", "some-left", ""},  // and a full supply cannot hold nothing
      {4, 15, 775, -3, "", "775 1/10 ml", "some-room", ""},
      {3, 99, 5, 4, "4 ?", "5 ?", "", ""},
  };
  const auto text = [](const std::optional<Quantity>& quantity) {
    return quantity ? quantity->value.text() + " " + quantity->unit : std::string();
  };
  for (const Case& c : cases) {
    const auto supplies = Walk()
                              .Supply(1, 4, c.klass)
                              .Supply(1, 7, c.unit)
                              .Supply(1, 8, c.capacity)
                              .Supply(1, 9, c.level)
                              .Read()
                              .supplies;
    ASSERT_EQ(supplies.size(), 1U);
    EXPECT_EQ(text(supplies[0].level), c.level_text);
    EXPECT_EQ(text(supplies[0].capacity), c.capacity_text);
    EXPECT_EQ(supplies[0].remark.value_or(""), c.remark);
    EXPECT_EQ(supplies[0].percent ? supplies[0].percent->text() : "", c.percent);
  }
}

TEST(PrinterMibTest, CallsWhatIsFilledAReceptacleWhereItsTypeDoesNotSay) {
  const auto supplies = Walk()
                            .Supply(1, 4, 4)
                            .Supply(1, 5, 1)
                            .Supply(2, 4, 3)
                            .Supply(2, 5, 2)
                            .Supply(3, 4, 4)
                            .Supply(3, 5, 8)
                            .Read()
                            .supplies;
  ASSERT_EQ(supplies.size(), 3U);
  EXPECT_EQ(supplies[0].kind, "receptacle");
  EXPECT_EQ(supplies[1].kind, std::nullopt);
  EXPECT_EQ(supplies[2].kind, "waste-ink");
}

// As a Brother HL-5370DW was recorded to answer: one of them is empty, of the other some is left.
TEST(PrinterMibTest, KeepsTwoSuppliesOfOneDescriptionApart) {
  const auto supplies = Walk()
                            .Octets(mib::kPrtMarkerSupplies + Oid{6, 1, 1}, "Toner")
                            .Octets(mib::kPrtMarkerSupplies + Oid{6, 1, 5}, "Toner")
                            .Supply(1, 9, 0)
                            .Supply(5, 9, -3)
                            .Read()
                            .supplies;
  ASSERT_EQ(supplies.size(), 2U);
  EXPECT_EQ(supplies[0].supply, "1.1");
  EXPECT_EQ(supplies[0].level->value.text(), "0");
  EXPECT_EQ(supplies[1].supply, "1.5");
  EXPECT_EQ(supplies[1].level, std::nullopt);
  EXPECT_EQ(supplies[1].remark, "some-left");
}

// hrDeviceIndex need not be 1, and a subunit may have the number 0.
TEST(PrinterMibTest, TakesEveryIndexAsItComes) {
  SnmpTable table;
  const auto number = [&](const Oid& oid, std::int64_t value) {
    table[oid] = Value::Number(ValueType::kGauge32, value);
  };
  number(mib::kPrtMarkerCounterUnit + Oid{1280, 0}, 7);
  number(mib::kPrtMarkerLifeCount + Oid{1280, 0}, 15);
  number(mib::kPrtMarkerSupplies + Oid{9, 1280, 0}, 3);
  number(mib::kPrtMarkerSupplies + Oid{9, 1280, 31}, 4);
  number(mib::kPrtInput + Oid{2, 1280, 0}, 6);
  number(mib::kPrtAlert + Oid{2, 1280, 0}, 3);
  number(mib::kHrPrinterStatus + Oid{1280}, 3);
  const Answers answers =
      ReadPrinterMib(table, {.verdict = Verdict::kLargeFormat, .printer_rows = {1280}});
  ASSERT_EQ(answers.meters.size(), 1U);
  EXPECT_EQ(answers.meters[0].source, "1.3.6.1.2.1.43.10.2.1.4.1280.0");
  ASSERT_EQ(answers.supplies.size(), 2U);
  EXPECT_EQ(answers.supplies[0].supply, "1280.0");
  EXPECT_EQ(answers.supplies[1].supply, "1280.31");
  EXPECT_EQ(answers.media.at(0).input, "1280.0");
  EXPECT_EQ(answers.alerts->at(0).key, "0");
  EXPECT_EQ(answers.state, "idle");
}

TEST(PrinterMibTest, TakesANumberOfAnyType) {
  for (const ValueType type : {ValueType::kInteger, ValueType::kCounter32, ValueType::kGauge32,
                               ValueType::kCounter64, ValueType::kTimeTicks}) {
    const SnmpTable table = {{mib::kPrtMarkerLifeCount + Oid{1, 1}, Value::Number(type, 7)}};
    EXPECT_EQ(ReadPrinterMib(table, {.printer_rows = {1}}).meters.size(), 1U);
  }
}

TEST(PrinterMibTest, ReadsUptimeAndTheAddressesOfTheCards) {
  const Answers answers = Walk()
                              .Number(mib::kSysUpTime, 726216028)
                              .Octets(mib::kIfPhysAddress + Oid{1}, "")
                              .Octets(mib::kIfPhysAddress + Oid{2}, "\x94\x57\xA5\x34\xDF\x33")
                              .Octets(mib::kIfPhysAddress + Oid{3}, std::string(6, '\0'))
                              .Octets(mib::kIfPhysAddress + Oid{7}, "\x94\x57\xA5\x34\xDF\x33")
                              .Octets(mib::kIfPhysAddress + Oid{8}, std::string(6, '\xFF'))
                              .Octets(mib::kIfPhysAddress + Oid{9}, "1234567")
                              .Read();
  EXPECT_EQ(answers.uptime, (Quantity{Decimal::FromInteger(726216028), "1/100 s"}));
  EXPECT_EQ(answers.macs, std::vector<std::string>{"94:57:a5:34:df:33"});
  EXPECT_EQ(Walk().Number(mib::kSysUpTime, 0).Read().uptime, std::nullopt);
}

TEST(PrinterMibTest, ReadsTheInkOfHeadsAndTheEnginesPagesAsCountsOfUnsettledMeaning) {
  const auto meters = Walk()
                          .Number(mib::kHpHeads + Oid{1, 19, 0}, 4321)
                          .Number(mib::kHpHeads + Oid{2, 19, 0}, 0)
                          .Number(mib::kHpHeads + Oid{3, 18, 0}, 5)
                          .Number(mib::kHpEnginePages + Oid{0}, 15232)
                          .Read()
                          .meters;
  ASSERT_EQ(meters.size(), 2U);
  EXPECT_EQ(meters[0], (MeterValue{.meter = "x-printhead-ink-1",
                                   .value = {Decimal::FromInteger(4321), "1/10 ml"},
                                   .source = "1.3.6.1.4.1.11.2.3.9.4.2.1.4.1.5.3.1.19.0"}));
  EXPECT_EQ(meters[1], (MeterValue{.meter = "x-engine-pages",
                                   .value = {Decimal::FromInteger(15232), "pages"},
                                   .source = "1.3.6.1.4.1.11.2.3.9.4.2.1.4.1.2.5.0"}));
}

TEST(PrinterMibTest, SaysHowAnInputIs) {
  const std::pair<std::int64_t, const char*> cases[] = {
      {0, "idle"},
      {2, "standby"},
      {4, "active"},
      {6, "busy"},
      {1, "unavailable-on-request"},
      {3, "broken"},
      {5, "unknown"},
      {9, "unavailable-on-request, non-critical-alert"},
      {17, "unavailable-on-request, critical-alert"},  // 17, 21 and 6: a Z5200
      {21, "unknown, critical-alert"},
      {32 + 64, "idle, offline, in-transition"},
      {7, ""},
      {-1, ""},
      {128, ""}};
  for (const auto& [sum, words] : cases) EXPECT_EQ(SubunitStatusWords(sum), words) << sum;
  EXPECT_EQ(Walk().Input(2, 2, 6).Input(2, 11, 21).Read().media.at(0).state,
            "unknown, critical-alert");
  EXPECT_EQ(Walk().Input(2, 2, 6).Read().media.at(0).state, std::nullopt);
}

TEST(PrinterMibTest, ReadsLoadedMediaFromBothTables) {
  const Answers answers = Walk()
                              .Input(2, 2, 6)
                              .Input(2, 3, 3)
                              .Input(2, 5, 360316)
                              .Input(2, 8, 16)
                              .Input(2, 10, 120)
                              .Octets(mib::kPrtInput + Oid{13, 1, 2}, "Roll1")
                              .Octets(mib::kPrtInput + Oid{12, 1, 2}, "Plain Paper")
                              .Octets(mib::kHpTray + Oid{2, 20, 0},
                                      "\xFD\xE8"
                                      "2070")
                              .Input(1, 2, 5)
                              .Input(1, 5, -2)
                              .Input(1, 8, 8)
                              .Input(1, 10, 30)
                              .Octets(mib::kHpTray + Oid{1, 4, 0},
                                      "\xFD\xE8"
                                      "Photo")
                              .Octets(mib::kHpTray + Oid{1, 20, 0},
                                      "\xFD\xE8"
                                      "-1")
                              .Number(mib::kHpTray + Oid{1, 10, 0}, 25943)
                              .Number(mib::kHpTray + Oid{1, 11, 0}, 8400)
                              .Number(mib::kHpTray + Oid{2, 11, 0}, -1)
                              .Number(mib::kHpTray + Oid{2, 17, 0}, 2)
                              .Read();
  ASSERT_EQ(answers.media.size(), 2U);
  EXPECT_EQ(answers.media[0],
            (LoadedMedia{.input = "1.1",
                         .kind = "manual-sheet",
                         .name = "Photo",
                         .width = Quantity{Decimal::FromInteger(25943), "1/720 in"},
                         .length = Quantity{Decimal::FromInteger(8400), "1/720 in"}}));
  EXPECT_EQ(answers.media[1],
            (LoadedMedia{.input = "Roll1",
                         .kind = "roll",
                         .media = "2070",
                         .name = "Plain Paper",
                         .width = Quantity{Decimal::FromInteger(360316), "1/10000 in"},
                         .length_left = Quantity{Decimal::FromInteger(120), "feet"}}));
}

TEST(PrinterMibTest, TellsWhatAnInputHoldsUnlessThatIsTheLengthOfARoll) {
  struct Case {
    std::int64_t unit, capacity, level;
    std::vector<Trait> traits;
  };
  const Trait capacity = {.trait = "capacity", .part = "1.1", .value = "250", .unit = "sheets"};
  const Case cases[] = {
      {8,
       250,
       100,
       {capacity, {.trait = "level", .part = "1.1", .value = "100", .unit = "sheets"}}},
      {8, 250, 0, {capacity, {.trait = "level", .part = "1.1", .value = "0", .unit = "sheets"}}},
      {8, 250, -3, {capacity, {.trait = "level", .part = "1.1", .value = "some"}}},
      {8, 250, -2, {capacity}},
      {8, -1, -1, {}},
      {8, 0, -2, {}},
      {2, -2, 7, {{.trait = "level", .part = "1.1", .value = "7"}}},  // it names no unit
      {16, 300, 120, {{.trait = "capacity", .part = "1.1", .value = "300", .unit = "feet"}}},
      {16, -2, -3, {{.trait = "level", .part = "1.1", .value = "some"}}},
  };
  for (const Case& c : cases) {
    const Answers answers = Walk()
                                .Input(1, 2, 6)
                                .Input(1, 8, c.unit)
                                .Input(1, 9, c.capacity)
                                .Input(1, 10, c.level)
                                .Read();
    EXPECT_EQ(answers.traits, c.traits) << c.unit << " " << c.capacity << " " << c.level;
    EXPECT_EQ(answers.media.at(0).length_left.has_value(), c.unit == 16 && c.level > 0);
  }
  const auto named =
      Walk().Input(1, 2, 6).Input(1, 9, 40).Octets(mib::kPrtInput + Oid{13, 1, 1}, "Roll1").Read();
  ASSERT_EQ(named.traits.size(), 1U);
  EXPECT_EQ(named.traits[0].part, named.media.at(0).input);
}

TEST(PrinterMibTest, SaysHowMarkersAndOutputsAre) {
  const Answers answers = Walk()
                              .Number(mib::kPrtMarkerStatus + Oid{1, 1}, 0)
                              .Number(mib::kPrtMarkerStatus + Oid{1, 2}, 19)
                              .Number(mib::kPrtMarkerStatus + Oid{1, 3}, 7)  // no such sum
                              .Number(mib::kPrtMarkerStatus + Oid{2, 1}, 0)  // of another device
                              .Number(mib::kPrtOutputStatus + Oid{1, 1}, 9)
                              .Read();
  EXPECT_EQ(answers.traits,
            (std::vector<Trait>{
                {.trait = "status", .part = "marker 1.1", .value = "idle"},
                {.trait = "status", .part = "marker 1.2", .value = "broken, critical-alert"},
                {.trait = "status",
                 .part = "output 1.1",
                 .value = "unavailable-on-request, non-critical-alert"}}));
}

TEST(PrinterMibTest, SaysWhichMarkerASupplyIsOfWhereThereAreSeveral) {
  Walk walk = Walk().Supply(1, 2, 1).Supply(1, 9, 10).Supply(5, 2, 2).Supply(5, 9, 10);
  walk.Supply(7, 2, 0).Supply(7, 9, 10);  // 0 is of no marker
  walk.Marker(1, 8, 40);
  EXPECT_TRUE(walk.Read().traits.empty()) << "there is but one";
  EXPECT_EQ(walk.Marker(2, 8, 0).Read().traits,
            (std::vector<Trait>{{.trait = "marker", .part = "1.1", .value = "1"},
                                {.trait = "marker", .part = "1.5", .value = "2"}}));
}

TEST(PrinterMibTest, TakesTheKindOfAnInputFromHpWhereTheMibSaysNone) {
  const auto kind_of = [](std::int64_t mib_type, std::int64_t hp_type) {
    return Walk()
        .Input(1, 2, mib_type)
        .Number(mib::kHpTray + Oid{1, 17, 0}, hp_type)
        .Read()
        .media.at(0)
        .kind;
  };
  EXPECT_EQ(kind_of(2, 3), "automatic-roll");
  EXPECT_EQ(kind_of(1, 9), std::nullopt);
  EXPECT_EQ(kind_of(3, 3), "tray");
}

TEST(PrinterMibTest, ReadsLifetimeInkWithTheColoursItKnows) {
  Walk walk;
  for (std::uint32_t c = 1; c <= 7; ++c) {
    walk.Number(mib::kHpLifetimeInk + Oid{c, 1, 0}, c == 2 ? 0 : 1000 + c);
  }
  walk.Number(mib::kHpLifetimeInk + Oid{1, 2, 0}, 5);  // another leaf: not ours
  const auto known = LifetimeInk(
      walk.table(), BuiltInProfiles().Of({.model = "HP Designjet T770 24-in Postscript Printer"}));
  ASSERT_EQ(known.size(), 6U) << "0 reads as not supported";
  EXPECT_EQ(known[0].colorant, "cyan");
  EXPECT_EQ(known[0].value, (Quantity{Decimal::FromInteger(1001), "1/1000 ml"}));
  EXPECT_EQ(known[0].source, "1.3.6.1.4.1.11.2.3.9.4.2.1.4.1.5.6.3.1.1.0");
  EXPECT_EQ(known[4].colorant, "photo-black");
  EXPECT_EQ(known[5].colorant, "ink-7");
  const auto unknown = LifetimeInk(walk.table(), BuiltInProfiles().Default());
  EXPECT_EQ(unknown[0].colorant, "ink-1");
  EXPECT_EQ(unknown[0].value, (Quantity{Decimal::FromInteger(1001), "?"}))
      << "nobody has said in what another model counts";
}

TEST(PrinterMibTest, TakesTheSeverityOfAnAlertFromItsColumnOnly) {
  Walk walk;
  const std::pair<std::int64_t, Severity> levels[] = {{1, Severity::kInformation},
                                                      {3, Severity::kCritical},
                                                      {4, Severity::kWarning},
                                                      {5, Severity::kWarning},
                                                      {9, Severity::kUnknown}};
  for (const auto& [level, severity] : levels) {
    walk.Number(mib::kPrtAlert + Oid{2, 1, static_cast<std::uint32_t>(100 + level)}, level);
  }
  walk.Number(mib::kPrtAlert + Oid{7, 1, 1857}, 808);
  walk.Octets(mib::kPrtAlert + Oid{8, 1, 1857}, "Main roll path out of paper");
  walk.Number(mib::kPrtAlert + Oid{6, 1, 1857}, 12);
  walk.Number(mib::kPrtAlert + Oid{9, 1, 1857}, 8'640'000);
  walk.Number(mib::kPrtAlert + Oid{6, 1, 101}, -1);
  const auto alerts = walk.Read().alerts;
  ASSERT_TRUE(alerts);
  ASSERT_EQ(alerts->size(), 6U);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ((*alerts)[i].severity, levels[i].second);
  EXPECT_EQ((*alerts)[5], (Alert{.key = "1857",
                                 .severity = Severity::kUnknown,
                                 .code = "808",
                                 .text = "Main roll path out of paper",
                                 .location = "12",
                                 .raised = Quantity{Decimal::FromInteger(8'640'000), "1/100 s"}}));
  EXPECT_EQ((*alerts)[0].location, std::nullopt);
}

TEST(PrinterMibTest, AnAlertThatNeedsNobodyIsInformation) {
  struct Case {
    std::int64_t level, training;
    const char* text;
    Severity severity;
  };
  const Case cases[] = {
      {4, 7, "Powersave", Severity::kInformation},
      {4, 3, "Paper low", Severity::kWarning},
      {3, 7, "Jam", Severity::kCritical},
      {4, 3, "Ready", Severity::kInformation},
      {4, 3, "Ready for paper", Severity::kInformation},
      {4, 3, "Readying failed", Severity::kWarning},
      {3, 3, "Ready", Severity::kCritical},
  };
  for (const Case& c : cases) {
    const auto alerts = Walk()
                            .Number(mib::kPrtAlert + Oid{2, 1, 5}, c.level)
                            .Number(mib::kPrtAlert + Oid{3, 1, 5}, c.training)
                            .Octets(mib::kPrtAlert + Oid{8, 1, 5}, c.text)
                            .Read()
                            .alerts;
    ASSERT_EQ(alerts->size(), 1U) << "information stays in the record";
    EXPECT_EQ(alerts->at(0).severity, c.severity) << c.text;
  }
}

TEST(PrinterMibTest, SaysWhichPartAnAlertIsAbout) {
  EXPECT_EQ(AlertPartWords(8, 2), "input 2");
  EXPECT_EQ(AlertPartWords(6, -1), "cover") << "-1 is no row";
  EXPECT_EQ(AlertPartWords(11, std::nullopt), "marker-supply");
  EXPECT_EQ(AlertPartWords(-1, 3), "");
  EXPECT_EQ(AlertPartWords(std::nullopt, 3), "");
  const auto alerts = Walk()
                          .Number(mib::kPrtAlert + Oid{4, 1, 1857}, 8)
                          .Number(mib::kPrtAlert + Oid{5, 1, 1857}, 2)
                          .Number(mib::kPrtAlert + Oid{7, 1, 1857}, 1)
                          .Read()
                          .alerts;
  EXPECT_EQ(alerts->at(0).part, "input 2");
}

TEST(PrinterMibTest, AnEmptyAlertTableIsAStatementOnlyFromWhoHasOne) {
  EXPECT_EQ(Walk().Read().alerts, std::nullopt);
  const auto none = Walk().Number(mib::kPrtAlertCriticalEvents + Oid{1}, 12).Read().alerts;
  ASSERT_TRUE(none);
  EXPECT_TRUE(none->empty());
}

TEST(PrinterMibTest, ErrorBitsAreTheAlertsOfAnAgentWithoutATable) {
  const auto alerts_of = [](const std::string& bits) {
    return Walk().Marker(1, 7, 5).Octets(mib::kHrPrinterErrorState + Oid{1}, bits).Read().alerts;
  };
  for (const std::string& none : {std::string(), std::string(1, '\0'), std::string(2, '\0')}) {
    EXPECT_EQ(alerts_of(none), std::vector<Alert>()) << "the statement that nothing is wrong";
  }
  EXPECT_EQ(
      alerts_of("\x84\x14"),
      (std::vector<Alert>{
          {.key = "low-paper", .severity = Severity::kInformation, .code = "low-paper"},
          {.key = "jammed", .severity = Severity::kCritical, .code = "jammed"},
          {.key = "output-near-full", .severity = Severity::kWarning, .code = "output-near-full"},
          {.key = "input-tray-empty",
           .severity = Severity::kWarning,
           .code = "input-tray-empty"}}));
  EXPECT_EQ(Walk().Marker(1, 7, 5).Number(mib::kHrPrinterErrorState + Oid{1}, 4).Read().alerts,
            std::nullopt)
      << "no bits";
  EXPECT_EQ(Walk().Octets(mib::kHrPrinterErrorState + Oid{1}, "\x04").Read().alerts, std::nullopt)
      << "its Printer-MIB is silent, and may have a table";
}

TEST(PrinterMibTest, KnowsOfEachErrorBitWhetherItStopsThePrinter) {
  std::map<Severity, std::vector<std::string_view>> bits;
  for (const ErrorBit& bit : ErrorBits("\xFF\xFF")) bits[bit.severity].push_back(bit.word);
  using Words = std::vector<std::string_view>;
  EXPECT_EQ(bits[Severity::kCritical],
            (Words{"no-paper", "door-open", "jammed", "input-tray-missing", "output-tray-missing",
                   "marker-supply-missing", "output-full"}));
  EXPECT_EQ(bits[Severity::kWarning], (Words{"output-near-full", "input-tray-empty"}));
  EXPECT_EQ(bits[Severity::kInformation],
            (Words{"low-paper", "low-toner", "no-toner", "offline", "service-requested",
                   "overdue-preventive-maintenance"}))
      << "by itself each says nothing that somebody has to come for";
}

TEST(PrinterMibTest, ErrorBitsAreARemarkWhereThereIsAnAlertTable) {
  const auto counts = Walk()
                          .Octets(mib::kHrPrinterErrorState + Oid{1}, "\x04")
                          .Number(mib::kPrtAlertCriticalEvents + Oid{1}, 0)
                          .Read();
  EXPECT_EQ(counts.alerts, std::vector<Alert>()) << "its table is empty";
  EXPECT_EQ(counts.remarks, std::vector<std::string>{"error bits: jammed"});
  const auto lists = Walk()
                         .Octets(mib::kHrPrinterErrorState + Oid{1}, "\x04")
                         .Number(mib::kPrtAlert + Oid{2, 1, 7}, 4)
                         .Read();
  ASSERT_EQ(lists.alerts->size(), 1U);
  EXPECT_EQ(lists.alerts->at(0).key, "7");
  const auto of_another = Walk()
                              .Octets(mib::kHrPrinterErrorState + Oid{1}, "\x04")
                              .Number(mib::kPrtAlert + Oid{2, 5, 7}, 4)
                              .Read();
  EXPECT_EQ(of_another.alerts, std::nullopt) << "who lists alerts of another device has a table";
}

TEST(PrinterMibTest, ReadsTheStateFromThePairOfStatuses) {
  struct Case {
    std::int64_t device, printer;
    const char* state;
  };
  const Case cases[] = {{2, 3, "idle"},
                        {2, 4, "printing"},
                        {2, 1, "asleep"},
                        {3, 3, "idle"},
                        {3, 4, "printing"},
                        {5, 1, "stopped"},
                        {5, 5, "warming-up"},
                        {2, 5, "warming-up"},
                        {4, 1, "testing"},
                        {1, 2, ""},
                        {3, 1, ""}};
  for (const Case& c : cases) {
    EXPECT_EQ(StateWords(c.device, c.printer), c.state) << c.device << "/" << c.printer;
  }
  EXPECT_EQ(StateWords(std::nullopt, 3), "idle");
  EXPECT_EQ(StateWords(std::nullopt, std::nullopt), "");
}

TEST(PrinterMibTest, ReadsErrorBitsFromTheHighestDown) {
  EXPECT_EQ(ErrorBitWords(""), "");
  EXPECT_EQ(ErrorBitWords(std::string(2, '\0')), "");
  EXPECT_EQ(ErrorBitWords("\x80"), "low-paper");
  EXPECT_EQ(ErrorBitWords("\x48"), "no-paper, door-open");
  EXPECT_EQ(ErrorBitWords(std::string("\0\x80", 2)), "input-tray-missing");
  EXPECT_EQ(ErrorBitWords("\xFF\xFF\xFF").find("overdue"),
            ErrorBitWords("\xFF\xFF").find("overdue"));
}

TEST(PrinterMibTest, ReadsOnlyThePrinterItWasTold) {
  const Answers answers = Walk().Number(mib::kPrtMarkerLifeCount + Oid{2, 1}, 7).Read();
  EXPECT_TRUE(answers.meters.empty());
}

TEST(PrinterMibTest, SaysWhenATextWasCut) {
  const Answers answers =
      Walk().Octets(mib::kPrtMarkerSupplies + Oid{6, 1, 1}, std::string(300, 'x')).Read();
  ASSERT_EQ(answers.remarks.size(), 1U);
  EXPECT_EQ(answers.remarks[0],
            "1.3.6.1.2.1.43.11.1.1.6.1.1 is longer than 255 octets and was cut");
  EXPECT_EQ(answers.supplies[0].description->size(), 255U);
}

TEST(PrinterMibTest, UnderstandsTheCharsetOfTheCurrentLocalization) {
  const Answers answers = Walk()
                              .Number(mib::kPrtCurrentLocalization + Oid{1}, 2)
                              .Number(mib::kPrtLocalizationCharacterSet + Oid{1, 1}, 106)
                              .Number(mib::kPrtLocalizationCharacterSet + Oid{1, 2}, 4)
                              .Octets(mib::kPrtMarkerSupplies + Oid{6, 1, 1}, "\xC3\xBC")
                              .Read();
  EXPECT_EQ(answers.supplies[0].description, "Ã¼");
}

TEST(PrinterMibTest, AsksNotForThousandsOfInputsInDetail) {
  SnmpTable table;
  for (std::uint32_t row = 1; row <= 20'000; ++row) {
    table[mib::kPrtInput + Oid{2, 1, row}] = Value::Number(ValueType::kInteger, 6);
  }
  EXPECT_LE(PrinterMibObjects(table, {.verdict = Verdict::kLargeFormat}).size(), 160U);
}

}  // namespace
}  // namespace plotmeter
