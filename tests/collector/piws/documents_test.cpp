#include "collector/piws/documents.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "collector/piws/said.h"
#include "tests/collector/piws/written.h"
#include "tests/growth.h"

namespace plotmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

Node Sample(const std::string& name) { return ReadDocument(Golden(name)); }

TEST(IdentificationTest, ReadsBothGenerations) {
  EXPECT_EQ(ReadIdentification(Sample("Identification.xml")),
            (PrinterIdentity{.manufacturer = "HP",
                             .serial = "CN1A2B3C4D",
                             .product = "7XY42A",
                             .model = "HP DesignJet Z7 42in",
                             .firmware = "JGR9_01_02_03.4"}));
  EXPECT_EQ(ReadIdentification(Sample("Identification.json")),
            (PrinterIdentity{.manufacturer = "HP",
                             .serial = "SG5E6F7G8H",
                             .product = "9AB12A",
                             .model = "HP Latex 1234W Printer",
                             .firmware = "LX_01_02"}));
}

TEST(IdentificationTest, TakesAPlaceholderForNoSerial) {
  for (const char* serial :
       {"XXXXXXXXXX", "0000000000", "ffffffffff", "<private>", "N/A", "AB12C", "", "CN 12345"}) {
    const auto identity = ReadIdentification(
        ReadDocument(std::string(R"({"Identification": {"ModelName": "HP X", "SerialNumber": ")") +
                     serial + "\"}}"));
    ASSERT_TRUE(identity) << serial;
    EXPECT_EQ(identity->serial, "") << serial;
  }
  EXPECT_EQ(
      ReadIdentification(ReadDocument(R"({"Identification": {"SerialNumber": "CNXXXXXXXX"}})"))
          ->serial,
      "CNXXXXXXXX");
}

// The maker is a part of who a printer is, and SNMP says HP.
TEST(IdentificationTest, SpellsTheMakerAsEveryChannelDoes) {
  const auto maker = [](const std::string& fields) {
    return ReadIdentification(ReadDocument(R"({"Identification": {"SerialNumber": "CN9541H01M", )" +
                                           fields + "}}"))
        ->manufacturer;
  };
  for (const char* said : {"Hewlett-Packard", "HP Inc.", "hp", " HP ", "Hewlett Packard"}) {
    EXPECT_EQ(maker(std::string(R"("Manufacturer": ")") + said + "\""), "HP") << said;
  }
  EXPECT_EQ(maker(R"("Manufacturer": "Canon", "ModelName": "HP X")"), "Canon");
  EXPECT_EQ(maker(R"("ModelName": "hp DesignJet Z9")"), "HP");
  EXPECT_EQ(maker(R"("ModelName": "DesignJet Z9")"), "");
}

TEST(IdentificationTest, IsNothingWithoutAName) {
  EXPECT_EQ(ReadIdentification(ReadDocument(R"({"Identification": {"UUID": "1"}})")), std::nullopt);
  EXPECT_EQ(ReadIdentification(ReadDocument(R"({"Other": {"ModelName": "HP X"}})")), std::nullopt);
}

TEST(DocumentsTest, ReadTheSampleAsTheGoldenFileSays) {
  Answers answers;
  answers.identity = *ReadIdentification(Sample("Identification.xml"));
  const PaperNames papers = *ReadPaperList(Sample("PaperList.json"));
  EXPECT_TRUE(ReadInkSystem(Sample("InkSystem.json"), answers));
  EXPECT_TRUE(ReadDeviceStatus(Sample("DeviceStatus.json"), answers));
  EXPECT_TRUE(ReadMediaSystem(Sample("MediaSystem.json"), papers, answers));
  EXPECT_TRUE(ReadActiveAlerts(Sample("ActiveAlerts.json"), answers));
  ExpectGolden("answers.golden", Written(answers));
  EXPECT_THAT(Written(answers), Not(HasSubstr("Mona")));
}

TEST(InkSystemTest, ReadsAlikeFromXmlAndJson) {
  Answers from_xml;
  Answers from_json;
  EXPECT_TRUE(ReadInkSystem(Sample("InkSystem.xml"), from_xml));
  EXPECT_TRUE(ReadInkSystem(Sample("InkSystem.json"), from_json));
  EXPECT_EQ(Written(from_xml), Written(from_json));
}

