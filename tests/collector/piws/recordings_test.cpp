// What a real DesignJet Z9 was recorded to say. The recordings lie outside the project; without
// them these are skipped.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>

#include "collector/piws/documents.h"
#include "collector/piws/jobs.h"
#include "common/json.h"
#include "tests/collector/piws/written.h"
#include "tests/paths.h"

namespace plotmeter {
namespace {

using testing::HasSubstr;
using testing::Not;

class RecordingsTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(kFolder)) GTEST_SKIP() << "no recordings at " << kFolder;
  }

  static Node Document(const std::string& name) {
    std::ifstream in(kFolder / name, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return ReadDocument(text.str());
  }

  inline static const std::filesystem::path kFolder =
      std::filesystem::path(PLOTMETER_RECORDINGS) / "piws/designjet_z9";
};

TEST_F(RecordingsTest, IdentifyAZ9) {
  const Node document = Document("Identification_fields.json");
  const auto identity = ReadIdentification(document);
  ASSERT_TRUE(identity);
  Answers answers{.identity = *identity};
  ReadTraits(document, answers);
  ExpectGolden("z9_identity.golden", Written(answers));
}

TEST_F(RecordingsTest, ReadTenInks) {
  Answers answers;
  ASSERT_TRUE(ReadInkSystem(Document("InkSystem.json"), answers));
  ASSERT_TRUE(ReadDeviceStatus(Document("DeviceStatus.json"), answers));
  ExpectGolden("z9_answers.golden", Written(answers));
}

// What the tool that made the recording computed of the same answers.
TEST_F(RecordingsTest, SayWhatTheRecordersToolMadeOfThem) {
  std::ifstream in(kFolder / "derived_summary.json");
  const Json summary = Json::parse(in).at("full_status");
  Answers answers;
  ASSERT_TRUE(ReadInkSystem(Document("InkSystem.json"), answers));
  ASSERT_TRUE(ReadDeviceStatus(Document("DeviceStatus.json"), answers));
  std::map<std::string, double> levels;
  std::set<std::string> warned;
  for (const Supply& supply : answers.supplies) {
    if (supply.percent) levels[*supply.colorant] = std::stod(supply.percent->text());
    if (supply.state == "Warning") warned.insert(*supply.colorant);
  }
  EXPECT_EQ(levels, (summary.at("ink_levels").get<std::map<std::string, double>>()));
  std::set<std::string> warned_there;
  for (const Json& warning : summary.at("ink_warnings")) warned_there.insert(warning.at("color"));
  EXPECT_EQ(warned, warned_there);
  EXPECT_THAT(answers.traits,
              testing::Contains(Trait{.trait = "status", .value = summary.at("global_status")}));
}

TEST_F(RecordingsTest, ReadAJobThatNeverPrinted) {
  const auto queue = ReadJobQueue(Document("jobs_all_1job.xml"),
                                  {.seen_at = *ParseInstant("2026-05-23T16:30:56.500Z")});
  ASSERT_TRUE(queue);
  ExpectGolden("z9_jobs.golden", Written(Answers{.jobs = queue->jobs, .remarks = queue->remarks}));
}

TEST_F(RecordingsTest, FindNoPrinterInASoapAnswer) {
  const Node soap = Document("soap_medium_list.xml");
  Answers answers;
  EXPECT_EQ(ReadIdentification(soap), std::nullopt);
  EXPECT_EQ(ReadPaperList(soap), std::nullopt);
  EXPECT_FALSE(ReadInkSystem(soap, answers));
}

}  // namespace
}  // namespace plotmeter
