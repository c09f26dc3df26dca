// The traps that the documents and the job queue of these printers hold, one test each, in the
// order in which they were written down when a DesignJet Z9 was recorded and clients of a Latex
// 800W were read.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "collector/piws/documents.h"
#include "collector/piws/jobs.h"
#include "tests/collector/piws/written.h"

namespace plotmeter {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

// One cartridge; `info` and `cumulative` are the insides of its InkSupplyInfo and
// InkSlotCumulativeInfo.
Answers Ink(const std::string& info, const std::string& cumulative = R"("InkUsed": 450)",
            const std::string& agent = "marking") {
  Answers answers;
  ReadInkSystem(ReadDocument(fmt::format(
                    R"({{"InkSystem": {{"InkSlotGroupCollection": {{"InkSlotGroup": {{
          "Color": "cyan", "InkAgentType": "{}", "SlotGroupId": 0,
          "InkSlotGroupInfo": {{"InkUsed": 450, "InkSupplyGroupInfo": {{"Level": 198}}}},
          "InkSlotCollection": {{"InkSlot": {{"SlotId": 0, "SlotInfo": {{
            "InkSlotCumulativeInfo": {{{}}}, "InkSupplyInfo": {{{}}}}}}}}}}}}}}}}})",
                    agent, cumulative, info)),
                answers);
  return answers;
}

// The one job of a queue; `inside` follows its UUID.
JobRecord Job(const std::string& inside, const JobQueueContext& context = {}) {
  const auto queue = ReadJobQueue(
      ReadDocument(fmt::format(R"({{"JobQueueSnapshot": {{"Jobs": {{"Job": {{"Job2DPrint": {{
          "UUID": "A1", {}}}}}}}}}}})",
                               inside)),
      context);
  EXPECT_THAT(queue->jobs, SizeIs(1));
  return queue->jobs.at(0);
}

const char kPrinted[] = R"("Status": {"JobStatus": "Completed", "CompletionStatus": "OK"},
    "Progress": {"NumberOfPrintedPages": 1},)";
const char kTimes[] = R"("ArrivalTimestamp": "2026-05-23T10:00:00Z",
    "CompletionTimestamp": "2026-05-23T10:05:00Z")";

TEST(InkTrap, ANumberOfInsertionsIsNoNumberOfCartridges) {
  Answers answers = Ink("", R"("InkUsed": 450, "NumberOfInsertions": 496)");
  ASSERT_THAT(answers.meters, SizeIs(1));
  EXPECT_EQ(answers.meters[0].value.value.text(), "450");
  EXPECT_THAT(answers.traits, testing::ElementsAre(Trait{"insertions", "slot-0", "496", ""}));
  answers.traits.clear();
  EXPECT_THAT(Written(answers), Not(HasSubstr("496")));
}

TEST(InkTrap, BThreeLevelsDisagreeAndEachIsKeptAsItWasSaid) {
  const Supply supply =
      Ink(R"("Level": 196, "Capacity": 300, "LevelPercentage": 66)").supplies.at(0);
  EXPECT_EQ(supply.level->value.text(), "196");
  EXPECT_EQ(supply.percent->text(), "66");
}

TEST(InkTrap, CTheGroupAndItsSlotAreOneCount) {
  EXPECT_THAT(Ink("").meters, SizeIs(1));
  EXPECT_EQ(Ink("").meters[0].source, "InkSystem/InkSlot[0]/InkUsed");
}

// What is billed is told apart by colorant, so a second slot may not turn the count of a slot into
// that of its group: the group's is told from the beginning.
TEST(InkTrap, CASecondSlotChangesNoCount) {
  const auto meters = [](const std::string& slots) {
    Answers answers;
    ReadInkSystem(ReadDocument(R"({"InkSystem": {"InkSlotGroup": {"Color": "black",
        "SlotGroupId": 2, "InkSlotGroupInfo": {"InkUsed": 470}, "InkSlot": [)" +
                               slots + "]}}}"),
                  answers);
    EXPECT_THAT(answers.remarks, IsEmpty());
    return answers.meters;
  };
  const std::string one =
      R"({"SlotId": 1, "SlotInfo": {"InkSlotCumulativeInfo": {"InkUsed": 450}}})";
  const std::string two =
      R"({"SlotId": 2, "SlotInfo": {"InkSlotCumulativeInfo": {"InkUsed": 20}}})";
  ASSERT_THAT(meters(one), SizeIs(1));
  EXPECT_EQ(meters(one)[0].value.value.text(), "470");
  EXPECT_EQ(meters(one), meters(one + ", " + two));
}

