#include "tests/collector/printers/addresses.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/fakes/scratch.h"

namespace plotmeter {
namespace {

TEST(AddressesTest, AreFoundWhereverTheyStand) {
  const std::pair<const char*, const char*> cases[] = {
      {"at 10.1.2.3", "10.1.2.3"},
      {"http://8.8.4.4:80/", "8.8.4.4"},
      {"It is 203.0.113.77.", "203.0.113.77"},
      {"192.0.2.1,85.214.20.141", "85.214.20.141"},
      {R"(a\n172.16.0.9)", "172.16.0.9"},
      {"15.0.0.1", "15.0.0.1"},  // in doubt
      {"<p>00:1B:78:AA:BB:CC</p>", "00:1B:78:AA:BB:CC"},
      {"00:00:5E:00:53:01 00-1b-78-aa-bb-cc", "00-1b-78-aa-bb-cc"},
  };
  for (const auto& [text, address] : cases) EXPECT_EQ(AddressIn(text), address) << text;
}

TEST(AddressesTest, AreNeitherVersionsNorOidsNorThoseOfExamples) {
  for (const char* text :
       {"TR8-AC_15.0.0.1", "V15.0.0.1", "FW:15.0.0.1;", "ROM V.15.0.0.1", "Firmware 15.0.0.1",
        "15.00.00.01", "15.0.0.256", "1.3.6.1.4.1.11.2.3.9.1", ".1.3.6.1.2", "2026.10.1.2.3",
        "<Revision>15.0.0.1</Revision>", R"("FwVersion": "15.0.0.1")",
        R"({"FirmwareVersion": {"Value": "15.0.0.1"}})", "0.0.0.0", "255.255.255.0", "192.0.2.1",
        "00:00:5E:00:53:01", "10.1.2", ""}) {
    EXPECT_EQ(AddressIn(text), std::nullopt) << text;
  }
}

TEST(AddressesTest, AreFoundInTheOctetsOfARecording) {
  const auto in = [](const std::string& name, const std::string& text) {
    std::ofstream(Scratch() + "/" + name) << text;
    return AddressInFile(Scratch() + "/" + name);
  };
  EXPECT_EQ(in("a.snmprec", "1.3.6.1.2.1.1.1.0|4x|61742031302E312E322E33\n"), "10.1.2.3 in line 1");
  EXPECT_NE(in("b.snmprec", "1.3.6.1.2.1.4.20.1.1|64|10.1.2.3\n"), std::nullopt);
  EXPECT_NE(in("c.snmprec", "1.3.6.1.2.1.2.2.1.6.1|4x|001B78AABBCC\n"), std::nullopt);
  EXPECT_EQ(in("d.snmprec",
               "1.3.6.1.2.1.1.2.0|6|1.3.6.1\n1.3.6.1.2.1.2.2.1.6.1|4x|00005E005301\n"
               "1.3.6.1.2.1.2.2.1.6.2|4x|\n1.3.6.1.2.1.4.20.1.1|64|192.0.2.1\n"
               "1.3.6.1.4.1.11.1|4x|FDE85452382D41435F31352E302E302E31\n"),
            std::nullopt);
  EXPECT_EQ(in("e.xml", "<Version>\n  15.0.0.1\n</Version>\n"), std::nullopt);
  EXPECT_EQ(in("f.xml", "<Host>\n  15.0.0.1\n</Host>\n"), "15.0.0.1");
}

}  // namespace
}  // namespace plotmeter
