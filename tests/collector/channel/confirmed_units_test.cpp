// A unit is money: a profile of the program settles one only where kConfirmed below has a line for
// it, and the recording that this line names shows it (docs/adding-a-printer.md, step 5).

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "collector/channel/profiles.h"
#include "common/json.h"
#include "tests/paths.h"

namespace plotmeter {
namespace {

namespace fs = std::filesystem;

// The unit of one amount of one profile, and what proves it.
struct ConfirmedUnit {
  std::string profile = {};  // "designjet-z9"
  std::string amount = {};   // as in its file: "piws job.area"
  std::string unit = {};     // "in2"
  std::string folder = {};   // of tests/golden/printers; its answers.golden shows it
  // What the panel, the usage report or a ruler said of the same, from when: "panel at 2026-11-23
  // 14:10: job 3, 0.27 m2". For people.
  std::string beside = {};
};

// None so far: no printer was recorded with a finished job of known size.
const std::vector<ConfirmedUnit> kConfirmed = {};

// Square inches in one of it, by which an area is divided to be told apart.
const std::map<std::string, double> kSquareInches = {
    {"in2", 1.0}, {"ft2", 144.0}, {"m2", 1550.0031}, {"cm2", 0.15500031}, {"mm2", 0.0015500031}};

double Number(const Json& quantity) { return std::stod(quantity.at("value").get<std::string>()); }

// The sizes of the printed jobs whose area is what their page makes in that unit, within a tenth,
// which margins are; empty if a printed job contradicts. One page a job: of more only the first
// one's size is known.
std::set<std::string> SizesThatFit(const Json& jobs, const std::string& unit) {
  std::set<std::string> fit;
  for (const Json& job : jobs) {
    if (job.value("status", "") != "printed" || job.value("pages", 0) != 1) continue;
    if (!job.contains("area") || !job.contains("page_width") || !job.contains("page_height")) {
      continue;
    }
    if (job["area"]["unit"] != unit || job["page_width"]["unit"] != "in") return {};
    const double page = Number(job["page_width"]) * Number(job["page_height"]) *
                        job.value("printed_copies", job.value("copies", 1));
    if (std::abs(Number(job["area"]) * kSquareInches.at(unit) / page - 1) > 0.1) return {};
    fit.insert(job["page_width"].dump() + job["page_height"].dump());
  }
  return fit;
}

// What a golden file lacks to prove it; empty if nothing.
std::string Lacks(const ConfirmedUnit& confirmed, const Json& golden) {
  if (confirmed.beside.empty()) return "nothing to hold it against";
  if (golden.value("profile", "") != confirmed.profile) return "it is read with another profile";
  const std::string channel = confirmed.amount.substr(0, confirmed.amount.find(' '));
  const std::string what = confirmed.amount.substr(channel.size() + 1);
  const Json& reading = golden.at("reading");
  if (!reading.contains(channel)) return "it was not read by " + channel;
  const Json jobs = reading[channel].value("jobs", Json::array());
  if (what == "job.area") {
    return SizesThatFit(jobs, confirmed.unit).size() >= 2
               ? ""
               : "no two printed jobs of different known size, or one that contradicts";
  }
  int shown = 0;
  for (const Json& job : jobs) {
    if (what == "job.length") {
      shown += job.contains("length") && job["length"]["unit"] == confirmed.unit;
    }
    if (what != "job.ink") continue;
    for (const Json& ink : job.value("ink", Json::array())) shown += ink["unit"] == confirmed.unit;
  }
  for (const Json& meter : reading[channel].value("meters", Json::array())) {
    shown += meter["meter"] == what && meter["unit"] == confirmed.unit;
  }
  return shown >= 2 ? "" : "it does not show " + what + " in " + confirmed.unit + " twice";
}

TEST(ConfirmedUnitsTest, AreThoseOfTheProfilesAndNoOther) {
  std::set<std::tuple<std::string, std::string, std::string>> settled, confirmed;
  EXPECT_GE(BuiltInProfiles().all().size(), 10U);
  for (const ModelProfile& profile : BuiltInProfiles().all()) {
    for (const auto& [amount, unit] : profile.units) {
      const auto& [channel, what] = amount;
      settled.emplace(profile.name, std::string(ToText(channel)) + " " + what, unit);
    }
  }
  for (const ConfirmedUnit& line : kConfirmed) {
    confirmed.emplace(line.profile, line.amount, line.unit);
  }
  EXPECT_EQ(settled, confirmed) << "a unit of a profile needs its line in kConfirmed, and the "
                                   "recording that shows it; docs/adding-a-printer.md, step 5";
}

TEST(ConfirmedUnitsTest, AreShownByARecording) {
  for (const ConfirmedUnit& line : kConfirmed) {
    const fs::path golden =
        fs::path(SOURCE_ROOT "/tests/golden/printers") / line.folder / "answers.golden";
    ASSERT_TRUE(fs::is_regular_file(golden)) << golden;
    std::ifstream in(golden, std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(in)), {});
    EXPECT_EQ(Lacks(line, ParseJson(text)), "") << line.profile << ", " << line.amount;
  }
}

Json Job(const std::string& area, const std::string& width, const std::string& unit) {
  return {{"status", "printed"},
          {"pages", 1},
          {"copies", 2},
          {"area", {{"value", area}, {"unit", unit}}},
          {"page_width", {{"value", width}, {"unit", "in"}}},
          {"page_height", {{"value", "30"}, {"unit", "in"}}}};
}

Json Golden(const std::vector<Json>& jobs) {
  return {{"profile", "p"}, {"reading", {{"piws", {{"jobs", jobs}}}}}};
}

TEST(ConfirmedUnitsTest, AskForTwoJobsWhoseAreaIsThatOfTheirPages) {
  const ConfirmedUnit in2{"p", "piws job.area", "in2", "f", "the panel"};
  EXPECT_EQ(Lacks(in2, Golden({Job("602", "10", "in2"), Job("1205", "20", "in2")})), "");
  EXPECT_NE(Lacks(in2, Golden({Job("602", "10", "in2"), Job("601", "10", "in2")})), "")
      << "one size may fit by chance";
  EXPECT_NE(Lacks(in2, Golden({Job("602", "10", "in2"), Job("8.4", "20", "in2")})), "");
  EXPECT_NE(Lacks(in2, Golden({Job("602", "10", "?"), Job("1205", "20", "?")})), "");
  EXPECT_NE(Lacks(in2, Golden({})), "");
  const ConfirmedUnit m2{"p", "piws job.area", "m2", "f", "the panel"};
  EXPECT_EQ(Lacks(m2, Golden({Job("0.3871", "10", "m2"), Job("0.7742", "20", "m2")})), "");
  const ConfirmedUnit nothing_beside{"p", "piws job.area", "m2", "f", ""};
  EXPECT_NE(Lacks(nothing_beside, Golden({Job("0.3871", "10", "m2"), Job("0.7742", "20", "m2")})),
            "");
}

TEST(ConfirmedUnitsTest, AskForTheAmountInItsUnit) {
  const ConfirmedUnit ink{"p", "snmp ink.used", "ml", "f", "the panel"};
  const auto golden = [](const std::string& unit) {
    const Json meter = {{"meter", "ink.used"}, {"value", "7"}, {"unit", unit}};
    return Json{{"profile", "p"}, {"reading", {{"snmp", {{"meters", Json{meter, meter}}}}}}};
  };
  EXPECT_EQ(Lacks(ink, golden("ml")), "");
  EXPECT_NE(Lacks(ink, golden("?")), "");
}

}  // namespace
}  // namespace plotmeter