// One group with one slot whose InkUsed is `used`.
Answers Ink(const std::string& used) {
  Answers answers;
  ReadInkSystem(
      ReadDocument(R"({"InkSystem": {"InkSlotGroup": {"Color": "cyan", "InkSlotCollection":
      {"InkSlot": {"SlotId": 0, "SlotInfo": {"InkSlotCumulativeInfo": {"InkUsed": )" +
                   used + "}}}}}}}"),
      answers);
  return answers;
}

TEST(InkSystemTest, KeepsTheDigitsAndTheUnit) {
  EXPECT_EQ(Ink(R"({"Value": 433, "Unit": "cc"})").meters[0].value.value.text(), "433");
  EXPECT_EQ(Ink(R"({"Value": "433.250000", "Unit": "cc"})").meters[0].value.value.text(),
            "433.250000");
  EXPECT_EQ(Ink(R"({"Value": 0, "Unit": "cc"})").meters[0].value.value.text(),
            "0");  // a new printer
  EXPECT_EQ(Ink("433").meters[0].value.unit, "?");
}

TEST(InkSystemTest, NeverTakesUnknownForZero) {
  for (const char* used : {"null", "\"\"", "\"n/a\"", "-1", R"({"Unit": "cc"})", "true", "[]",
                           R"({"Value": "1e3", "Unit": "cc"})", R"({"Value": -5, "Unit": "cc"})"}) {
    const Answers answers = Ink(used);
    EXPECT_TRUE(answers.meters.empty()) << used;
    EXPECT_EQ(answers.remarks.size(), 1u) << used;
  }
}

TEST(InkSystemTest, SumsNothing) {
  Answers answers;
  ReadInkSystem(Sample("InkSystem.json"), answers);
  int black = 0;
  for (const MeterValue& meter : answers.meters) {
    EXPECT_EQ(meter.meter, "ink.used");
    if (meter.colorant == "matte-black") {  // two cartridges and a tank: the group's own total
      EXPECT_EQ(meter.value.value.text(), "100");
      EXPECT_EQ(meter.source, "InkSystem/InkSlotGroup[1]/InkUsed");
      ++black;
    }
  }
  EXPECT_EQ(black, 1);
}

TEST(InkSystemTest, TakesAnUnknownFlagForNone) {
  Answers answers;
  ReadInkSystem(
      ReadDocument(R"({"InkSystem": {"InkSlotGroup": {"Color": "cyan", "InkSlotCollection":
      {"InkSlot": {"SlotId": 0, "SlotInfo": {"InkSupplyInfo": {"Status": {"StatusFlag": "Unknown"}}}}}}}})"),
      answers);
  ASSERT_EQ(answers.supplies.size(), 1u);
  EXPECT_EQ(answers.supplies[0].remark, std::nullopt);
}

// The group of colour cyan, and what is told of it: meters and remarks.
std::vector<std::string> TellsOf(const std::string& group) {
  Answers answers;
  ReadInkSystem(ReadDocument(R"({"InkSystem": {"InkSlotGroup": {"Color": "cyan",
      "SlotGroupId": 3, )" + group +
                             "}}}"),
                answers);
  std::vector<std::string> told;
  for (const MeterValue& meter : answers.meters) {
    const std::string not_billed = meter.meter == "ink.used" ? "" : meter.meter + " ";
    told.push_back(not_billed + *meter.colorant + " " + meter.value.value.text() + " " +
                   meter.source);
  }
  told.insert(told.end(), answers.remarks.begin(), answers.remarks.end());
  return told;
}

std::string Slot(const std::string& id, const std::string& used) {
  return R"({"SlotId": )" + id + R"(, "SlotInfo": {"InkSlotCumulativeInfo": {"InkUsed": )" + used +
         "}}}";
}

TEST(InkSystemTest, WithoutATotalOfItsGroupTellsEachOfTwoSlots) {
  EXPECT_THAT(TellsOf(R"("InkSlot": [)" + Slot("0", "1") + "," + Slot("1", "2") + "]"),
              ElementsAre("x-slot-ink cyan-slot-0 1 InkSystem/InkSlot[0]/InkUsed",
                          "x-slot-ink cyan-slot-1 2 InkSystem/InkSlot[1]/InkUsed"));
  EXPECT_THAT(TellsOf(R"("InkSlotGroupInfo": {"InkUsed": "n/a"}, "InkSlot": [)" + Slot("0", "1") +
                      "," + Slot("1", "null") + "]"),
              ElementsAre("x-slot-ink cyan-slot-0 1 InkSystem/InkSlot[0]/InkUsed",
                          "InkSystem cyan-slot-1: no InkUsed"));
  EXPECT_THAT(TellsOf(R"("InkSlot": [)" + Slot("0", "1") + "," + Slot("0", "2") + "]"),
              ElementsAre("x-slot-ink cyan-slot-0 1 InkSystem/InkSlot[0]/InkUsed",
                          "InkSystem cyan-slot-0 comes twice"));
  EXPECT_THAT(TellsOf(R"("InkSlot": [)" + Slot("0", "null") + "," + Slot("1", "null") + "]"),
              ElementsAre("InkSystem cyan: no InkUsed"));
}

