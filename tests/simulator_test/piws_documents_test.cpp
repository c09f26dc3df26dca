#include "tests/simulator/piws_documents.h"

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
constexpr std::size_t kZ9 = 0, kT770 = 1, kZ5200 = 2, kXl = 3;

SimulatedPrinter Make(std::size_t model, int days = 5) {
  SimulatedPrinter printer(Models()[model], {.seed = 7, .printer = model}, kStart);
  printer.Advance(kStart + std::chrono::days(days));
  return printer;
}

WebAnswer Get(const SimulatedPrinter& printer, const std::string& below,
              const std::string& accept = "*/*") {
  return AnswerWeb(printer, {.target = "/LFPWebServices/PI" + below, .accept = accept});
}

Json GetJson(const SimulatedPrinter& printer, const std::string& below) {
  const WebAnswer answer = Get(printer, below, "application/json");
  EXPECT_EQ(answer.status, 200u) << below;
  EXPECT_EQ(answer.type, "application/json");
  return ParseJson(answer.body);
}

std::string Jobs(const SimulatedPrinter& printer) {
  return "/JQ/JobQueue/" + printer.queue_id() + "/jobs/all?fromModificationNumber=0";
}

TEST(PiwsDocumentsTest, IdentificationHasFieldsOrTheOlderNames) {
  const SimulatedPrinter z9 = Make(kZ9);
  EXPECT_EQ(GetJson(z9, "/Identification.json").at("Identification").at("Fields").at("PartNumber"),
            "W3Z71A");
  EXPECT_THAT(Get(z9, "/Identification.xml").body,
              HasSubstr("<SerialNumber>" + z9.serial() + "</SerialNumber>"));
  const SimulatedPrinter z5200 = Make(kZ5200);
  EXPECT_EQ(GetJson(z5200, "/Identification.json").at("Identification").at("SerialNumber"),
            z5200.serial() + " ");
}

TEST(PiwsDocumentsTest, InkUsedIsWhatTheTruthSaysInSlotAndGroup) {
  for (const std::size_t model : {kZ9, kZ5200, kXl}) {
    const SimulatedPrinter printer = Make(model);
    const Json truth = printer.Truth(kStart, printer.now()).at("meters");
    const Json system = GetJson(printer, "/InkSystem.json").at("InkSystem");
    const Json& groups =
        (model == kXl ? system : system.at("InkSlotGroupCollection")).at("InkSlotGroup");
    ASSERT_EQ(groups.size(), printer.inks().size());
    for (std::size_t i = 0; i < groups.size(); ++i) {
      const Json& slots = groups[i].at("InkSlotCollection").at("InkSlot");
      const Json& slot = slots.is_array() ? slots.at(0) : slots;
      const Json& used = slot.at("SlotInfo").at("InkSlotCumulativeInfo").at("InkUsed");
      EXPECT_EQ(used, groups[i].at("InkSlotGroupInfo").at("InkUsed"));
      EXPECT_EQ(used.at("Unit"), "cc");
      const Json& value = used.at("Value");
      EXPECT_EQ(truth[i].at("closing"),
                value.is_string() ? value.get<std::string>() : value.dump());
      EXPECT_EQ(slot.at("Color"), truth[i].at("colorant"));
    }
  }
}

TEST(PiwsDocumentsTest, InkSlotsDifferByModelAsRealOnesDo) {
  const auto first_slot = [](std::size_t model) {
    const Json system = InkSystem(Make(model));
    const Json& groups =
        system.contains("InkSlotGroup") ? system : system.at("InkSlotGroupCollection");
    return groups.at("InkSlotGroup").at(0).at("InkSlotCollection").at("InkSlot");
  };
  EXPECT_TRUE(first_slot(kZ9).is_object());
  EXPECT_TRUE(
      first_slot(kZ5200).at("SlotInfo").at("InkSupplyInfo").at("Level").at("Value").is_string());
  ASSERT_EQ(first_slot(kXl).size(), 2u);
  EXPECT_EQ(first_slot(kXl)[1].at("SupplyType"), "Reservoir");
}

