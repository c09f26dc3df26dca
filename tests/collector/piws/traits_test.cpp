#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collector/piws/documents.h"
#include "collector/piws/jobs.h"
#include "collector/piws/wear.h"

namespace plotmeter {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Trait Of(std::string trait, std::string value, std::string unit = "") {
  return {.trait = std::move(trait), .value = std::move(value), .unit = std::move(unit)};
}

Trait OfPart(std::string part, std::string trait, std::string value, std::string unit = "") {
  return {std::move(trait), std::move(part), std::move(value), std::move(unit)};
}

TEST(TraitsTest, OfThePrinterAreInItsIdentification) {
  Answers answers;
  ReadTraits(ReadDocument(R"(<Identification><Fields><ModelNumber>W3Z71A</ModelNumber>
      <SerialNumber>CN9541H01M</SerialNumber><PrinterName>Ada's</PrinterName>
      <DeviceRegion>EMEA</DeviceRegion><UUID>1f2e</UUID><ServiceID>29123</ServiceID>
      <PrinterWidth><Value>24.000000</Value><Unit>in</Unit></PrinterWidth>
      <FwReleaseDate>1970-01-01T00:00:00Z</FwReleaseDate><OSVersion/>
      <BIOSVersion>0.3</BIOSVersion></Fields></Identification>)"),
             answers);
  EXPECT_THAT(answers.traits,
              ElementsAre(Of("model-number", "W3Z71A"), Of("region", "EMEA"),
                          Of("width", "24.000000", "in"), Of("bios-version", "0.3")));
}

TEST(TraitsTest, ADateBeforePrintersSaysNothing) {
  const auto traits = [](const std::string& date) {
    Answers answers;
    ReadTraits(ReadDocument("<Identification><FwReleaseDate>" + date +
                            "</FwReleaseDate></Identification>"),
               answers);
    return answers.traits;
  };
  EXPECT_THAT(traits("1970-01-01T00:04:00Z"), IsEmpty());
  EXPECT_THAT(traits("1999-12-31"), IsEmpty());
  EXPECT_THAT(traits("2021-05-01"), ElementsAre(Of("firmware-date", "2021-05-01")));
  EXPECT_THAT(traits("1970-A"), ElementsAre(Of("firmware-date", "1970-A"))) << "it is no date";
}

TEST(TraitsTest, OfACartridgeNameItsSlot) {
  Answers answers;
  ASSERT_TRUE(ReadInkSystem(ReadDocument(R"({"InkSystem": {"InkSlotGroup": {"Color": "cyan",
      "SlotGroupId": 0, "InkSlotCollection": {"InkSlot": {"SlotId": 3, "SlotInfo": {
        "InkSlotCumulativeInfo": {"InkUsed": 450, "NumberOfInsertions": 496},
        "InkSupplyInfo": {"BatchID": 1742, "Brand": "HP",
          "ManufacturerDate": "2025-11-02T00:00:00Z", "StatusCode": "0",
          "UserReportedStatus": "OK", "UserReportedSeverity": "None"}}}}}}})"),
                            answers));
  EXPECT_THAT(
      answers.traits,
      ElementsAre(OfPart("slot-3", "batch", "1742"), OfPart("slot-3", "brand", "HP"),
                  OfPart("slot-3", "manufactured", "2025-11-02T00:00:00Z"),
                  OfPart("slot-3", "status-code", "0"), OfPart("slot-3", "reported-status", "OK"),
                  OfPart("slot-3", "insertions", "496")));
  EXPECT_EQ(answers.meters.size(), 1U) << "insertions are no meter";
}

TEST(TraitsTest, OfACartridgeThatHasGoneAreNone) {
  Answers answers;
  ASSERT_TRUE(ReadInkSystem(ReadDocument(R"({"InkSystem": {"InkSlotGroup": {"Color": "cyan",
      "InkSlotCollection": {"InkSlot": {"SlotId": 3, "isPresent": "false",
        "SlotInfo": {"InkSupplyInfo": {"BatchID": 1742}}}}}}})"),
                            answers));
  EXPECT_THAT(answers.traits, IsEmpty());
}

