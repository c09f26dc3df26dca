#include "tests/simulator/printer_mib.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace plotmeter::simulator {
namespace {

const Instant kStart = *ParseInstant("2026-10-01T00:00:00Z");
constexpr std::uint32_t kAddress = 0x7F3C0001;
const std::string kMib2 = "1.3.6.1.2.1.";
const std::string kPml = "1.3.6.1.4.1.11.2.3.9.4.2.1.";

class PrinterMibTest : public ::testing::Test {
 protected:
  static SimulatedPrinter Make(std::size_t model) {
    SimulatedPrinter printer(Models()[model], {.seed = 7, .printer = model}, kStart);
    printer.Advance(kStart + std::chrono::days(3));
    return printer;
  }

  static MibValue At(const Mib& mib, const std::string& oid) {
    const MibValue* value = mib.Find(*ParseOid(oid));
    return value == nullptr ? Octets("(not there)") : *value;
  }
};

TEST_F(PrinterMibTest, LooksLikeAnHpPrinterOfLargeFormat) {
  for (std::size_t model = 0; model < Models().size(); ++model) {
    const SimulatedPrinter printer = Make(model);
    const Mib mib = PrinterMib(printer, kAddress);
    EXPECT_EQ(At(mib, kMib2 + "1.2.0"), ObjectId("1.3.6.1.4.1.11.2.3.9.1"));
    EXPECT_EQ(At(mib, kMib2 + "25.3.2.1.2.1"), ObjectId("1.3.6.1.2.1.25.3.1.5"));
    EXPECT_EQ(At(mib, kMib2 + "25.3.2.1.3.1"), Octets(Models()[model].host_text));
    EXPECT_THAT(
        At(mib, "1.3.6.1.4.1.11.2.3.9.1.1.7.0").octets,
        ::testing::AllOf(::testing::HasSubstr("MFG:HP;"), ::testing::HasSubstr("CLS:PRINTER;"),
                         ::testing::HasSubstr("MDL:" + Models()[model].name + ";")));
    EXPECT_EQ(At(mib, kMib2 + "2.2.1.6.1"), Octets(""));  // loopback has no address
    EXPECT_EQ(At(mib, kMib2 + "2.2.1.6.2").octets.size(), 6u);
  }
}

TEST_F(PrinterMibTest, ASerialNumberCanBeHadWhereTheModelShowsIt) {
  const SimulatedPrinter z9 = Make(0);
  const Mib z9_mib = PrinterMib(z9, kAddress);
  EXPECT_EQ(At(z9_mib, kMib2 + "43.5.1.1.17.1"), Octets(z9.serial()));
  EXPECT_EQ(z9_mib.Find(*ParseOid(kPml + "1.3.3.0")), nullptr);
  const SimulatedPrinter t770 = Make(1);
  const Mib t770_mib = PrinterMib(t770, kAddress);
  EXPECT_EQ(t770_mib.Find(*ParseOid(kMib2 + "43.5.1.1.17.1")), nullptr);
  EXPECT_EQ(At(t770_mib, kPml + "1.3.3.0"), Octets("\xFD\xE8" + t770.serial()));
  const SimulatedPrinter xl = Make(3);
  EXPECT_THAT(At(PrinterMib(xl, kAddress), kMib2 + "1.1.0").octets,
              ::testing::HasSubstr(",SN:" + xl.serial() + ","));
}

TEST_F(PrinterMibTest, SuppliesOfTheZ5200AreNotInTheOrderOfColorants) {
  const Mib mib = PrinterMib(Make(2), kAddress);
  std::vector<std::int32_t> colorants;
  std::vector<std::int32_t> markers;
  for (int row = 1; row <= 8; ++row) {
    colorants.push_back(At(mib, kMib2 + "43.11.1.1.3.1." + std::to_string(row)).integer);
    markers.push_back(At(mib, kMib2 + "43.11.1.1.2.1." + std::to_string(row)).integer);
  }
  EXPECT_EQ(colorants, (std::vector<std::int32_t>{2, 3, 5, 4, 8, 6, 7, 1}));
  EXPECT_EQ(markers, (std::vector<std::int32_t>{1, 1, 2, 2, 3, 3, 4, 4}));
  EXPECT_EQ(At(mib, kMib2 + "43.12.1.1.4.1.2"), Octets("magenta"));
  for (int marker = 1; marker <= 4; ++marker) {
    EXPECT_EQ(At(mib, kMib2 + "43.10.2.1.4.1." + std::to_string(marker)), Counter32(0));
  }
}

TEST_F(PrinterMibTest, ShowsTheSameCountsAsTheTruth) {
  for (const std::size_t model : {0u, 1u, 3u}) {
    const SimulatedPrinter printer = Make(model);
    const Mib mib = PrinterMib(printer, kAddress);
    const Json truth = printer.Truth(kStart, printer.now());
    const Json& life = truth.at("meters").back();
    EXPECT_EQ(life.at("closing"), std::to_string(At(mib, kMib2 + "43.10.2.1.4.1.1").count));
    EXPECT_GT(std::stoll(life.at("used").get<std::string>()), 0);
  }
}

TEST_F(PrinterMibTest, ThePrivateInkOfTheT770IsNumberedByColour) {
  const SimulatedPrinter printer = Make(1);
  const Mib mib = PrinterMib(printer, kAddress);
  const std::vector<std::string> colours = {"cyan", "magenta",     "yellow",
                                            "gray", "matte-black", "photo-black"};
  for (std::size_t c = 0; c < colours.size(); ++c) {
    const Json rows = printer.Truth(kStart, printer.now()).at("meters");
    for (const Json& row : rows) {
      if (row.at("colorant") != colours[c]) continue;
      EXPECT_EQ(row.at("unit"), "1/1000 ml");
      const std::string used = kPml + "4.1.5.6.3." + std::to_string(c + 1) + ".1.0";
      EXPECT_EQ(row.at("closing"), std::to_string(At(mib, used).integer));
    }
  }
  EXPECT_FALSE(PrinterMib(Make(0), kAddress).HasBelow(*ParseOid(kPml + "4.1.5")));
}

TEST_F(PrinterMibTest, MediaKeysAreHpsPaperIds) {
  const SimulatedPrinter printer = Make(2);
  const Mib mib = PrinterMib(printer, kAddress);
  const Paper& paper = Papers()[printer.inputs()[1].paper];
  EXPECT_EQ(At(mib, kPml + "4.1.3.3.2.20.0"), Octets("\xFD\xE8" + paper.id));
  EXPECT_EQ(At(mib, kPml + "4.1.3.3.2.10.0"), Integer(25942));  // decipoints: 36.03 in
  EXPECT_EQ(At(mib, kMib2 + "43.8.2.1.5.1.2"), Integer(360316));
  EXPECT_EQ(At(mib, kMib2 + "43.8.2.1.10.1.2"), Integer(-1));
}

TEST_F(PrinterMibTest, AlertsAreSparseAndSpeakOfThisBoot) {
  SimulatedPrinter printer = Make(1);
  printer.Advance(kStart + std::chrono::days(40));
  printer.Reboot();
  const Mib mib = PrinterMib(printer, kAddress);
  ASSERT_FALSE(printer.alerts().empty());
  for (const ActiveAlert& alert : printer.alerts()) {
    const std::string row = ".1." + std::to_string(alert.index);
    EXPECT_EQ(At(mib, kMib2 + "43.18.1.1.8" + row), Octets(alert.text));
    EXPECT_EQ(At(mib, kMib2 + "43.18.1.1.9" + row), TimeTicks(0));
  }
  EXPECT_EQ(At(mib, kMib2 + "1.3.0"), TimeTicks(0));
}

TEST_F(PrinterMibTest, HasTrapsThatACollectorMustNotPickUp) {
  const Mib mib = PrinterMib(Make(0), kAddress);
  EXPECT_EQ(At(mib, kMib2 + "1.4.0"), Octets(NeverTexts()[6]));
  EXPECT_EQ(At(mib, kMib2 + "43.5.1.1.4.1"), Octets(NeverTexts()[7]));
  EXPECT_EQ(At(mib, kMib2 + "43.5.1.1.5.1"), Octets(NeverTexts()[8]));
  EXPECT_EQ(At(mib, "1.3.6.1.4.1.11.2.13.1.2.4.1"), Octets(NeverTexts()[9]));
}

// Every personal text that the objects below `prefix` hold.
std::set<std::string> PersonalBelow(const Mib& mib, const std::string& prefix) {
  const Oid below = *ParseOid(prefix);
  std::set<std::string> found;
  for (const auto& [oid, value] : mib) {
    if (oid.size() < below.size() || !std::equal(below.begin(), below.end(), oid.begin())) continue;
    for (const std::string& text : NeverTexts()) {
      if (value.octets.find(text) != std::string::npos) found.insert(text);
    }
  }
  return found;
}

TEST_F(PrinterMibTest, TellsOfJobsWithThePeopleACollectorMustNotRead) {
  const SimulatedPrinter xl = Make(3);
  const Mib mib = PrinterMib(xl, kAddress);
  const std::string jobs = "1.3.6.1.4.1.2699.1.1.1.";
  const std::uint64_t newest = xl.first_job() + xl.jobs().size();
  EXPECT_EQ(At(mib, jobs + "1.1.1.4.1"), Integer(static_cast<std::int64_t>(newest)));
  const std::string row = ".1." + std::to_string(newest);
  const Job& job = xl.jobs().back();
  EXPECT_EQ(At(mib, jobs + "4.1.1.4" + row + ".23.1"), Octets(job.plan.name));
  EXPECT_EQ(At(mib, jobs + "4.1.1.3" + row + ".131.1"), Integer(job.printed_pages));
  EXPECT_EQ(At(mib, jobs + "3.1.1.9" + row), Octets(job.plan.user));
  EXPECT_GE(PersonalBelow(mib, jobs + "3").size(), 2u);
  EXPECT_GE(PersonalBelow(mib, jobs + "4").size(), 2u);

  const SimulatedPrinter t770 = Make(1);
  const Mib pml = PrinterMib(t770, kAddress);
  const std::string number = std::to_string(t770.first_job() + t770.jobs().size());
  EXPECT_EQ(At(pml, kPml + "1.6.5.13." + number + ".0"), Integer(t770.jobs().back().printed_pages));
  EXPECT_GE(PersonalBelow(pml, kPml + "1.6.5.23").size(), 2u);
  EXPECT_TRUE(PersonalBelow(PrinterMib(Make(0), kAddress), kPml + "1.6").empty());
}

TEST_F(PrinterMibTest, AnErrorLogNamesATimeOrAPageCount) {
  const Mib z9 = PrinterMib(Make(0), kAddress);
  EXPECT_GT(At(z9, kPml + "1.11.1.1.0").integer, 946'684'800);
  EXPECT_EQ(At(z9, kPml + "1.11.1.2.0"), Integer(610010));
  EXPECT_EQ(At(z9, kPml + "1.11.6.2.0"), Integer(0));  // empty
  EXPECT_EQ(At(PrinterMib(Make(1), kAddress), kPml + "1.11.2.1.0"), Integer(74));
}

}  // namespace
}  // namespace plotmeter::simulator