TEST(PiwsDocumentsTest, StatusFlagIsTextOrAList) {
  bool text = false;
  bool list = false;
  for (int days = 0; days < 60; days += 3) {
    const Json system = InkSystem(Make(kZ9, days));
    for (const Json& group : system.at("InkSlotGroupCollection").at("InkSlotGroup")) {
      const Json& flag = group.at("InkSlotCollection")
                             .at("InkSlot")
                             .at("SlotInfo")
                             .at("InkSupplyInfo")
                             .at("Status")
                             .at("StatusFlag");
      text |= flag.is_string();
      list |= flag.is_array();
    }
  }
  EXPECT_TRUE(text);
  EXPECT_TRUE(list);
}

TEST(PiwsDocumentsTest, MediaLieInAListOfDrawersOrInOne) {
  const Json z9 = MediaSystem(Make(kZ9)).at("DrawerCollection").at("Drawer");
  ASSERT_TRUE(z9.is_array());
  EXPECT_TRUE(z9[0].at("InputDeviceCollection").contains("Sheet"));
  EXPECT_TRUE(z9[1].at("InputDeviceCollection").at("Roll").is_object());
  const Json xl = MediaSystem(Make(kXl)).at("DrawerCollection").at("Drawer");
  ASSERT_TRUE(xl.is_object());
  EXPECT_EQ(xl.at("InputDeviceCollection").at("Roll").size(), 2u);
}

TEST(PiwsDocumentsTest, TheQueueIsXmlInTheRecordedShape) {
  const SimulatedPrinter printer = Make(kZ9);
  const std::string body = Get(printer, Jobs(printer), "application/json").body;
  EXPECT_TRUE(body.starts_with(
      "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<piws:JobQueueSnapshot xmlns="));
  EXPECT_LT(body.find("<!--"), body.find("<ModificationNumber>"));
  EXPECT_TRUE(body.ends_with("</piws:JobQueueSnapshot>\n"));
  EXPECT_THAT(body, HasSubstr("<UserName>"));
}

Json AsList(const Json& one_or_many) {
  return one_or_many.is_array() ? one_or_many : Json::array({one_or_many});
}

// Every number of the truth is in the document: area, length and ink of a job, or of its pages
// together.
std::int64_t Sum(const Json& one_or_many, const char* name) {
  std::int64_t sum = 0;
  for (const Json& one : AsList(one_or_many)) {
    sum += Decimal::Parse(one.at(name).get<std::string>())->digits();
  }
  return sum;
}

TEST(PiwsDocumentsTest, ShowsOfAJobWhatTheTruthSays) {
  for (const std::size_t model : {kZ9, kZ5200, kXl}) {
    const SimulatedPrinter printer = Make(model, 1);
    const Json snapshot = ToJson(JobQueueSnapshot(printer));
    std::size_t compared = 0;
    const Json truth = printer.Truth(kStart, printer.now()).at("jobs");
    for (const Json& row : truth) {
      for (const Json& entry : snapshot.at("Jobs").at("Job")) {
        const Json& job = entry.at("Job2DPrint");
        if (job.at("UUID") != row.at("job")) continue;
        ++compared;
        Json accounts = Json::array();
        if (model == kXl) {
          EXPECT_TRUE(job.at("Accounting").at("MediaCollectionConsumption").is_null());
          const Json& pages = job.at("Pages").at("Page");
          for (const Json& page : AsList(pages)) accounts.push_back(page.at("Accounting"));
        } else {
          accounts.push_back(job.at("Accounting"));
        }
        std::int64_t area = 0;
        std::int64_t length = 0;
        std::map<std::string, std::int64_t> ink;
        for (const Json& account : accounts) {
          const Json& media = account.at("MediaCollectionConsumption").at("MediaConsumption");
          area += Sum(media, "SquareAmount");
          length += Sum(media, "LinearAmount");
          if (account.at("InkCollectionConsumption").is_null()) continue;
          const Json& inks = account.at("InkCollectionConsumption").at("InkConsumption");
          for (const Json& one : AsList(inks)) {
            ink[one.at("InkName")] += Sum(one, "Amount");
          }
        }
        EXPECT_EQ(row.at("area"), SixDecimals(area));
        EXPECT_EQ(row.at("length"), SixDecimals(length));
        ASSERT_EQ(ink.size(), row.at("ink").size());
        for (const Json& one : row.at("ink")) {
          EXPECT_EQ(one.at("value"), SixDecimals(ink.at(one.at("colorant"))));
        }
        EXPECT_EQ(job.at("Progress").at("NumberOfPrintedPages"), row.at("pages"));
        EXPECT_EQ(job.at("Progress").at("NumberOfPrintedCopies"), row.at("copies"));
      }
    }
    EXPECT_EQ(compared, truth.size());
    EXPECT_GT(compared, 2u);
  }
}