TEST(InkSystemTest, AGroupThatNamesNoUnitCountsInThatOfItsSlot) {
  const auto unit_of = [](const std::string& slot) {
    Answers answers;
    ReadInkSystem(ReadDocument(R"({"InkSystem": {"InkSlotGroup": {"Color": "cyan",
                               "InkSlotGroupInfo": {"InkUsed": "433"}, "InkSlot": )" +
                               slot + "}}}"),
                  answers);
    return answers.meters.at(0).value.value.text() + " " + answers.meters.at(0).value.unit;
  };
  const auto cc = [](const char* used) {
    return std::string(R"({"Value": ")") + used + R"(", "Unit": "cc"})";
  };
  EXPECT_EQ(unit_of(Slot("0", cc("433"))), "433 cc");
  EXPECT_EQ(unit_of(Slot("0", cc("434"))), "433 cc") << "while they differ it is the same meter";
  EXPECT_EQ(unit_of(Slot("0", R"("434")")), "433 ?");
}

TEST(InkSystemTest, TakesTheGroupsCountWhereTheSlotTellsNone) {
  const std::string group = R"("InkSlotGroupInfo": {"InkUsed": 7}, "InkSlot": )";
  EXPECT_THAT(TellsOf(group + R"({"SlotId": 0})"),
              ElementsAre("cyan 7 InkSystem/InkSlotGroup[3]/InkUsed"));
  EXPECT_THAT(TellsOf(group + Slot("0", "\"n/a\"")),
              ElementsAre("cyan 7 InkSystem/InkSlotGroup[3]/InkUsed"));
  EXPECT_THAT(TellsOf(group + Slot("0", R"({"Value": "7.000", "Unit": "cc"})")),
              ElementsAre("cyan 7.000 InkSystem/InkSlot[0]/InkUsed"));
}

TEST(InkSystemTest, TakesTheCountOfAGroupWithoutASlot) {
  EXPECT_THAT(TellsOf(R"("InkSlotGroupInfo": {"InkUsed": 7})"),
              ElementsAre("cyan 7 InkSystem/InkSlotGroup[3]/InkUsed"));
  EXPECT_THAT(TellsOf(R"("InkSlotCollection": null)"), ElementsAre("InkSystem cyan: no InkUsed"));
  EXPECT_THAT(TellsOf(R"("InkSlotGroupInfo": {"InkUsed": 7},
                         "InkSlot": {"SlotId": 9, "SupplyType": "Reservoir"})"),
              ElementsAre())
      << "a tank, which is filled from the supplies that another group counts";
}

TEST(DeviceStatusTest, SaysWhatThePrinterDoes) {
  const auto state = [](const std::string& activity, const std::string& severity) {
    Answers answers;
    ReadDeviceStatus(
        ReadDocument("<DeviceStatus><StatusOverview><MostRelevantStatus>WithAlerts"
                     "</MostRelevantStatus><StatusSeverity>" +
                     severity +
                     "</StatusSeverity></StatusOverview><ActivitiesOverview>"
                     "<MostRelevantActivity>" +
                     activity + "</MostRelevantActivity></ActivitiesOverview></DeviceStatus>"),
        answers);
    return answers.state.value_or("nothing");
  };
  EXPECT_EQ(state("<Name>NoActivity</Name>", "Warning"), "idle");
  EXPECT_EQ(state("<Name>NoActivity</Name>", "Error"), "stopped");
  EXPECT_EQ(state("<Name>Printing</Name>", "Warning"), "printing");
  EXPECT_EQ(state("<Name>DeviceMaintenance</Name>", ""), "DeviceMaintenance");
  EXPECT_EQ(state("", ""), "WithAlerts");
}

TEST(ActiveAlertsTest, TellsNoneFromNoStatement) {
  for (const char* none : {R"({"ActiveAlerts": null})", R"({"ActiveAlerts": {"List": null}})",
                           "<ActiveAlerts/>", "<ActiveAlerts><List/></ActiveAlerts>"}) {
    Answers answers;
    EXPECT_TRUE(ReadActiveAlerts(ReadDocument(none), answers)) << none;
    ASSERT_TRUE(answers.alerts) << none;
    EXPECT_TRUE(answers.alerts->empty()) << none;
  }
  Answers answers;
  EXPECT_FALSE(ReadActiveAlerts(ReadDocument("<Other/>"), answers));
  EXPECT_FALSE(answers.alerts);
}

TEST(ActiveAlertsTest, ReadsOneAlertWithoutAList) {
  Answers answers;
  ReadActiveAlerts(
      ReadDocument(R"({"ActiveAlerts": {"Alert": {"FullName": "/A", "Severity": "Odd"}}})"),
      answers);
  EXPECT_EQ(*answers.alerts, (std::vector<Alert>{{.key = "/A", .severity = Severity::kUnknown}}));
}

