// The list of objects that was put together from recordings and other people's code, held against
// what we ask for. It lies outside the project; without it this is skipped.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <string>

#include "collector/snmp/snmp_channel.h"
#include "tests/fakes/recorded_session.h"
#include "tests/paths.h"

namespace plotmeter {
namespace {

const std::filesystem::path kProfile =
    std::filesystem::path(PLOTMETER_RECORDINGS) / "oid_profile.csv";
const std::filesystem::path kPrinter =
    std::filesystem::path(PLOTMETER_RECORDINGS) / "snmp/hp_designjet_z5200_constructed.snmprec";

// By their order in the list; mib.h says why.
const std::map<std::string, std::string> kLeftOut = {{"16", "prtMarkerPowerOnCount"},
                                                     {"39", "prtConsoleDisplayBufferText"}};

// "1.3.6.1.2.1.43.18.1.1.{2..9}" up to what varies.
std::string Fixed(const std::string& oid) { return oid.substr(0, oid.find(".{")); }

TEST(OidProfileTest, EveryObjectIsAskedFor) {
  if (!std::filesystem::exists(kProfile)) GTEST_SKIP() << "no list at " << kProfile;
  RecordedSession session(ReadRecording(kPrinter));
  SnmpChannel channel(session, {});
  channel.Read({.host = "10.0.0.7"},
               [](const Told& told) { EXPECT_EQ(told.seen, Seen::kAnswered); });
  const auto is_asked = [&](const Oid& wanted) {
    return std::ranges::any_of(session.asked(), [&](const Oid& asked) {
      return asked.Contains(wanted) || wanted.Contains(asked);
    });
  };
  std::ifstream in(kProfile);
  std::string line;
  std::getline(in, line);  // the names of the columns
  int wanted = 0;
  for (; std::getline(in, line); ++wanted) {
    std::smatch row;
    ASSERT_TRUE(std::regex_match(line, row, std::regex(R"((\d+),[^,]*,([^,]*),([^,]*),.*)")))
        << line;
    const auto oid = Oid::Parse(Fixed(row[2]));
    ASSERT_TRUE(oid) << line;
    const auto left_out = kLeftOut.find(row[1]);
    if (left_out == kLeftOut.end()) {
      EXPECT_TRUE(is_asked(*oid)) << line;
    } else {
      EXPECT_EQ(row[3], left_out->second);
      EXPECT_FALSE(is_asked(*oid)) << line;
    }
  }
  EXPECT_EQ(wanted, 42);
}

}  // namespace
}  // namespace plotmeter