TEST(PiwsDocumentsTest, AJobThatNeverRanSaysOkAndNineteenSeventy) {
  const SimulatedPrinter printer = Make(kZ9, 25);
  const Json snapshot = ToJson(JobQueueSnapshot(printer));
  int found = 0;
  for (const Json& entry : snapshot.at("Jobs").at("Job")) {
    const Json& job = entry.at("Job2DPrint");
    if (job.at("Status").at("JobStatus") != "Held") continue;
    ++found;
    EXPECT_EQ(job.at("Status").at("CompletionStatus"), "OK");
    for (const char* stamp :
         {"SubmissionTimestamp", "CompletionTimestamp", "ArrivalTimestamp", "PrintingTimestamp"}) {
      EXPECT_EQ(job.at("Accounting").at(stamp), "1970-01-01T00:00:00Z");
    }
    EXPECT_TRUE(job.at("Accounting").at("InkCollectionConsumption").is_null());
    EXPECT_EQ(job.at("Progress").at("NumberOfPrintedPages"), 0);
  }
  EXPECT_GT(found, 0);
}

TEST(PiwsDocumentsTest, ASingleJobIsNoList) {
  SimulatedPrinter printer = Make(kXl, 0);
  EXPECT_TRUE(GetJson(printer, Jobs(printer)).at("JobQueueSnapshot").at("Jobs").is_null());
  while (printer.jobs().empty()) printer.Advance(printer.now() + std::chrono::minutes(1));
  EXPECT_TRUE(
      GetJson(printer, Jobs(printer)).at("JobQueueSnapshot").at("Jobs").at("Job").is_object());
  printer.Advance(kStart + std::chrono::days(2));
  EXPECT_TRUE(
      GetJson(printer, Jobs(printer)).at("JobQueueSnapshot").at("Jobs").at("Job").is_array());
}

TEST(PiwsDocumentsTest, AQueueOfBeforeTheRebootIsUnknown) {
  SimulatedPrinter printer = Make(kZ9);
  const std::string before = Jobs(printer);
  EXPECT_EQ(Get(printer, before).status, 200u);
  printer.Reboot();
  EXPECT_EQ(Get(printer, before).status, 404u);
  EXPECT_EQ(Get(printer, before).body, "Unkownw QueueID");
  const Json queue =
      GetJson(printer, "/JQ/JobQueueCollection").at("JobQueueCollection").at("Queue");
  EXPECT_EQ(queue.at("URI"), "/LFPWebServices/PI/JQ/JobQueue/" + printer.queue_id());
  EXPECT_EQ(Get(printer, Jobs(printer)).status, 200u);
}

TEST(PiwsDocumentsTest, SpeaksOneFormatOnlyWhereItIsOdd) {
  const SimulatedPrinter printer = Make(kZ9);
  const auto ask = [&](const std::string& below, const char* formats) {
    return AnswerWeb(
        printer,
        {.target = "/LFPWebServices/PI" + below, .accept = "application/json", .formats = formats});
  };
  for (const char* name : {"/Identification", "/InkSystem", "/DeviceStatus", "/MediaSystem"}) {
    const std::string stem = name;
    EXPECT_EQ(ask(stem + ".json", "").type, "application/json");
    EXPECT_EQ(ask(stem + ".xml", "").type, "text/xml");
    EXPECT_EQ(ask(stem + ".json", "xml").status, 404u);
    EXPECT_EQ(ask(stem + ".xml", "xml").body, ask(stem + ".xml", "").body);
    EXPECT_EQ(ask(stem + ".xml", "json").status, 404u);
    EXPECT_EQ(ask(stem + ".json", "json").body, ask(stem + ".json", "").body);
  }
  EXPECT_THAT(ask("/InkSystem.xml", "xml").body, HasSubstr("<InkUsed>"));
  EXPECT_THAT(ask("/PaperListStatus.xml", "").body, HasSubstr("PaperListStatus"));
  for (const std::string& bare : {std::string("/Paper/List"), Jobs(printer)}) {
    EXPECT_EQ(ask(bare, "xml").type, "text/xml") << bare;
    EXPECT_EQ(ask(bare, "json").type, "application/json") << bare;
  }
  EXPECT_EQ(ask("/Paper/List.json", "").status, 404u);
}

