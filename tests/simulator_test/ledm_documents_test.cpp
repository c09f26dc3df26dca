#include "tests/simulator/ledm_documents.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "common/decimal.h"

namespace plotmeter::simulator {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const Instant kStart = *ParseInstant("2026-10-01T00:00:00Z");

SimulatedPrinter Make(std::string_view key, int days = 5) {
  SimulatedPrinter printer(Models()[ModelWithKey(key).value()], {.seed = 7, .printer = 1}, kStart);
  printer.Advance(kStart + std::chrono::days(days));
  return printer;
}

WebAnswer Get(const SimulatedPrinter& printer, const std::string& target, bool tls = false) {
  return AnswerWeb(printer, {.target = target, .tls = tls});
}

// The children of that name; the first's text is what most tests want.
std::vector<Element> All(const Element& element, const std::string& name) {
  std::vector<Element> found;
  for (const Element& child : element.children) {
    if (child.name == name) found.push_back(child);
  }
  return found;
}

Element One(const Element& element, const std::string& name) {
  const auto found = All(element, name);
  return found.empty() ? Element("nothing", "nothing") : found.front();
}

std::string Stamp(const SimulatedPrinter& printer, const std::string& category) {
  const Element table = EventTable(printer);
  for (const Element& event : All(table, "ev:Event")) {
    if (One(event, "dd:UnqualifiedEventCategory").text == category) {
      return One(event, "dd:AgingStamp").text;
    }
  }
  return "none";
}

TEST(LedmDocumentsTest, ServesWhatTheTreeAndItsManifestsListAndNothingElse) {
  const SimulatedPrinter printer = Make("t1600");
  const Element tree = DiscoveryTree(printer);
  int listed = 0;
  for (const Element& row : All(tree, "ledm:SupportedTree")) {
    ++listed;
    const WebAnswer answer = Get(printer, One(row, "dd:ResourceURI").text);
    EXPECT_EQ(answer.status, 200u);
    EXPECT_EQ(answer.type, "text/xml");
  }
  for (const Element& row : All(tree, "ledm:SupportedIfc")) {
    ++listed;
    EXPECT_EQ(Get(printer, One(row, "ledm:ManifestURI").text).status, 200u);
  }
  EXPECT_EQ(listed, 7);
  EXPECT_EQ(Get(printer, "/EventMgmt/EventTable.xml").status, 200u);
  EXPECT_EQ(Get(printer, "/Jobs/JobList").status, 200u);
  EXPECT_EQ(Get(printer, "/DevMgmt/NetAppsDyn.xml").status, 404u);
  EXPECT_EQ(Get(printer, "/DevMgmt/DiscoveryTree.xml", true).status, 200u);
  EXPECT_EQ(Get(printer, "/LFPWebServices/PI/Identification.xml", true).status, 404u);
}

TEST(LedmDocumentsTest, PlainHttpGivesLedmAndNoPiws) {
  const SimulatedPrinter both = Make("t2600");
  EXPECT_EQ(Get(both, "/LFPWebServices/PI/Identification.xml", true).status, 200u);
  EXPECT_EQ(Get(both, "/LFPWebServices/PI/Identification.xml", false).status, 404u);
  EXPECT_EQ(Get(both, "/DevMgmt/DiscoveryTree.xml", false).status, 200u);
  EXPECT_EQ(Get(Make("z9"), "/DevMgmt/DiscoveryTree.xml", true).status, 404u);
}

TEST(LedmDocumentsTest, WritesPrefixesOrNot) {
  const std::string with = Get(Make("t1600"), "/DevMgmt/ProductUsageDyn.xml").body;
  EXPECT_THAT(with, HasSubstr("<pudyn:ProductUsageDyn xmlns:pudyn="));
  EXPECT_THAT(with, HasSubstr("<dd:TotalImpressions PEID=\"5082\">"));
  const std::string without = Get(Make("t2600"), "/DevMgmt/ProductUsageDyn.xml").body;
  EXPECT_THAT(without, HasSubstr("<ProductUsageDyn xmlns="));
  EXPECT_THAT(without, Not(HasSubstr("dd:")));
}

// The numbers of the document beside the truth: the same ones, and the same ink as over PIWS.
TEST(LedmDocumentsTest, ShowsWhatTheTruthSays) {
  for (const char* key : {"t1600", "t2600"}) {
    const SimulatedPrinter printer = Make(key);
    std::map<std::string, std::string> shown;
    const Element usage = ProductUsageDyn(printer);
    const Element consumables = One(usage, "pudyn:ConsumableSubunit");
    for (const Element& one : All(consumables, "pudyn:Consumable")) {
      const Element used = One(one, "dd2:CumulativeMarkingAgentUsed");
      shown["ink.used " + One(one, "dd:MarkerColor").text + " " + One(used, "dd:Unit").text] =
          One(used, "dd:ValueFloat").text;
      shown["cartridges.used " + One(one, "dd:MarkerColor").text + " items"] =
          One(one, "dd2:CumulativeConsumableCount").text;
    }
    const bool root = std::string_view(key) == "t2600";
    const Element counts = root ? usage : One(usage, "pudyn:PrinterSubunit");
    shown["impressions"] = One(counts, "dd:TotalImpressions").text;
    shown["x-impressions-monochrome"] = One(counts, "dd:MonochromeImpressions").text;
    shown["x-impressions-color"] = One(counts, "dd:ColorImpressions").text;
    shown["scans"] = One(One(usage, "pudyn:ScannerEngineSubunit"), "dd:ScanImages").text;
    shown["copies"] = One(One(usage, "pudyn:CopyApplicationSubunit"), "dd:TotalImpressions").text;
    const Json truth = printer.Truth(kStart, printer.now()).at("meters");
    std::size_t compared = 0;
    for (const Json& row : truth) {
      const std::string meter = row.at("meter");
      if (row.at("channel") != "ledm") continue;
      std::string name = meter;
      if (!row.at("colorant").is_null()) {
        name += " " + MarkerColor(row.at("colorant").get<std::string>()) + " " +
                row.at("unit").get<std::string>();
      }
      EXPECT_EQ(row.at("closing"), shown[name]) << name;
      if (meter != "cartridges.used") {
        EXPECT_NE(row.at("used"), "0") << name;
      }
      ++compared;
    }
    EXPECT_EQ(compared, root ? 17u : 15u);
  }
}

TEST(LedmDocumentsTest, PiwsAndLedmTellOfTheSameInk) {
  const SimulatedPrinter printer = Make("t2600", 20);
  std::map<std::string, std::vector<std::int64_t>> cc;
  const Json truth = printer.Truth(kStart, printer.now()).at("meters");
  for (const Json& row : truth) {
    if (row.at("meter") != "ink.used") continue;
    std::int64_t used = std::stoll(row.at("closing").get<std::string>());
    if (row.at("unit") == "microliters") used /= 1000;
    cc[row.at("colorant")].push_back(used);
  }
  ASSERT_EQ(cc.size(), 6u);
  for (const auto& [colorant, values] : cc) {
    ASSERT_EQ(values.size(), 2u) << colorant;
    EXPECT_EQ(values[0], values[1]) << colorant;
  }
}

TEST(LedmDocumentsTest, AStampMovesOnlyWhenItsEventFires) {
  SimulatedPrinter printer = Make("t2600");
  std::set<std::string> moved;
  for (int minute = 0; minute < 36 * 60; ++minute) {
    const auto before = [&](const char* category) { return Stamp(printer, category); };
    const std::string alerts = before("AlertTableChanged"), jobs = before("JobEvent"),
                      ink = before("ConsumableEvent"), power = before("PowerUpEvent");
    const auto modification = printer.modification();
    const std::size_t shown =
        All(One(ProductStatusDyn(printer), "psdyn:AlertTable"), "psdyn:Alert").size();
    const std::string config = [&] {
      std::string text;
      AddXml(ConsumableConfigDyn(printer), 0, text);
      return text;
    }();
    printer.Advance(printer.now() + std::chrono::minutes(1));
    EXPECT_EQ(Stamp(printer, "JobEvent") != jobs, printer.modification() != modification);
    std::string now;
    AddXml(ConsumableConfigDyn(printer), 0, now);
    EXPECT_EQ(Stamp(printer, "ConsumableEvent") != ink, now != config);
    if (Stamp(printer, "AlertTableChanged") == alerts) {
      EXPECT_EQ(All(One(ProductStatusDyn(printer), "psdyn:AlertTable"), "psdyn:Alert").size(),
                shown);
    } else {
      moved.insert("alerts");
    }
    EXPECT_EQ(Stamp(printer, "PowerUpEvent"), power);
    if (Stamp(printer, "JobEvent") != jobs) moved.insert("jobs");
    if (Stamp(printer, "ConsumableEvent") != ink) moved.insert("ink");
  }
  EXPECT_THAT(moved, ::testing::IsSupersetOf({"jobs", "ink"}));
  const std::string power = Stamp(printer, "PowerUpEvent");
  printer.Reboot();
  EXPECT_NE(Stamp(printer, "PowerUpEvent"), power);
}

TEST(LedmDocumentsTest, ListsCurrentJobsOnlyAndNamesNobodyTwice) {
  SimulatedPrinter printer = Make("t2600", 0);
  std::set<std::string> categories;
  std::set<std::string> states;
  std::size_t most = 0;
  for (int minute = 0; minute < 8 * 24 * 60; minute += 2) {
    printer.Advance(printer.now() + std::chrono::minutes(2));
    const Element list = JobList(printer);
    const auto jobs = All(list, "j:Job");
    most = std::max(most, jobs.size());
    for (const Element& job : jobs) {
      categories.insert(One(job, "j:JobCategory").text);
      states.insert(One(job, "j:JobState").text);
    }
    if (!jobs.empty()) {
      EXPECT_EQ(Get(printer, One(jobs.front(), "j:JobUrl").text).status, 200u);
    }
  }
  EXPECT_THAT(categories, ::testing::ElementsAre("Copy", "Print", "Scan"));
  EXPECT_THAT(states, ::testing::IsSupersetOf({"Completed", "Pending", "Processing"}));
  EXPECT_LT(most, 12u);
}

TEST(LedmDocumentsTest, AHeadShowsLevelZeroThatMeansUnknown) {
  const Element config = ConsumableConfigDyn(Make("t2600"));
  int heads = 0;
  for (const Element& info : All(config, "ccdyn:ConsumableInfo")) {
    if (One(info, "dd:ConsumableTypeEnum").text != "printhead") continue;
    ++heads;
    EXPECT_EQ(One(info, "dd:ConsumablePercentageLevelRemaining").text, "0");
    EXPECT_EQ(One(One(info, "dd:ConsumableLifeState"), "dd:MeasuredQuantityState").text, "unknown");
  }
  EXPECT_EQ(heads, 3);
}

TEST(LedmDocumentsTest, TheFirstRevisionIsTheSchemasNotTheFirmwares) {
  const SimulatedPrinter printer = Make("t1600");
  const std::string body = Get(printer, "/DevMgmt/ProductConfigDyn.xml").body;
  EXPECT_LT(body.find("SIM-LEDM"), body.find(printer.model().firmware));
  EXPECT_THAT(body, HasSubstr("<dd:SerialNumber>" + printer.serial() + "</dd:SerialNumber>"));
}

TEST(LedmDocumentsTest, MarkerColorsAreWrittenTogether) {
  EXPECT_EQ(MarkerColor("photo-black"), "PhotoBlack");
  EXPECT_EQ(MarkerColor("cyan"), "Cyan");
}

}  // namespace
}  // namespace plotmeter::simulator