TEST(InkTrap, DAFlagIsToldButTheStateDecides) {
  const Supply supply =
      Ink(R"("State": "Ok", "LevelPercentage": 89, "Status": {"StatusFlag": "LowLevel"})")
          .supplies.at(0);
  EXPECT_EQ(supply.state, "Ok");
  EXPECT_EQ(supply.remark, "LowLevel");
}

TEST(InkTrap, EADateOf1970IsUnknown) {
  const Supply supply = Ink(R"("InstallDate": "1970-01-01T00:00:00Z",
      "ExpirationDate": "1970-01-01T00:00:00Z", "EndOfWarrantyDate": "1970-01-01T00:00:00Z")")
                            .supplies.at(0);
  EXPECT_EQ(supply.installed, std::nullopt);
  EXPECT_EQ(supply.expires, std::nullopt);
  EXPECT_EQ(supply.warranty_until, std::nullopt);
  EXPECT_EQ(Ink(R"("InstallDate": "1970-01-01T00:04:00Z")").supplies.at(0).installed, std::nullopt);
}

TEST(InkTrap, SaysWarrantyInThePrintersOwnWord) {
  const auto said = [](const char* how) { return Ink(how).supplies.at(0); };
  EXPECT_EQ(said(R"("InWarranty": false, "WarrantyStatus": "SeeWarrantyNotes")").warranty,
            "SeeWarrantyNotes");
  EXPECT_EQ(said(R"("InWarranty": true)").warranty, "InWarranty");
  EXPECT_EQ(said(R"("InWarranty": false)").warranty, "OutOfWarranty");
  const Supply dated = said(
      R"("ExpirationDate": "2028-06-30T10:00:00Z", "EndOfWarrantyDate": "2022-09-19T10:28:00Z")");
  EXPECT_EQ(dated.warranty, std::nullopt);
  EXPECT_EQ(dated.expires, "2028-06-30T10:00:00Z");
  EXPECT_EQ(dated.warranty_until, "2022-09-19T10:28:00Z");
}

TEST(InkTrap, FGlossIsAnInkApart) {
  EXPECT_EQ(Ink("", R"("InkUsed": 1)", "glossing").supplies.at(0).kind, "glossing");
}

TEST(InkTrap, GInkOfOthersShowsInWhatHpCountsApart) {
  EXPECT_THAT(Ink("", R"("InkUsed": 450, "HPInkUsed": 450.0)").events, IsEmpty());
  EXPECT_THAT(Ink("", R"("InkUsed": 450, "HPInkUsed": null)").events, IsEmpty());
  EXPECT_THAT(Ink("", R"("InkUsed": 450, "HPInkUsed": 451)").events, IsEmpty());
  const Answers apart = Ink("", R"("InkUsed": {"Value": 450, "Unit": "cc"},
      "HPInkUsed": {"Value": 401, "Unit": "cc"})");
  ASSERT_THAT(apart.meters, SizeIs(1));
  EXPECT_EQ(apart.meters[0].value.value.text(), "450");
  ASSERT_THAT(apart.events, SizeIs(1));
  EXPECT_EQ(apart.events[0].kind, "foreign-ink");
  EXPECT_EQ(apart.events[0].key, "cyan");
  EXPECT_EQ(apart.events[0].text, "of 450 cc of cyan used in all, 401 cc are of HP");
}

TEST(InkTrap, GInkOfOthersShowsAlsoInAGroup) {
  Answers answers;
  ReadInkSystem(ReadDocument(R"({"InkSystem": {"InkSlotGroup": {"Color": "black",
      "SlotGroupId": 2, "InkSlot": [{"SlotId": 1}, {"SlotId": 2}],
      "InkSlotGroupInfo": {"InkUsed": 70, "HPInkUsed": 60}}}})"),
                answers);
  EXPECT_THAT(answers.meters, SizeIs(1));
  ASSERT_THAT(answers.events, SizeIs(1));
  EXPECT_EQ(answers.events[0].key, "black");
}