TEST(ActiveAlertsTest, NameThePartThatTheyAreOf) {
  const auto part = [](const std::string& full_name, const std::string& name,
                       const std::string& area = "") {
    Answers answers;
    ReadActiveAlerts(
        ReadDocument("<ActiveAlerts><Alert><FullName>" + full_name + "</FullName><Name>" + name +
                     "</Name><Area>" + area + "</Area></Alert></ActiveAlerts>"),
        answers);
    EXPECT_EQ(answers.alerts->at(0).key, full_name);
    return answers.alerts->at(0).part;
  };
  EXPECT_EQ(part("/IDS/CARTRIDGE_GROUPS/CARTRIDGE_GROUP_yellow_1/CARTRIDGE_4/VERYLOW", "VERYLOW"),
            "cartridge-group yellow 1, cartridge 4");
  EXPECT_EQ(part("/IDS/CARTRIDGE_GROUPS/CARTRIDGE_GROUP_photo-black_4/LOW", "LOW"),
            "cartridge-group photo-black 4");
  EXPECT_EQ(part("/MEDIA/INPUTS/Roll 1/LOW_PAPER", "LOW_PAPER"), "media, inputs, roll 1");
  EXPECT_EQ(part("/PMK/PREVENTIVE_MAINTENANCE_KIT_1_PRINTHEAD_CLEANING/WORN", "WORN"),
            "pmk, preventive-maintenance-kit 1 printhead-cleaning");
  EXPECT_EQ(part("/SYSTEM/READY", ""), "system");
  EXPECT_EQ(part("/IDS/EXPIRED", "EXPIRED", "InkSystem"), "ids");
  EXPECT_EQ(part("//EXPIRED/", "EXPIRED", "IDS"), "ids") << "the area, where no part is named";
  EXPECT_EQ(part("/EXPIRED", "EXPIRED"), std::nullopt);
  EXPECT_EQ(part("/HEADS/HEAD_2", "MISSING"), "head 2") << "it does not end in its condition";
  EXPECT_EQ(part("/" + std::string(200, 'A') + "/LOW", "LOW", "HEADS"), "heads");
}

// Alerts of one part with one code are taken for one, so two parts may not have one name.
TEST(ActiveAlertsTest, KeepPartsApart) {
  std::set<std::string> parts;
  for (const char* full_name :
       {"/IDS/CARTRIDGES/CARTRIDGE_1/X", "/IDS/CARTRIDGES/CARTRIDGE_2/X", "/IDS/CARTRIDGES/X",
        "/IDS/HEADS/CARTRIDGE_1/X", "/MEDIA/CARTRIDGE_1/X", "/IDS/CARTRIDGE_11/X"}) {
    parts.insert(PartWords(full_name, "X"));
  }
  EXPECT_EQ(parts.size(), 6u) << testing::PrintToString(parts);
}

TEST(PaperListTest, NamesPapersInEnglishWhereItCan) {
  const PaperNames expected{{"2070", "Photo Satin Paper"},
                            {"0A1B2C3D4E5F60718293A4B5C6D7E8F9", "Büttenpapier 308"}};
  EXPECT_EQ(ReadPaperList(Sample("PaperList.json")), expected);
  EXPECT_EQ(ReadPaperList(Sample("PaperListStatus.xml")), expected);
  EXPECT_EQ(ReadPaperList(ReadDocument("<Other/>")), std::nullopt);
}

TEST(DocumentsTest, LeaveAloneWhatIsNotTheirs) {
  const Node other = ReadDocument(R"({"Other": {"a": 1}})");
  Answers answers;
  EXPECT_FALSE(ReadInkSystem(other, answers));
  EXPECT_FALSE(ReadDeviceStatus(other, answers));
  EXPECT_FALSE(ReadMediaSystem(other, {}, answers));
  EXPECT_FALSE(ReadActiveAlerts(other, answers));
  EXPECT_EQ(Written(answers), Written(Answers{}));
}

TEST(ActiveAlertsTest, CostNoSquareOfTheirNumber) {
  if (!kClockIsOfTheProcessor) GTEST_SKIP();
  EXPECT_LT(
      GrowthOf(3'000,
               [](int alerts) {
                 std::string many;
                 for (int i = 0; i < alerts; ++i) {
                   many +=
                       (many.empty() ? "" : ",") + ("{\"FullName\":\"" + std::to_string(i) + "\"}");
                 }
                 Answers answers;
                 EXPECT_TRUE(ReadActiveAlerts(
                     ReadDocument(R"({"ActiveAlerts": {"Alert": [)" + many + "]}}"), answers));
                 EXPECT_EQ(answers.alerts->size(), static_cast<std::size_t>(alerts));
               }),
      kNoSquare);
}

}  // namespace
}  // namespace plotmeter
