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

TEST(LedmDocumentsTest, FindsTotalImpressionsAtTheRootToo) {
  Answers answers;
  ASSERT_TRUE(ReadProductUsage(Document("ProductUsageDyn.json"), answers));
  ASSERT_EQ(answers.meters.size(), 2u);
  EXPECT_EQ(answers.meters[0].value.value.text(), "88");
  EXPECT_EQ(answers.meters[0].source, "ProductUsageDyn/TotalImpressions");
  EXPECT_EQ(answers.meters[1].colorant, "light-cyan");
  EXPECT_EQ(answers.meters[1].value, (Quantity{*Decimal::Parse("12.50"), "cc"}));
}

TEST(LedmDocumentsTest, TakesNothingFromAnotherDocument) {
  const Node other = ReadDocument("<Other><InputTray><InputBin>x</InputBin></InputTray></Other>");
  Answers answers;
  EXPECT_FALSE(ReadProductUsage(other, answers));
  EXPECT_FALSE(ReadConsumables(other, answers));
  EXPECT_FALSE(ReadMediaHandling(other, answers));
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
