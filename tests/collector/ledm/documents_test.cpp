#include "collector/ledm/documents.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collector/ledm/happenings.h"
#include "collector/ledm/tree.h"
#include "tests/collector/ledm/written.h"

namespace plotmeter {
namespace {

using testing::HasSubstr;
using testing::Not;

const Instant kNow = *ParseInstant("2026-11-22T12:00:00Z");

Node Document(const std::string& name) { return ReadDocument(LedmGolden(name)); }

TEST(LedmDocumentsTest, ReadsEveryDocumentOfAPrinter) {
  Answers answers;
  answers.identity = *ReadProductConfig(Document("ProductConfigDyn.xml"));
  EXPECT_TRUE(ReadProductUsage(Document("ProductUsageDyn.xml"), answers));
  EXPECT_TRUE(ReadConsumables(Document("ConsumableConfigDyn.xml"), answers));
  EXPECT_TRUE(ReadMediaHandling(Document("MediaHandlingDyn.xml"), answers));
  EXPECT_TRUE(ReadProductStatus(Document("ProductStatusDyn.xml"), answers));
  EXPECT_TRUE(ReadProductLogs(Document("ProductLogsDyn.xml"), kNow, answers));
  answers.jobs = *ReadJobs(Document("JobList.xml"), "31-1");
  ExpectLedmGolden("ledm/answers.golden", WrittenLedm(answers));
  EXPECT_EQ(answers.jobs.at(0).name, "Plan of Mona.pdf");  // masked in the spool, as a site wants
}

TEST(LedmDocumentsTest, TakesTheFirmwareAndNotTheRevisionOfTheSchema) {
  const auto identity = ReadProductConfig(Document("ProductConfigDyn.xml"));
  EXPECT_EQ(identity, (PrinterIdentity{.manufacturer = "HP",
                                       .serial = "CN5T16L001",
                                       .product = "3EK10A",
                                       .model = "HP DesignJet T1600 PostScript Printer",
                                       .firmware = "AENEAS_03_21_01.2"}));
}

TEST(LedmDocumentsTest, SpellsTheMakerAsEveryChannelDoes) {
  const auto maker = [](const std::string& model) {
    return ReadProductConfig(
               ReadDocument("<ProductConfigDyn><ProductInformation><MakeAndModel>" + model +
                            "</MakeAndModel></ProductInformation></ProductConfigDyn>"))
        ->manufacturer;
  };
  EXPECT_EQ(maker("hp DesignJet T1600"), "HP");
  EXPECT_EQ(maker("Hewlett-Packard DesignJet 500"), "HP");
  EXPECT_EQ(maker("HP Inc. DesignJet XL 3600"), "HP");
  EXPECT_EQ(maker("DesignJet T1600"), "");
}

TEST(LedmDocumentsTest, TakesADateBeforePrintersForUnknown) {
  const auto installed = [](const std::string& date) {
    Answers answers;
    ReadConsumables(
        ReadDocument("<ConsumableConfigDyn><ConsumableInfo><ConsumableStation>1"
                     "</ConsumableStation><Installation><Date>" +
                     date + "</Date></Installation></ConsumableInfo></ConsumableConfigDyn>"),
        answers);
    return answers.supplies.at(0).installed;
  };
  EXPECT_EQ(installed("1999-12-31"), std::nullopt);
  EXPECT_EQ(installed("1970-01-01T00:04:00Z"), std::nullopt);
  EXPECT_EQ(installed("2000-01-01"), "2000-01-01");
}

TEST(LedmDocumentsTest, FindsTotalImpressionsAtTheRootToo) {
  Answers answers;
  ASSERT_TRUE(ReadProductUsage(Document("ProductUsageDyn.json"), answers));
  ASSERT_EQ(answers.meters.size(), 2u);
  EXPECT_EQ(answers.meters[0].value.value.text(), "88");
  EXPECT_EQ(answers.meters[0].source, "ProductUsageDyn/TotalImpressions");
  EXPECT_EQ(answers.meters[1].colorant, "light-cyan");
  EXPECT_EQ(answers.meters[1].value, (Quantity{*Decimal::Parse("12.50"), "cc"}));
}

TEST(LedmDocumentsTest, KeepsTheWearOfALatexRaw) {
  Answers answers;
  ASSERT_TRUE(ReadWear(ReadDocument(R"(<f:FibonacciDyn xmlns:f="f"><f:Version/>
      <f:currentPenLife><f:Pen>1</f:Pen><f:Life>812.5</f:Life></f:currentPenLife>
      <f:currentPenLife><f:Pen>2</f:Pen><f:Life>-1</f:Life></f:currentPenLife>
      <f:currentPenLife><f:Pen>1</f:Pen><f:Life>3</f:Life></f:currentPenLife>
      <f:maintenanceKitUsage><f:Usage>37</f:Usage></f:maintenanceKitUsage></f:FibonacciDyn>)"),
                       answers));
  EXPECT_TRUE(answers.meters.empty()) << "a part is replaced, and then its count falls";
  EXPECT_THAT(
      answers.supplies,
      testing::ElementsAre(
          Supply{.supply = "pen-1", .kind = "printhead", .remark = "life 812.5"},
          Supply{.supply = "pen-1-2", .kind = "printhead", .remark = "life 3"},
          Supply{.supply = "maintenance-kit", .kind = "maintenance-kit", .remark = "usage 37"}));
  EXPECT_THAT(answers.remarks, testing::ElementsAre(HasSubstr("Life cannot be read")));
}

TEST(LedmDocumentsTest, NamesTheBrandOfASupply) {
  Answers answers;
  ASSERT_TRUE(ReadConsumables(
      ReadDocument("<ConsumableConfigDyn><ConsumableInfo><ConsumableStation>1</ConsumableStation>"
                   "<ConsumableLifeState><Brand>HP</Brand></ConsumableLifeState></ConsumableInfo>"
                   "<ConsumableInfo><ConsumableStation>2</ConsumableStation>"
                   "<ConsumableLifeState><Brand>unknown</Brand></ConsumableLifeState>"
                   "</ConsumableInfo></ConsumableConfigDyn>"),
      answers));
  EXPECT_THAT(answers.traits,
              testing::ElementsAre(Trait{.trait = "brand", .part = "station-1", .value = "HP"}));
}

TEST(LedmDocumentsTest, ReadsWarrantyAndSheets) {
  Answers answers;
  ASSERT_TRUE(ReadConsumables(
      ReadDocument("<ConsumableConfigDyn><ConsumableInfo><ConsumableStation>1</ConsumableStation>"
                   "<Warranty><ExpirationDate>2027-06-30</ExpirationDate></Warranty>"
                   "</ConsumableInfo><ConsumableInfo><ConsumableStation>2</ConsumableStation>"
                   "<Warranty><ExpirationDate>1970-01-01</ExpirationDate></Warranty>"
                   "</ConsumableInfo></ConsumableConfigDyn>"),
      answers));
  ASSERT_EQ(answers.supplies.size(), 2U);
  EXPECT_EQ(answers.supplies[0].warranty_until, "2027-06-30");
  EXPECT_EQ(answers.supplies[1].warranty_until, std::nullopt);
  ASSERT_TRUE(ReadMediaHandling(
      ReadDocument("<MediaHandlingDyn><InputTray><InputBin>manual</InputBin>"
                   "<TrayType>manualFeed</TrayType><Unit>mm</Unit><Width>210</Width>"
                   "<Length>297</Length></InputTray><InputTray><InputBin>roll</InputBin>"
                   "<Length>0</Length></InputTray></MediaHandlingDyn>"),
      answers));
  ASSERT_EQ(answers.media.size(), 2U);
  EXPECT_EQ(answers.media[0].kind, "manual-feed");
  EXPECT_EQ(answers.media[0].length, (Quantity{*Decimal::Parse("297"), "mm"}));
  EXPECT_EQ(answers.media[1].kind, std::nullopt);
  EXPECT_EQ(answers.media[1].length, std::nullopt);
}

TEST(LedmDocumentsTest, TakesNothingFromAnotherDocument) {
  const Node other = ReadDocument("<Other><InputTray><InputBin>x</InputBin></InputTray></Other>");
  Answers answers;
  EXPECT_FALSE(ReadProductUsage(other, answers));
  EXPECT_FALSE(ReadConsumables(other, answers));
  EXPECT_FALSE(ReadMediaHandling(other, answers));
  EXPECT_FALSE(ReadWear(other, answers));
  EXPECT_FALSE(ReadProductStatus(other, answers));
  EXPECT_FALSE(ReadProductLogs(other, kNow, answers));
  EXPECT_EQ(ReadProductConfig(other), std::nullopt);
  EXPECT_EQ(ReadDiscoveryTree(other), std::nullopt);
  EXPECT_EQ(ReadEventTable(other), std::nullopt);
  EXPECT_EQ(ReadJobs(other, ""), std::nullopt);
}

TEST(LedmDocumentsTest, NamesNobody) {
  Answers answers;
  answers.identity = *ReadProductConfig(Document("ProductConfigDyn.xml"));
  ReadProductLogs(Document("ProductLogsDyn.xml"), kNow, answers);
  answers.jobs = *ReadJobs(Document("JobList.xml"), "31-1");
  EXPECT_THAT(WrittenLedm(answers), Not(HasSubstr("ona")));
  EXPECT_THAT(WrittenLedm(answers), Not(HasSubstr("Louvre")));
}

}  // namespace
}  // namespace plotmeter
