#include "tests/simulator/recording.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/paths.h"
#include "tests/simulator/snmp_agent.h"
#include "tests/simulator_test/ber.h"

namespace plotmeter::simulator {
namespace {

std::string Complaint(std::string_view text) {
  try {
    ParseRecording(text);
  } catch (const RecordingError& error) {
    return error.what();
  }
  return "none";
}

TEST(RecordingTest, ReadsEachTagAndWritesTheSameLine) {
  for (const char* line :
       {"1.3.6.1|2|-3", "1.3.6.1|2|2147483647", "1.3.6.1|4|text with | in it", "1.3.6.1|4|",
        "1.3.6.1|4x|00FF20", "1.3.6.1|5|", "1.3.6.1|6|1.3.6.1.4.1.11.2.3.9.1",
        "1.3.6.1|64|192.168.140.167", "1.3.6.1|65|4294967295", "1.3.6.1|66|0",
        "1.3.6.1|67|726216028", "1.3.6.1|68x|9F780442F60000", "1.3.6.1|70|18446744073709551615"}) {
    const Mib mib = ParseRecording(line);
    ASSERT_EQ(mib.size(), 1u) << line;
    EXPECT_EQ(RecordingLine(mib.begin()->first, mib.begin()->second), line);
  }
}

TEST(RecordingTest, NamesTheLineThatIsWrong) {
  EXPECT_EQ(Complaint("1.3.6|2|1\n\n1.3.7|99|x\n"), "line 3: tag '99' is not one of .snmprec");
  EXPECT_EQ(Complaint("1.3.6|2|1\n1.3.6|2|2\n"), "line 2: the OID came before");
  EXPECT_EQ(Complaint("1.3.6|2"), "line 1: expected OID|tag|value");
  EXPECT_EQ(Complaint("x|2|1"), "line 1: the OID is not one");
  EXPECT_EQ(Complaint("1.3.6|2|1.5"), "line 1: '1.5' is not a number of this type");
  EXPECT_EQ(Complaint("1.3.6|65|4294967296"), "line 1: '4294967296' is not a number of this type");
  EXPECT_EQ(Complaint("1.3.6|4x|0"), "line 1: an odd number of hexadecimal digits");
  EXPECT_EQ(Complaint("1.3.6|4x|0g"), "line 1: '0g' is not hexadecimal");
  EXPECT_EQ(Complaint("1.3.6|64|1.2.3"), "line 1: an address has four parts");
  EXPECT_EQ(Complaint("1.3.6|64|1.2.3.256"), "line 1: '256' is not a number of this type");
}

TEST(RecordingTest, SaysWhichFileIsMissing) {
  EXPECT_THROW(LoadRecording("/nowhere/at/all.snmprec"), RecordingError);
}

// Hexadecimal digits are written either way.
std::string Upper(std::string line) {
  if (line.find("x|") == std::string::npos) return line;
  for (char& c : line) c = c >= 'a' && c <= 'f' ? static_cast<char>(c - 32) : c;
  return line;
}

// Walks everything with one operation and compares each variable with the row it comes from.
void ExpectWholeWalk(const Mib& mib, std::uint8_t operation) {
  auto expected = mib.begin();
  Oid at = {1, 0};
  for (bool ended = false; !ended;) {
    const auto answer =
        AnswerSnmp(BerRequest(1, "public", operation, {at}, 0, operation == kGetBulk ? 25 : 0), mib,
                   "public", 65507);
    ASSERT_TRUE(answer);
    const BerReply reply = ReadReply(*answer);
    ASSERT_FALSE(reply.variables.empty());
    for (const BerVariable& variable : reply.variables) {
      ended = variable.tag == 0x82;
      if (ended) break;
      ASSERT_NE(expected, mib.end());
      ASSERT_EQ(variable, OnTheWire(expected->first, expected->second)) << OidText(expected->first);
      at = variable.name;
      ++expected;
    }
  }
  EXPECT_EQ(expected, mib.end());
}

TEST(RecordingTest, AnswersEveryLineOfEveryRecordingToTheOctet) {
  const std::filesystem::path folder = std::filesystem::path(PLOTMETER_RECORDINGS) / "snmp";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no recordings in " << folder;
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".snmprec") continue;
    SCOPED_TRACE(entry.path().filename());
    ++files;
    const Mib mib = LoadRecording(entry.path());
    std::ifstream in(entry.path());
    std::size_t lines = 0;
    auto row = mib.begin();
    for (std::string line; std::getline(in, line); ++lines, ++row) {
      ASSERT_NE(row, mib.end());
      ASSERT_EQ(Upper(RecordingLine(row->first, row->second)), Upper(line));
    }
    EXPECT_EQ(lines, mib.size());
    ExpectWholeWalk(mib, kGetNext);
    ExpectWholeWalk(mib, kGetBulk);
  }
  EXPECT_GT(files, 0);
}

}  // namespace
}  // namespace plotmeter::simulator