TEST(TraitsTest, OfAHeadSayHowLongItMayLive) {
  Answers answers;
  ASSERT_TRUE(ReadPrintheads(ReadDocument(R"({"PrintheadsStatus": {"PrintheadSlot": [
      {"SlotId": 2, "PrintheadInfo": {"NominalLife": {"Value": 1000, "Unit": "cc"},
       "UsageTime": "P1Y2M0DT2H39M31S", "ExpiredInkUsed": false}}]}})"),
                             answers));
  EXPECT_THAT(answers.traits, ElementsAre(OfPart("printhead-2", "expired-ink-used", "false"),
                                          OfPart("printhead-2", "nominal-life", "1000", "cc"),
                                          OfPart("printhead-2", "usage-time", "P1Y2M0DT2H39M31S")));
}

TEST(TraitsTest, OfTheStateAreAllItsWords) {
  Answers answers;
  ASSERT_TRUE(ReadDeviceStatus(ReadDocument(R"({"DeviceStatus": {
      "StatusOverview": {"MostRelevantStatus": "WithAlerts", "StatusSeverity": "Warning",
        "StatusList": {"StatusType": ["WithAlerts", "Ready"]}},
      "ActivitiesOverview": {"MostRelevantActivity": {"Name": "Printing", "RemainingTime": -1},
        "CurrentActivities": {"Activity": [{"Name": "Printing"}, {"Name": "Drying"}]}},
      "ReadyToExecuteActivities": {"Activity": "Scanning"}}})"),
                               answers));
  EXPECT_EQ(answers.state, "printing");
  EXPECT_THAT(answers.traits,
              ElementsAre(Of("status", "WithAlerts"), Of("status-severity", "Warning"),
                          Of("status-list", "WithAlerts, Ready"),
                          Of("activities", "Printing, Drying"), Of("ready-for", "Scanning")));
}

TEST(TraitsTest, OfALongListAreItsBeginning) {
  std::string activities;
  for (int i = 0; i < 10'000; ++i) activities += R"("CleaningOfSomething",)";
  Answers answers;
  ASSERT_TRUE(ReadDeviceStatus(
      ReadDocument(R"({"DeviceStatus": {"ReadyToExecuteActivities": {"Activity": [)" + activities +
                   R"("Last"]}}})"),
      answers));
  ASSERT_EQ(answers.traits.size(), 1U);
  EXPECT_GT(answers.traits[0].value.size(), 255U - 20);
  EXPECT_LT(answers.traits[0].value.size(), 2 * 255U + 3);
}

std::vector<Trait> OfJob(const std::string& inside) {
  const auto queue = ReadJobQueue(
      ReadDocument(R"({"JobQueueSnapshot": {"Jobs": {"Job": {"Job2DPrint": {"UUID": "A", )" +
                   inside + "}}}}}"),
      {});
  return queue && queue->jobs.size() == 1 ? queue->jobs[0].traits
                                          : std::vector<Trait>{Of("no", "job")};
}

TEST(TraitsTest, OfAJobAreWhatWasAskedForAndWhereItWent) {
  EXPECT_THAT(OfJob(R"("Settings": {"PrintingOrder": "FirstPageOnTop", "CollateType": "Collated",
          "UserName": "ada", "ApplicationName": "CAD"},
        "Status": {"JobStatus": "Held", "HoldReason": "MissingPaper", "ConflictMask": 4},
        "Pages": {"Page": [
          {"Settings": {"Rotation": 90, "FoldingStyle": "DIN 824", "MediaDestination": "Basket"},
           "Accounting": {"MediaDestinationUsed": "Stacker"}},
          {"Settings": {"Rotation": 0, "FoldingStyle": "DIN 824", "MediaDestination": "Stacker"}}]})"),
              ElementsAre(Of("page-order", "FirstPageOnTop"), Of("collate", "Collated"),
                          Of("hold-reason", "MissingPaper"), Of("conflict", "4"),
                          Of("folding", "DIN 824"), Of("destination", "Stacker")));
}

TEST(TraitsTest, OfAJobThatNothingHinders) {
  EXPECT_THAT(OfJob(R"("Status": {"JobStatus": "Held", "HoldReason": "None", "ConflictMask": 0},
                       "Pages": {"Page": {"Settings": {"FoldingStyle": "None"}}})"),
              IsEmpty());
}

}  // namespace
}  // namespace plotmeter