TEST(PiwsDocumentsTest, AnswersWhatIsNotThereAsPrintersDo) {
  SimulatedPrinter printer = Make(kZ9);
  EXPECT_EQ(Get(printer, "/Nothing.json").status, 404u);
  EXPECT_EQ(Get(printer, "/JQ/JobQueue/").status, 404u);
  EXPECT_EQ(Get(printer, "/JQ/JobQueue/" + printer.queue_id()).status, 404u);
  EXPECT_EQ(AnswerWeb(printer, {.target = "/"}).status, 404u);
  EXPECT_EQ(AnswerWeb(printer, {.target = ""}).status, 404u);
  EXPECT_EQ(
      AnswerWeb(printer, {.method = "PUT", .target = "/LFPWebServices/PI/InkSystem.json"}).status,
      405u);
  EXPECT_EQ(Get(Make(kT770), "/Identification.xml").status, 404u);
  printer.Sleep(true);
  EXPECT_EQ(Get(printer, "/Identification.xml").status, 503u);
  EXPECT_EQ(AnswerWeb(printer, {.target = "/"}).status, 503u);
  printer.Sleep(false);
  EXPECT_EQ(Get(printer, "/Identification.xml").status, 200u);
}

TEST(PiwsDocumentsTest, OneModelSaysNothingWhereThereIsNoAlert) {
  bool silent = false;
  bool spoke = false;
  for (int days = 0; days < 60; ++days) {
    const SimulatedPrinter printer = Make(kZ5200, days);
    const WebAnswer answer = Get(printer, "/Alerts.json/ActiveAlerts");
    silent |= answer.status == 404;
    spoke |= answer.status == 200 && answer.body.find("FullName") != std::string::npos;
  }
  EXPECT_TRUE(silent);
  EXPECT_TRUE(spoke);
}

SimulatedPrinter MakeKey(std::string_view key, int days) {
  SimulatedPrinter printer(Models()[ModelWithKey(key).value()], {.seed = 7, .printer = 4}, kStart);
  printer.Advance(kStart + std::chrono::days(days));
  return printer;
}

TEST(PiwsDocumentsTest, HeadsAndMaintenanceAreThereOnSomeModels) {
  const SimulatedPrinter t2600 = MakeKey("t2600", 5);
  const Json heads = GetJson(t2600, "/PrintheadsStatus.json");
  const Json& slots =
      heads.at("PrintheadsStatus").at("PrintheadSlotCollection").at("PrintheadSlot");
  ASSERT_EQ(slots.size(), 3u);
  EXPECT_EQ(slots[0].at("ColorCollection").at("Color"), (Json{"cyan", "magenta"}));
  EXPECT_EQ(slots[0].at("PrintheadInfo").at("InkConsumption").at("Unit"), "cc");
  EXPECT_TRUE(GetJson(t2600, "/PrinterMaintenance.json")
                  .at("PrinterMaintenance")
                  .contains("WasteCollectors"));
  EXPECT_EQ(Get(t2600, "/DeviceCounters").status, 404u);
  EXPECT_EQ(Get(Make(kZ9), "/PrintheadsStatus.json").status, 404u);
  const Json latex = GetJson(MakeKey("latex", 5), "/PrintheadsStatus.json").at("PrintheadsStatus");
  EXPECT_EQ(latex.at("PrintheadSlot").at(3).at("ColorCollection").at("Color"), "pre-treatment");
}

TEST(PiwsDocumentsTest, CountersOfAnUnknownShapeAreServedByOneModel) {
  for (const char* below : {"/DeviceCounters", "/Usage.json", "/Counters.json"}) {
    EXPECT_THAT(Get(MakeKey("latex", 1), below).body, HasSubstr("SimulatedMediaLength"));
  }
}

// The jobs of a snapshot by the name of their element.
std::map<std::string, std::vector<Json>> ByElement(const SimulatedPrinter& printer) {
  std::map<std::string, std::vector<Json>> found;
  const Json snapshot = ToJson(JobQueueSnapshot(printer));
  if (snapshot.at("Jobs").is_null()) return found;
  for (const Json& entry : AsList(snapshot.at("Jobs").at("Job"))) {
    for (const auto& [name, job] : entry.items()) found[name].push_back(job);
  }
  return found;
}

