#include "collector/ledm/documents.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/collector/ledm/written.h"

namespace plotmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

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

TEST(LedmDocumentsTest, ListsOnlyWhatTheTreeLists) {
  const auto tree = ReadDiscoveryTree(ReadDocument(R"(<DiscoveryTree>
      <SupportedTree><ResourceURI>/DevMgmt/ProductConfigDyn.xml</ResourceURI></SupportedTree>
      <SupportedTree><ResourceURI>/x/productusagedyn.json</ResourceURI></SupportedTree>
      <SupportedIfc><ManifestURI>/Jobs/JobsManifest.xml</ManifestURI></SupportedIfc>
    </DiscoveryTree>)"));
  ASSERT_TRUE(tree);
  EXPECT_THAT(
      *tree,
      ElementsAre(Pair(LedmResource::kIdentity, ElementsAre("/DevMgmt/ProductConfigDyn.xml",
                                                            "/DevMgmt/ProductConfigDyn.json")),
                  Pair(LedmResource::kUsage,
                       ElementsAre("/x/productusagedyn.json", "/x/productusagedyn.xml")),
                  Pair(LedmResource::kJobs, ElementsAre("/Jobs/JobList", "/Jobs/JobList.xml"))));
}

TEST(LedmDocumentsTest, AsksForNoPathThatLeadsElsewhere) {
  for (const char* path : {"http://10.0.0.1/ProductUsageDyn.xml", "//10.0.0.1/ProductUsageDyn.xml",
                           "/../ProductUsageDyn.xml", "/a?b=/ProductUsageDyn.xml",
                           "/a b/ProductUsageDyn.xml", "/a@b/ProductUsageDyn.xml", "/"}) {
    const auto tree =
        ReadDiscoveryTree(ReadDocument(std::string("<DiscoveryTree><SupportedTree><ResourceURI>") +
                                       path + "</ResourceURI></SupportedTree></DiscoveryTree>"));
    ASSERT_TRUE(tree);
    EXPECT_TRUE(tree->empty()) << path;
  }
}

TEST(LedmDocumentsTest, SaysTheStateInOurWords) {
  const auto state = [](const std::string& categories) {
    std::string xml = "<ProductStatusDyn>";
    std::istringstream words(categories);
    for (std::string word; words >> word;) {
      xml += "<Status><StatusCategory>" + word + "</StatusCategory></Status>";
    }
    Answers answers;
    EXPECT_TRUE(ReadProductStatus(ReadDocument(xml + "</ProductStatusDyn>"), answers));
    EXPECT_EQ(answers.alerts, std::vector<Alert>{});
    return answers.state;
  };
  EXPECT_EQ(state("ready"), "idle");
  EXPECT_EQ(state("cartridgeLow processing"), "printing");
  EXPECT_EQ(state("processing jamInPrinter"), "stopped");
  EXPECT_EQ(state("closeDoorOrCover"), "stopped");
  EXPECT_EQ(state("inPowerSave"), "asleep");
  EXPECT_EQ(state("cancelJob"), "cancelJob");
  EXPECT_EQ(state(""), std::nullopt);
}

TEST(LedmDocumentsTest, NamesAJobByItsUrlAndTheStartOfThePrinter) {
  const Node job = ReadDocument(
      "<j:Job xmlns:j='x'><j:JobUrl>/Jobs/JobList/2</j:JobUrl><j:JobCategory>Scan</j:JobCategory>"
      "<j:JobState>Processing</j:JobState></j:Job>");
  const auto jobs = ReadJobs(job, "163-1");
  ASSERT_EQ(jobs->size(), 1u);
  EXPECT_EQ(jobs->at(0), (JobRecord{.job = "/Jobs/JobList/2@163-1",
                                    .type = "scan",
                                    .status = "printing",
                                    .status_raw = "Processing"}));
  EXPECT_EQ(ReadJobs(job, "")->at(0).job, "/Jobs/JobList/2");
}

TEST(LedmDocumentsTest, NamesNobody) {
  Answers answers;
  answers.identity = *ReadProductConfig(Document("ProductConfigDyn.xml"));
  ReadProductLogs(Document("ProductLogsDyn.xml"), kNow, answers);
  answers.jobs = *ReadJobs(Document("JobList.xml"), "31-1");
  EXPECT_THAT(WrittenLedm(answers), Not(HasSubstr("ona")));
  EXPECT_THAT(WrittenLedm(answers), Not(HasSubstr("Louvre")));
}

TEST(LedmDocumentsTest, StaysQuickWhenEverythingComesTwice) {
  std::string xml = "<ProductStatusDyn><AlertTable>";
  for (int i = 0; i < 60'000; ++i) {
    xml += "<Alert><ProductStatusAlertID>a" + std::to_string(i) + "</ProductStatusAlertID></Alert>";
  }
  Answers answers;
  EXPECT_TRUE(ReadProductStatus(ReadDocument(xml + "</AlertTable></ProductStatusDyn>"), answers));
  EXPECT_EQ(answers.alerts->size(), 60'000u);
}

}  // namespace
}  // namespace plotmeter
