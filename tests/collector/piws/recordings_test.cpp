// What a real DesignJet Z9 was recorded to say. The recordings lie outside the project; without
// them these are skipped.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "collector/piws/documents.h"
#include "collector/piws/jobs.h"
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
  EXPECT_EQ(ReadIdentification(Document("Identification_fields.json")),
            (PrinterIdentity{.manufacturer = "HP",
                             .serial = "CNXXXXXXXX",
                             .product = "W3Z71A",
                             .model = "HP DesignJet Z9 24in",
                             .firmware = "JGR9_09_26_06.1"}));
}

TEST_F(RecordingsTest, ReadTenInks) {
  Answers answers;
  ASSERT_TRUE(ReadInkSystem(Document("InkSystem.json"), answers));
  ASSERT_TRUE(ReadDeviceStatus(Document("DeviceStatus.json"), answers));
  ExpectGolden("z9_answers.golden", Written(answers));
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