TEST(PiwsDocumentsTest, ScansAndCopiesStandUnderNamesOfTheirOwn) {
  const SimulatedPrinter printer = MakeKey("t2600", 8);
  auto jobs = ByElement(printer);
  ASSERT_FALSE(jobs["JobScan"].empty());
  ASSERT_FALSE(jobs["JobCopy"].empty());
  EXPECT_EQ(jobs["JobScan"][0].at("Type"), "Scan");
  EXPECT_TRUE(jobs["JobScan"][0].at("Accounting").at("InkCollectionConsumption").is_null());
  EXPECT_FALSE(jobs["JobCopy"][0].at("Accounting").at("InkCollectionConsumption").is_null());
  std::map<std::string, int> types;
  const Json truth = printer.Truth(kStart, printer.now()).at("jobs");
  for (const Json& job : truth) ++types[job.at("type").get<std::string>()];
  EXPECT_GT(types["print"], types["copy"]);
  EXPECT_GT(types["copy"], 0);
  EXPECT_GT(types["scan"], 0);
}

TEST(PiwsDocumentsTest, SomeJobsVanishBetweenTwoPolls) {
  SimulatedPrinter printer = MakeKey("latex", 0);
  std::set<std::string> seen;
  for (int minute = 0; minute < 20 * 24 * 60; minute += 10) {
    printer.Advance(printer.now() + std::chrono::minutes(10));
    for (const Job& job : printer.jobs()) {
      if (job.state == JobState::kCompleted && !job.vanished) seen.insert(job.plan.uuid);
    }
  }
  const std::string list = ToXml(JobQueueSnapshot(printer));
  int missed = 0;
  int kept = 0;
  const Json truth = printer.Truth(kStart, printer.now() - std::chrono::hours(1)).at("jobs");
  for (const Json& job : truth) {
    if (job.at("cancelled") == true) continue;
    const auto uuid = job.at("job").get<std::string>();
    const bool was_seen = seen.contains(uuid);
    if (job.at("vanished") == false) {
      EXPECT_TRUE(was_seen);
    } else {
      EXPECT_THAT(list, Not(HasSubstr(uuid)));
    }
    ++(was_seen ? kept : missed);
  }
  EXPECT_GT(missed, 5);
  EXPECT_GT(kept, 3 * missed);
}

TEST(PiwsDocumentsTest, SomeFinishedJobsHaveNoAccount) {
  const SimulatedPrinter printer = MakeKey("latex", 8);
  std::set<std::string> silent;
  auto listed = ByElement(printer);
  for (const Json& job : listed["Job2DPrint"]) {
    if (job.at("Status").at("JobStatus") != "Completed") continue;
    if (job.at("Accounting").at("InkCollectionConsumption").is_null())
      silent.insert(job.at("UUID"));
  }
  EXPECT_FALSE(silent.empty());
  const Json truth = printer.Truth(kStart, printer.now()).at("jobs");
  for (const Json& job : truth) {
    if (silent.erase(job.at("job").get<std::string>()) == 0) continue;
    EXPECT_EQ(job.at("accounted"), false);
    EXPECT_FALSE(job.at("ink").empty());  // it used some for all that
  }
  EXPECT_TRUE(silent.empty());
}

TEST(PiwsDocumentsTest, CustomersPapersHaveIdsOfThirtyTwoDigits) {
  std::set<std::size_t> lengths;
  auto listed = ByElement(Make(kZ9, 30));
  for (const Json& job : listed["Job2DPrint"]) {
    for (const Json& page : AsList(job.at("Pages").at("Page"))) {
      const Json& type = page.at("Settings").at("MediaType");
      lengths.insert(type.is_string() ? type.get<std::string>().size() : type.dump().size());
    }
  }
  EXPECT_THAT(lengths, ::testing::ElementsAre(4u, 32u));
}

TEST(ElementTest, EscapesAndKeepsTheQuirks) {
  const Element root(
      "Root", std::vector<Element>{{"A", "x < & \"y\""}, {"B", "1"}, {"B", "0.50"}, {"C", ""}});
  EXPECT_THAT(ToXml(root), HasSubstr("<A>x &lt; &amp; &quot;y&quot;</A>\n  <B>1</B>"));
  EXPECT_EQ(ToJson(root), (Json{{"A", "x < & \"y\""}, {"B", {1, "0.50"}}, {"C", nullptr}}));
}

}  // namespace
}  // namespace plotmeter::simulator
