#include "collector/ledm/happenings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <sstream>

namespace plotmeter {
namespace {

using testing::ElementsAre;
using testing::Field;

TEST(LedmHappeningsTest, SaysTheStateInOurWords) {
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

TEST(LedmHappeningsTest, NamesThePartOfAnAlertByColourAndStation) {
  const auto alert = [](const std::string& details) {
    Answers answers;
    ReadProductStatus(
        ReadDocument("<ProductStatusDyn><AlertTable><Alert><ProductStatusAlertID>cartridgeLow"
                     "</ProductStatusAlertID><AlertDetails>" +
                     details + "</AlertDetails></Alert></AlertTable></ProductStatusDyn>"),
        answers);
    return answers.alerts->at(0);
  };
  const std::string type =
      "<AlertDetailsConsumableTypeEnum>inkCartridge"
      "</AlertDetailsConsumableTypeEnum>";
  const std::string color = "<AlertDetailsMarkerColor>LightCyan</AlertDetailsMarkerColor>";
  const std::string station = "<ConsumableStation>2</ConsumableStation>";
  EXPECT_EQ(alert(type + color + station).part, "ink-cartridge light-cyan 2");
  EXPECT_EQ(alert(type + color + station).key, "cartridgeLow/light-cyan/2");
  EXPECT_EQ(alert(color).part, "supply light-cyan");
  EXPECT_EQ(alert(station).part, "supply 2");
  EXPECT_EQ(alert(type).part, std::nullopt);
  EXPECT_EQ(alert("").key, "cartridgeLow");
}

TEST(LedmHappeningsTest, NamesAJobByItsUrlAndTheStartOfThePrinter) {
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

TEST(LedmHappeningsTest, StaysQuickWhenEverythingComesTwice) {
  std::string xml = "<ProductStatusDyn><AlertTable>";
  for (int i = 0; i < 60'000; ++i) {
    xml += "<Alert><ProductStatusAlertID>a" + std::to_string(i) + "</ProductStatusAlertID></Alert>";
  }
  Answers answers;
  EXPECT_TRUE(ReadProductStatus(ReadDocument(xml + "</AlertTable></ProductStatusDyn>"), answers));
  EXPECT_EQ(answers.alerts->size(), 60'000u);
}

// LEDM writes places as whole URLs now and then; its host is an address that may have to stay here.
TEST(LedmHappeningsTest, TellsNoAddressInTheIdOfAJob) {
  const auto jobs = ReadJobs(ReadDocument(R"({"JobList": {"Job": [
      {"JobUrl": "http://192.168.1.7:8080/Jobs/JobList/4"}, {"JobUrl": "https://rosas-pc.example/Jobs/5"},
      {"JobUrl": "http://192.168.1.7"}, {"JobUrl": "rosa"}, {"JobUrl": "/a?rosa"},
      {"JobUrl": "/Jobs/JobList/4"}]}})"),
                             "163-1");
  ASSERT_TRUE(jobs);
  EXPECT_THAT(*jobs, ElementsAre(Field(&JobRecord::job, "/Jobs/JobList/4@163-1"),
                                 Field(&JobRecord::job, "/Jobs/5@163-1")));
}

// The stamp becomes part of the id of every job: a table of such events would fill the memory.
TEST(LedmHappeningsTest, KeepsStampsShort) {
  std::string xml = "<EventTable>";
  for (int i = 0; i < 20'000; ++i) {
    xml += "<Event><UnqualifiedEventCategory>PowerUpEvent</UnqualifiedEventCategory><AgingStamp>" +
           std::to_string(i) + "-1</AgingStamp></Event>";
  }
  const auto stamps = ReadEventTable(ReadDocument(xml + "</EventTable>"));
  ASSERT_TRUE(stamps);
  EXPECT_EQ(stamps->at("PowerUpEvent"), "19999-1") << "the last start, not all of them";
  const std::string other = std::regex_replace(xml, std::regex("PowerUpEvent"), "JobEvent");
  const auto jobs = ReadEventTable(ReadDocument(other + "</EventTable>"));
  EXPECT_LE(jobs->at("JobEvent").size(), 130U);
  EXPECT_TRUE(jobs->at("JobEvent").starts_with("0-1,1-1,"));
}

TEST(LedmHappeningsTest, TakeNoOldStartThatLeavesTheTableForAStart) {
  const auto start = [](const char* stamp) {
    return "<Event><UnqualifiedEventCategory>PowerUpEvent</UnqualifiedEventCategory><AgingStamp>" +
           std::string(stamp) + "</AgingStamp></Event>";
  };
  const auto stamp = [](const std::string& events) {
    return ReadEventTable(ReadDocument("<EventTable>" + events + "</EventTable>"))
        ->at("PowerUpEvent");
  };
  EXPECT_EQ(stamp(start("5-1") + start("9-2")), "9-2");
  EXPECT_EQ(stamp(start("9-2") + start("5-1")), "9-2");
  EXPECT_EQ(stamp(start("9-2")), "9-2");
}

}  // namespace
}  // namespace plotmeter