TEST(JobTrap, T1OkIsTheDefaultAndNoSuccess) {
  for (const char* status : {"Paused", "Deleted", "WaitingToPrint", "Held"}) {
    EXPECT_NE(
        Job(fmt::format(R"("Status": {{"JobStatus": "{}", "CompletionStatus": "OK"}})", status))
            .status,
        "printed")
        << status;
  }
  EXPECT_EQ(Job(std::string(kPrinted) + R"("Accounting": {)" + kTimes + "}").status, "printed");
}

TEST(JobTrap, T2WhatHasNotRunSaysNothingByItsZeros) {
  const JobRecord job = Job(R"("Status": {"JobStatus": "Paused", "CompletionStatus": "OK"},
      "Accounting": {"ArrivalTimestamp": "1970-01-01T00:00:00Z",
        "PrintingTimestamp": "1970-01-01T00:00:00Z", "CompletionTimestamp": "1970-01-01T00:00:00Z",
        "MediaCollectionConsumption": {"MediaConsumption": {"PaperId": "",
          "SquareAmount": "0.000000", "LinearAmount": "0.000000"}},
        "InkCollectionConsumption": null})");
  EXPECT_EQ(job.submitted, std::nullopt);
  EXPECT_EQ(job.finished, std::nullopt);
  EXPECT_EQ(job.area, std::nullopt);
  EXPECT_EQ(job.length, std::nullopt);
  EXPECT_EQ(job.media, std::nullopt);
  EXPECT_THAT(job.ink, IsEmpty());
  EXPECT_EQ(job.printed_pages, std::nullopt);
}

// A printer without a clock prints all the same; what only waits may say what it would use.
TEST(JobTrap, T2ATimeOfAPrinterThatHasLostItsClockIsUnknown) {
  const JobRecord job = Job(std::string(kPrinted) + R"("Accounting": {
      "ArrivalTimestamp": "1970-01-01T00:01:10Z", "PrintingTimestamp": "1970-01-01T00:02:00Z",
      "CompletionTimestamp": "1970-01-01T00:04:00Z"})");
  EXPECT_EQ(job.submitted, std::nullopt);
  EXPECT_EQ(job.started, std::nullopt);
  EXPECT_EQ(job.finished, std::nullopt);
  EXPECT_EQ(job.status, "unknown");
}

TEST(JobTrap, T2WhatIsCompletedHasRunWithoutAnyTime) {
  const auto job = [](const std::string& status, const std::string& completion) {
    return Job(fmt::format(R"("Status": {{"JobStatus": "{}", "CompletionStatus": "{}"}},
      "Progress": {{"NumberOfPrintedPages": 0}}, "Pages": {{"Page": {{"Accounting": {{
        "GrayPixelCoverage": "0.12", "ColorPixelCoverage": "0.34"}}}}}},
      "Accounting": {{"ArrivalTimestamp": "1970-01-01T00:00:00Z",
        "PrintingTimestamp": "1970-01-01T00:00:00Z", "CompletionTimestamp": "1970-01-01T00:00:00Z",
        "MediaCollectionConsumption": {{"MediaConsumption": {{"PaperId": "2070",
          "SquareAmount": "191.352000", "LinearAmount": "3.5"}}}},
        "InkCollectionConsumption": {{"InkConsumption": {{"InkName": "cyan",
          "Amount": "2.1"}}}}}})",
                           status, completion));
  };
  const JobRecord done = job("Completed", "OK");
  EXPECT_EQ(done.status, "unknown") << "it does not say when";
  ASSERT_TRUE(done.area && done.length && done.color_coverage);
  EXPECT_EQ(done.area->value.text(), "191.352000");
  ASSERT_THAT(done.ink, SizeIs(1));
  EXPECT_EQ(done.ink[0].amount.value.text(), "2.1");
  for (const auto& [status, completion] :
       {std::pair("Paused", "OK"), std::pair("Held", "OK"), std::pair("WaitingToPrint", "OK"),
        std::pair("Processing", "OK"), std::pair("Deleted", "OK"),
        std::pair("Cancelled", "Cancelled"), std::pair("Completed", "Cancelled")}) {
    const JobRecord other = job(status, completion);
    EXPECT_EQ(other.area, std::nullopt) << status;
    EXPECT_EQ(other.length, std::nullopt) << status;
    EXPECT_EQ(other.color_coverage, std::nullopt) << status;
    EXPECT_THAT(other.ink, IsEmpty()) << status;
  }
}

