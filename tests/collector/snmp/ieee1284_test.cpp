#include "collector/snmp/ieee1284.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "collector/snmp/fingerprint.h"
#include "collector/snmp/mib.h"
#include "tests/paths.h"

namespace plotmeter {
namespace {

namespace fs = std::filesystem;
const fs::path kIds = fs::path(PLOTMETER_RECORDINGS) / "ieee1284/device_ids.tsv";
const fs::path kGolden = fs::path(SOURCE_ROOT) / "tests/golden/snmp/device_ids.golden";

TEST(DeviceIdTest, KnowsTheSynonymsOfKeysInAnyCaseAndOrder) {
  const auto id = DeviceId::Parse("class:PRINTER;MODEL:MC873;manufacture:OKI;COMMAND SET:PCL");
  EXPECT_EQ(id.Get("CLS"), "PRINTER");
  EXPECT_TRUE(id.is_printer());
  EXPECT_EQ(id.Get("MDL"), "MC873");
  EXPECT_EQ(id.Get("MANUFACTURER"), "OKI");
  EXPECT_EQ(id.Get("cmd"), "PCL");
}

TEST(DeviceIdTest, SplitsAtSemicolonsThenAtTheFirstColon) {
  const auto id = DeviceId::Parse("MFG:Xerox; MDL:AltaLink C8045;MEM:MEM=105MB;PATH:a:b;NOCOLON;");
  EXPECT_EQ(id.Get("MDL"), "AltaLink C8045") << "a blank after the semicolon";
  EXPECT_EQ(id.Get("MEM"), "MEM=105MB");
  EXPECT_EQ(id.Get("PATH"), "a:b");
  EXPECT_EQ(id.fields().size(), 4U);
}

TEST(DeviceIdTest, KeepsKeysNobodyKnowsAndTheFirstOfTwo) {
  const auto id = DeviceId::Parse("1284.4DL:4d,4e,1;SN:CN1;SN:CN2;LEDMDIS:;");
  EXPECT_EQ(id.Get("1284.4dl"), "4d,4e,1");
  EXPECT_EQ(id.Get("SN"), "CN1");
  EXPECT_EQ(id.Get("LEDMDIS"), "");
}

TEST(DeviceIdTest, TakesAnything) {
  for (const char* octets : {"", ";", ":", ";;::", ":x;", "MFG", "\xFF\xFE:\x01;"}) {
    EXPECT_EQ(DeviceId::Parse(octets).Get("MFG"), "") << octets;
  }
  EXPECT_EQ(DeviceId::Parse(std::string(10'000, ';') + "MFG:HP").Get("MFG"), "")
      << "nobody sends as much as that";
}

// What each recorded ID alone says of its device. PLOTMETER_GOLDEN=write writes it anew.
TEST(DeviceIdTest, SaysOfRecordedIdsWhatIsInTheGoldenFile) {
  std::ifstream in(kIds);
  if (!in) GTEST_SKIP() << "no recordings at " << kIds;
  std::string now;
  int ids = 0;
  for (std::string line; std::getline(in, line);) {
    const std::size_t tab = line.find('\t');
    if (line.empty() || line[0] == '#' || tab == std::string::npos) continue;
    const SnmpTable table = {{mib::kPpmDeviceId, Value::Octets(line.substr(tab + 1))}};
    const Fingerprint found = RecognisePrinter(table);
    now += fmt::format("{}: {} maker [{}] model [{}] serial [{}] product [{}] firmware [{}]\n",
                       line.substr(0, tab), ToText(found.verdict), found.maker, found.model,
                       found.serial, found.product, found.firmware);
    ++ids;
  }
  EXPECT_EQ(ids, 11);
  if (std::getenv("PLOTMETER_GOLDEN")) std::ofstream(kGolden) << now;
  std::ostringstream golden;
  golden << std::ifstream(kGolden).rdbuf();
  EXPECT_EQ(golden.str(), now);
}

}  // namespace
}  // namespace plotmeter