TEST(JobTrap, T3ADeletedJobHasLostItsAccountAndDoesNotSayZero) {
  const JobRecord job = Job(std::string(R"("Status": {"JobStatus": "Deleted",
      "CompletionStatus": "OK"}, "Progress": {"NumberOfPrintedPages": 0}, "Accounting": {)") +
                            kTimes + "}");
  EXPECT_EQ(job.status, "unknown") << "it had come to its end, and may have printed";
  EXPECT_EQ(job.printed_pages, std::nullopt);
  EXPECT_EQ(job.area, std::nullopt);
}

TEST(JobTrap, T4TheTimeOfSubmissionIsTheClientsLocalTime) {
  const JobRecord job = Job(std::string(kPrinted) + R"("Accounting": {
      "SubmissionTimestamp": "2026-05-23T12:00:00Z", )" +
                            kTimes + "}");
  EXPECT_EQ(job.submitted, ParseInstant("2026-05-23T10:00:00Z"));
}

TEST(JobTrap, T5APaperIsNamedByTheJobElseByItsPages) {
  const JobQueueContext context{.papers = {{"9E489F02AE027F9DD93191D872728C1D", "Hahnemühle"}}};
  const JobRecord job = Job(std::string(kPrinted) + R"("Pages": {"Page": {"Settings": {
      "MediaType": "9E489F02AE027F9DD93191D872728C1D"}}}, "Accounting": {)" +
                                kTimes +
                                R"(, "MediaCollectionConsumption": {"MediaConsumption": {
      "PaperId": "", "SquareAmount": 5}}})",
                            context);
  EXPECT_EQ(job.media, "9E489F02AE027F9DD93191D872728C1D");
  EXPECT_EQ(job.media_name, "Hahnemühle");
}

// What one of two papers would be billed with was printed on both.
TEST(JobTrap, T5APaperIsOfTheWholeOnlyWhereEveryPartSaysTheSame) {
  const auto part = [](const std::string& paper, const std::string& area) {
    return R"({"PaperId": ")" + paper + R"(", "SquareAmount": )" + area + "}";
  };
  const auto page = [](const std::string& type, const std::string& used) {
    return R"({"Settings": {"MediaType": ")" + type + R"("}, "Accounting":
        {"MediaCollectionConsumption": {"MediaConsumption": )" +
           used + "}}}";
  };
  const auto job = [](const std::string& own, const std::string& pages) {
    return Job(std::string(kPrinted) + R"("Accounting": {)" + kTimes +
                   R"(, "MediaCollectionConsumption": {"MediaConsumption": [)" + own +
                   R"(]}}, "Pages": {"Page": [)" + pages + "]}",
               {.papers = {{"2070", "Satin"}}});
  };
  const std::string rag = "9E489F02AE027F9DD93191D872728C1D";
  const Trait both{.trait = "medium-type", .value = "2070, " + rag};

  // One page says 2070, the other is told by what was wanted.
  JobRecord two = job("", page("2070", part("2070", "5")) + "," + page(rag, part("", "6")));
  EXPECT_EQ(two.area->value.text(), "11");
  EXPECT_EQ(two.media, std::nullopt);
  EXPECT_EQ(two.media_name, std::nullopt);
  EXPECT_THAT(two.traits, testing::ElementsAre(both));
  two = job(part("2070", "5") + "," + part("", "6"), page(rag, "null"));
  EXPECT_EQ(two.media, std::nullopt);
  EXPECT_THAT(two.traits, testing::ElementsAre(both));
  // Which paper the part without an id was, nobody says.
  two =
      job(part("2070", "5") + "," + part("", "6"), page(rag, "null") + "," + page("2070", "null"));
  EXPECT_EQ(two.media, std::nullopt);
  EXPECT_THAT(two.traits, IsEmpty());
  two = job("", page(rag, "null") + "," + page("2070", "null"));
  EXPECT_EQ(two.media, std::nullopt);
  EXPECT_THAT(two.traits, testing::ElementsAre(both));

  JobRecord one = job("", page("2070", part("", "5")) + "," + page("2070", part("2070", "6")));
  EXPECT_EQ(one.media, "2070");
  EXPECT_EQ(one.media_name, "Satin");
  EXPECT_THAT(one.traits, IsEmpty());
  one = job(part("2070", "5"), page(rag, part(rag, "6")));
  EXPECT_EQ(one.media, "2070") << "the job's own account is the one that counts";
  one = job("", page("2070", part("2070", "5")) + "," + page(rag, part(rag, "0")));
  EXPECT_EQ(one.media, "2070") << "nothing was used of the other";
}

TEST(JobTrap, T6AnAreaWithoutAUnitHasNone) {
  const JobRecord job = Job(std::string(kPrinted) + R"("Accounting": {)" + kTimes +
                            R"(, "MediaCollectionConsumption": {"MediaConsumption": {
      "PaperId": "2070", "SquareAmount": "191.352000", "LinearAmount": "3.5"}}})");
  EXPECT_EQ(job.area, (Quantity{*Decimal::Parse("191.352000"), "?"}));
  EXPECT_EQ(job.length, (Quantity{*Decimal::Parse("3.5"), "?"}));
}

TEST(JobTrap, T7TheJobsAccountAndItsPagesAreNeverAdded) {
  const std::string media = R"("MediaCollectionConsumption": {"MediaConsumption": {
      "PaperId": "2070", "SquareAmount": 10}}, "InkCollectionConsumption": {"InkConsumption": {
      "InkName": "cyan", "Amount": 2}})";
  const std::string pages = R"("Pages": {"Page": [{"Accounting": {)" + media +
                            R"(}}, {"Accounting": {)" + media + "}}]},";
  const JobRecord both = Job(kPrinted + pages + R"("Accounting": {)" + kTimes + ", " + media + "}");
  EXPECT_EQ(both.area->value.text(), "10");
  EXPECT_EQ(both.ink.at(0).amount.value.text(), "2");
  const JobRecord of_pages = Job(kPrinted + pages + R"("Accounting": {)" + kTimes + "}");
  EXPECT_EQ(of_pages.area->value.text(), "20");
  EXPECT_EQ(of_pages.ink.at(0).amount.value.text(), "4");
}

TEST(JobTrap, T8ThePrintersIdIsTheJobsAndTheClientsIsACrossReference) {
  const JobRecord job = Job(R"("Settings": {"JobUUID": "F76329E7-1724-469A-911C-EA6FEA7DF5F5"})");
  EXPECT_EQ(job.job, "A1");
  EXPECT_EQ(job.client_job, "f76329e7-1724-469a-911c-ea6fea7df5f5");
  EXPECT_EQ(Job(R"("Settings": {"RequestedCopies": 1})").client_job, std::nullopt);
  // The client writes what it likes there; what is no id may be a name.
  EXPECT_EQ(Job(R"("Settings": {"JobUUID": "rosa plank"})").client_job, std::nullopt);
}

TEST(JobTrap, T9AnotherElementIsNoPrint) {
  const auto queue = ReadJobQueue(ReadDocument(R"({"JobQueueSnapshot": {"Jobs": {"Job": {
      "JobCopy2D": {"UUID": "A1", "Status": {"JobStatus": "Completed"}}}}}})"),
                                  {});
  ASSERT_THAT(queue->jobs, SizeIs(1));
  EXPECT_EQ(queue->jobs[0].type, "copy");
  EXPECT_EQ(queue->jobs[0].element, "JobCopy2D");
}

TEST(JobTrap, T10OneJobMayBeAnObjectAndSeveralAList) {
  for (const char* jobs :
       {R"({"Job2DPrint": {"UUID": "A1", "Status": {"JobStatus": "Held"}}})",
        R"([{"Job2DPrint": {"UUID": "A1", "Status": {"JobStatus": "Held"}}}])"}) {
    const auto queue = ReadJobQueue(
        ReadDocument(fmt::format(R"({{"JobQueueSnapshot": {{"Jobs": {{"Job": {}}}}}}})", jobs)),
        {});
    ASSERT_TRUE(queue);
    EXPECT_THAT(queue->jobs, SizeIs(1)) << jobs;
  }
}

TEST(JobTrap, AnEnvelopeIsNoJob) {
  const auto queue = ReadJobQueue(ReadDocument(R"({"JobQueueSnapshot": {"Jobs": {"Job": {
      "Job2DPrint": {"UUID": "A1", "URI": "/x"}}}}})"),
                                  {});
  EXPECT_THAT(queue->jobs, IsEmpty());
}

TEST(MediaTrap, OnlyARollHasALengthLeft) {
  Answers answers;
  ReadMediaSystem(ReadDocument(R"({"MediaSystem": {"DrawerCollection": {"Drawer":
      {"InputDeviceCollection": {"Roll": {"IdForPrinting": "ROLL", "LoadedMediaCollection":
        {"LoadedMedia": {"MediaTypeID": "2070", "RemainingLength": {"Value": 9, "Unit": "m"}}}},
      "Sheet": {"IdForPrinting": "MANUAL_FEED", "LoadedMediaCollection": {"LoadedMedia":
        {"MediaTypeID": "2070", "RemainingLength": {"Value": 11.55, "Unit": "in"}}}}}}}}})"),
                  {}, answers);
  ASSERT_THAT(answers.media, SizeIs(2));
  EXPECT_TRUE(answers.media[0].length_left);
  EXPECT_EQ(answers.media[1].length_left, std::nullopt);
}

TEST(MediaTrap, ARollIsOneWhateverElseItsNameSays) {
  const auto loaded = [](const std::string& input) {
    Answers answers;
    ReadMediaSystem(
        ReadDocument(R"({"MediaSystem": {"DrawerCollection": {"Drawer": {"InputDeviceCollection":
        {")" + input +
                     R"(": {"LoadedMediaCollection": {"LoadedMedia": {"MediaTypeID": "2070",
          "RemainingLength": {"Value": 9, "Unit": "m"}}}}}}}}})"),
        {}, answers);
    return answers.media.at(0);
  };
  for (const char* roll : {"Roll", "Roll1", "Roll_2", "MainRoll", "ROLL", "upperroll"}) {
    EXPECT_EQ(loaded(roll).length_left, (Quantity{*Decimal::Parse("9"), "m"})) << roll;
    EXPECT_EQ(loaded(roll).length, std::nullopt) << roll;
  }
  for (const char* sheet : {"Sheet", "Sheet1", "ManualSheet", "SHEET_2"}) {
    EXPECT_EQ(loaded(sheet).length, (Quantity{*Decimal::Parse("9"), "m"})) << sheet;
    EXPECT_EQ(loaded(sheet).length_left, std::nullopt) << sheet;
  }
  for (const char* other : {"Tray", "SheetOrRoll"}) {
    EXPECT_EQ(loaded(other).length, std::nullopt) << other;
    EXPECT_EQ(loaded(other).length_left, std::nullopt) << other;
  }
}

TEST(ShapeTrap, ANumberMayBeANumberAStringOrAnObject) {
  for (const char* used : {R"("InkUsed": 450.0)", R"("InkUsed": "450.0")",
                           R"("InkUsed": {"Value": 450.0})", R"("InkUsed": {"Value": "450.0"})"}) {
    EXPECT_EQ(Ink("", used).meters.at(0).value.value.text(), "450.0") << used;
  }
}

TEST(ShapeTrap, TheFirstByteSaysWhatADocumentIs) {
  EXPECT_TRUE(ReadDocument("\r\n <InkSystem/>").Has("InkSystem"));
  EXPECT_TRUE(ReadDocument("\n{\"InkSystem\": null}").Has("InkSystem"));
}

}  // namespace
}  // namespace plotmeter
