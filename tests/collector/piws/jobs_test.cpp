#include "collector/piws/jobs.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/collector/piws/written.h"
#include "tests/growth.h"

namespace plotmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const Instant kSeenAt = *ParseInstant("2026-05-23T16:31:00Z");
const PaperNames kPapers{{"2070", "Photo Satin Paper"}};

std::string WrittenQueue(const JobQueue& queue) {
  return Written(Answers{.jobs = queue.jobs, .remarks = queue.remarks});
}

JobQueue Sample(const std::string& name) {
  return *ReadJobQueue(ReadDocument(Golden(name)), {.seen_at = kSeenAt, .papers = kPapers});
}

TEST(JobsTest, ReadTheSampleAsTheGoldenFileSays) {
  ExpectGolden("jobs.golden", WrittenQueue(Sample("jobs.xml")));
}

TEST(JobsTest, ReadAlikeFromXmlAndJson) {
  EXPECT_EQ(WrittenQueue(Sample("jobs.json")), WrittenQueue(Sample("jobs.xml")));
}

TEST(JobsTest, NamesNobody) {
  for (const char* name : {"jobs.xml", "jobs.json"}) {
    const std::string body = Golden(name);
    const std::string read = WrittenQueue(Sample(name));
    for (const char* person : {"Mona", "mona", "leonardo", "Louvre", "preview"}) {
      ASSERT_THAT(body, HasSubstr(person));
      EXPECT_THAT(read, Not(HasSubstr(person)));
    }
  }
}

TEST(JobsTest, ReadsAJobThatStandsAlone) {
  for (
      const char* body :
      {R"({"JobQueueSnapshot": {"Jobs": {"Job": {"Job2DPrint": {"UUID": "A", "Status": {"JobStatus": "Held"}}}}}})",
       R"({"JobQueueSnapshot": {"Jobs": {"Job": [{"Job2DPrint": {"UUID": "A", "Status": {"JobStatus": "Held"}}}]}}})",
       R"({"JobQueueSnapshot": {"Jobs": [{"Job2DPrint": {"UUID": "A", "Status": {"JobStatus": "Held"}}}]}})"}) {
    const auto queue = ReadJobQueue(ReadDocument(body), {.seen_at = kSeenAt});
    ASSERT_TRUE(queue) << body;
    ASSERT_EQ(queue->jobs.size(), 1u) << body;
    EXPECT_EQ(queue->jobs[0].job, "A");
    EXPECT_EQ(queue->jobs[0].status, "held");
    EXPECT_EQ(queue->jobs[0].type, "print");
    EXPECT_EQ(queue->jobs[0].clock_offset_ms, std::nullopt);
  }
}

TEST(JobsTest, TakesTheClockOfTheDocumentBeforeThatOfHttp) {
  const Node with = ReadDocument(
      "<JobQueueSnapshot><Timestamp>2026-05-23T16:30:56Z</Timestamp><Jobs><Job>"
      "<Job2DPrint><UUID>A</UUID><Status><a>1</a></Status></Job2DPrint></Job></Jobs>"
      "</JobQueueSnapshot>");
  const Node without = ReadDocument(
      "<JobQueueSnapshot><Timestamp>1970-01-01T00:00:00Z</Timestamp><Jobs><Job>"
      "<Job2DPrint><UUID>A</UUID><Status><a>1</a></Status></Job2DPrint></Job></Jobs>"
      "</JobQueueSnapshot>");
  const JobQueueContext context{.seen_at = kSeenAt, .date = kSeenAt + std::chrono::seconds(10)};
  EXPECT_EQ(ReadJobQueue(with, context)->jobs[0].clock_offset_ms, 4000);
  EXPECT_EQ(ReadJobQueue(without, context)->jobs[0].clock_offset_ms, -10000);
  EXPECT_EQ(ReadJobQueue(without, {.seen_at = kSeenAt, .date = FromMillis(240'000)})
                ->jobs[0]
                .clock_offset_ms,
            std::nullopt);
}

TEST(JobsTest, AnEmptyQueueIsAQueue) {
  for (const char* body : {R"({"JobQueueSnapshot": {"Jobs": null}})",
                           "<JobQueueSnapshot><Jobs/></JobQueueSnapshot>", "<JobQueueSnapshot/>"}) {
    const auto queue = ReadJobQueue(ReadDocument(body), {});
    ASSERT_TRUE(queue) << body;
    EXPECT_TRUE(queue->jobs.empty()) << body;
  }
  EXPECT_FALSE(ReadJobQueue(ReadDocument("<Other/>"), {}));
}

TEST(JobStatusTest, BelievesNoDefault) {
  struct Case {
    const char* job;
    const char* completion;
    int pages;
    bool started;
    bool finished;
    const char* status;
  };
  for (const Case& c : std::vector<Case>{
           {"Completed", "OK", 1, true, true, "printed"},
           {"Completed", "OK", 0, false, true, "printed"},
           {"Completed", "OK", 1, true, false, "unknown"},  // no time of completion
           {"Completed", "Cancelled", 0, true, true, "cancelled"},
           {"Completed", "Cancelled", 2, true, true, "printed"},
           {"Deleted", "OK", 0, false, false, "cancelled"},  // OK is the default
           {"Deleted", "OK", 0, true, true, "unknown"},      // the account is lost
           {"Deleted", "OK", 3, true, true, "printed"},
           {"Deleted", "OK", 3, true, false, "unknown"},
           {"Cancelled", "Cancelled", 0, true, true, "cancelled"},
           {"Cancelled", "Cancelled", 1, true, true, "printed"},
           {"Paused", "OK", 0, false, false, "held"},
           {"Held", "OK", 0, false, false, "held"},
           {"WaitingToPrint", "OK", 0, false, false, "pending"},
           {"Pending", "OK", 0, false, false, "pending"},
           {"Processing", "OK", 0, false, false, "pending"},
           {"Printing", "OK", 1, true, false, "printing"},
           {"Active", "OK", 0, true, false, "printing"},
           {"Aborted", "OK", 0, true, true, "failed"},
           {"Sublimated", "OK", 9, true, true, "unknown"},
           {"", "", 0, false, false, "unknown"},
       }) {
    EXPECT_EQ(JobStatusOf({.job_status = c.job,
                           .completion_status = c.completion,
                           .printed_pages = c.pages,
                           .started = c.started,
                           .finished = c.finished}),
              c.status)
        << c.job << "/" << c.completion << " " << c.pages;
  }
}

// A job that has printed, with this accounting of its own and of its two pages.
JobRecord Accounted(const std::string& own, const std::string& first, const std::string& second) {
  const auto queue = ReadJobQueue(
      ReadDocument(
          "<JobQueueSnapshot><Jobs><Job><Job2DPrint><UUID>A</UUID><Status><JobStatus>Completed</"
          "JobStatus>"
          "</Status><Progress><NumberOfPrintedPages>2</NumberOfPrintedPages></Progress><Accounting>"
          "<CompletionTimestamp>2026-05-23T16:05:30Z</CompletionTimestamp>" +
          own +
          "</Accounting><Pages>"
          "<Page><Accounting>" +
          first + "</Accounting></Page><Page><Accounting>" + second +
          "</Accounting></Page></Pages></Job2DPrint></Job></Jobs></JobQueueSnapshot>"),
      {.seen_at = kSeenAt});
  return queue->jobs.at(0);
}

std::string Area(const std::string& amount) {
  return "<MediaCollectionConsumption><MediaConsumption><SquareAmount>" + amount +
         "</SquareAmount></MediaConsumption></MediaCollectionConsumption>";
}

std::string Ink(const std::string& name, const std::string& amount) {
  return "<InkCollectionConsumption><InkConsumption><InkName>" + name + "</InkName><Amount>" +
         amount + "</Amount></InkConsumption></InkCollectionConsumption>";
}

TEST(JobAccountingTest, NeverAddsTheJobAndItsPages) {
  EXPECT_EQ(Accounted(Area("10.5"), Area("5"), Area("5.5")).area->value.text(), "10.5");
  EXPECT_EQ(Accounted("", Area("5"), Area("5.250")).area->value.text(), "10.250");
  EXPECT_EQ(Accounted("", Area("0.05"), Area("0.050000")).area->value.text(), "0.100000");
  EXPECT_EQ(Accounted("", Area("5"), Area("0.000000")).area->value.text(), "5");
  EXPECT_EQ(Accounted(Ink("cyan", "0.3"), Ink("cyan", "0.1"), Ink("cyan", "0.1")).ink,
            (std::vector<InkUse>{{"cyan", {*Decimal::Parse("0.3"), "?"}}}));
  EXPECT_EQ(Accounted("", Ink("Cyan", "0.1"), Ink("cyan", "0.25")).ink,
            (std::vector<InkUse>{{"cyan", {*Decimal::Parse("0.35"), "?"}}}));
}

// The page of a recorded job holds the place of its paper with an empty id and zeros.
TEST(JobAccountingTest, TakesTheJobsPlaceholderForNoAccount) {
  const std::string placeholder =
      "<MediaCollectionConsumption><MediaConsumption><PaperId></PaperId><PaperVendor></PaperVendor>"
      "<SquareAmount>0.000000</SquareAmount><LinearAmount>0.000000</LinearAmount>"
      "</MediaConsumption></MediaCollectionConsumption>";
  EXPECT_EQ(Accounted(placeholder, Area("191.352"), placeholder).area->value.text(), "191.352");
  EXPECT_EQ(Accounted(Area("0"), Area("5"), Area("5.5")).area->value.text(), "10.5");
  EXPECT_EQ(Accounted(Area("rubbish"), Area("5"), "").area, std::nullopt) << "it was its account";
  const auto cyan = [](const char* amount) {
    return std::vector<InkUse>{{"cyan", {*Decimal::Parse(amount), "?"}}};
  };
  EXPECT_EQ(Accounted(Ink("cyan", "0.0"), Ink("cyan", "0.5"), Ink("cyan", "0.25")).ink,
            cyan("0.75"));
  EXPECT_EQ(Accounted(Ink("cyan", "0.2"), Ink("cyan", "0.5"), "").ink, cyan("0.2"));
}

// One amount may be the job's own, and another only its pages'.
TEST(JobAccountingTest, AsksForEachAmountByItself) {
  const JobRecord job = Accounted(
      "<MediaCollectionConsumption><MediaConsumption><SquareAmount>0.0</SquareAmount>"
      "<LinearAmount>3.5</LinearAmount></MediaConsumption></MediaCollectionConsumption>",
      "<MediaCollectionConsumption><MediaConsumption><SquareAmount>191.352</SquareAmount>"
      "<LinearAmount>9</LinearAmount></MediaConsumption></MediaCollectionConsumption>",
      "");
  EXPECT_EQ(job.area->value.text(), "191.352");
  EXPECT_EQ(job.length->value.text(), "3.5");
}

TEST(JobAccountingTest, NeverTakesUnknownForZero) {
  EXPECT_EQ(Accounted(Area("0.000000"), "", "").area, std::nullopt);
  EXPECT_EQ(Accounted("", Area("0"), Area("0")).area, std::nullopt);
  EXPECT_EQ(Accounted(Area("-1"), "", "").area, std::nullopt);
  EXPECT_EQ(Accounted("", Area("999999999999999999"), Area("0.1")).area,
            std::nullopt);  // too long a sum
  EXPECT_TRUE(Accounted(Ink("cyan", "0"), "", "").ink.empty());
  EXPECT_TRUE(Accounted("<InkCollectionConsumption/>", "", "").ink.empty());
}

TEST(JobAccountingTest, DoesNotAddDifferentUnits) {
  const std::string ml = Ink("cyan", "<Value>1</Value><Unit>ml</Unit>");
  const std::string cc = Ink("cyan", "<Value>2</Value><Unit>cc</Unit>");
  EXPECT_EQ(Accounted("", ml, cc).ink.size(), 2u);
  EXPECT_EQ(Accounted("", Area("<Value>1</Value><Unit>m2</Unit>"),
                      Area("<Value>1</Value><Unit>ft2</Unit>"))
                .area,
            std::nullopt);
}

TEST(QueueIdTest, IsTheLastSegmentOfThePrintQueue) {
  EXPECT_EQ(QueueId(ReadDocument(Golden("JobQueueCollection.json"))),
            "22222222-2222-4222-8222-222222222222");
  const auto id = [](const std::string& uri) {
    return QueueId(ReadDocument("<JobQueueCollection><JobQueue><URI>" + uri +
                                "</URI></JobQueue></JobQueueCollection>"));
  };
  EXPECT_EQ(id("/LFPWebServices/PI/JQ/JobQueue/ab-12"), "ab-12");
  EXPECT_EQ(id("ab-12///"), "ab-12");
  EXPECT_EQ(id(""), std::nullopt);
  EXPECT_EQ(id("/JQ/JobQueue/.."), std::nullopt);
  EXPECT_EQ(id("/JQ/JobQueue/a?b"), std::nullopt);
  EXPECT_EQ(QueueId(ReadDocument("<JobQueueCollection/>")), std::nullopt);
  EXPECT_EQ(QueueId(ReadDocument("<Other/>")), std::nullopt);
}

// Domain 7.6, trap 9: nobody has seen the elements of scan and copy jobs.
TEST(JobsTest, AnElementNobodyHasSeenIsKeptByItsName) {
  struct Case {
    const char* element;
    const char* type;
  };
  const Case cases[] = {{"JobScan", "scan"},    {"Job2DScan", "scan"},
                        {"JobCopy", "copy"},    {"JobScanCopy", "unknown"},
                        {"JobFold", "unknown"}, {"Job3DPrint", "unknown"}};
  for (const Case& c : cases) {
    const auto queue =
        ReadJobQueue(ReadDocument(fmt::format(R"({{"JobQueueSnapshot": {{"Jobs": {{"Job": {{"{}": {{
            "UUID": "1", "Type": "Print", "Status": {{"JobStatus": "Completed"}}}}}}}}}}}})",
                                              c.element)),
                     {});
    ASSERT_TRUE(queue);
    ASSERT_EQ(queue->jobs.size(), 1U) << c.element;
    EXPECT_EQ(queue->jobs[0].element, c.element);
    EXPECT_EQ(queue->jobs[0].type, c.type) << c.element;
  }
}

// Domain 15: Timestamp first, then Discovery, then the date of HTTP.
TEST(JobsTest, TakesTheClockOfTheBestSource) {
  const Instant now = *ParseInstant("2026-03-01T08:00:00Z");
  const auto offset = [&](const char* timestamp, std::optional<std::int64_t> told) {
    const auto queue = ReadJobQueue(
        ReadDocument(fmt::format(R"({{"JobQueueSnapshot": {{{} "Jobs": {{"Job": {{"Job2DPrint": {{
            "UUID": "1", "Status": {{"JobStatus": "Completed"}}}}}}}}}}}})",
                                 timestamp)),
        {.seen_at = now, .clock_offset_ms = told, .date = now - std::chrono::seconds(9)});
    return queue->jobs.at(0).clock_offset_ms;
  };
  EXPECT_EQ(offset(R"("Timestamp": "2026-03-01T07:59:59Z",)", 5000), 1000);
  EXPECT_EQ(offset("", 5000), 5000);
  EXPECT_EQ(offset("", std::nullopt), 9000);
}

std::optional<JobQueue> QueueOf(const std::string& accounting) {
  return ReadJobQueue(
      ReadDocument(R"({"JobQueueSnapshot": {"Jobs": {"Job": {"Job2DPrint": {"UUID": "u",
          "Status": {"JobStatus": "Completed"}, "Accounting": {
          "CompletionTimestamp": "2026-03-01T08:00:00Z", )" +
                   accounting + "}}}}}}"),
      {});
}

TEST(JobsTest, TellsNoSumOfWhichAPartCannotBeRead) {
  const auto queue = QueueOf(R"("MediaCollectionConsumption": {"MediaConsumption": [
      {"SquareAmount": 1.5, "LinearAmount": 2}, {"SquareAmount": "rubbish", "LinearAmount": 3}]})");
  ASSERT_EQ(queue->jobs.size(), 1u);
  EXPECT_EQ(queue->jobs[0].area, std::nullopt);
  ASSERT_TRUE(queue->jobs[0].length);
  EXPECT_EQ(queue->jobs[0].length->value.text(), "5");
}

TEST(JobsTest, CostNoSquareOfVeryManyInks) {
  if (!kClockIsOfTheProcessor) GTEST_SKIP();
  EXPECT_LT(GrowthOf(2'000,
                     [](int inks) {
                       std::string many;
                       for (int i = 0; i < inks; ++i) {
                         many += (many.empty() ? "" : ",") +
                                 ("{\"InkName\":\"i" + std::to_string(i) + "\",\"Amount\":1}");
                       }
                       const auto queue = QueueOf(
                           R"("InkCollectionConsumption": {"InkConsumption": [)" + many + "]}");
                       ASSERT_EQ(queue->jobs.size(), 1u);
                     }),
            kNoSquare);
}

// All of them would be carried along from poll to poll, and compared each with each.
TEST(JobsTest, TellsNoInkWhereThereIsMoreOfItThanAnyPrinterHas) {
  std::string many = R"({"InkName": "cyan", "Amount": 1})";
  for (int i = 0; i < 101; ++i)
    many += R"(,{"InkName": "i)" + std::to_string(i) + R"(", "Amount": 1})";
  const auto queue = QueueOf(R"("InkCollectionConsumption": {"InkConsumption": [)" + many + "]}");
  ASSERT_EQ(queue->jobs.size(), 1u);
  EXPECT_TRUE(queue->jobs[0].ink.empty()) << "a part would be taken for all";
  ASSERT_EQ(queue->remarks.size(), 1u);
  EXPECT_EQ(queue->remarks[0], "job queue: more inks than any printer has");
}

}  // namespace
}  // namespace plotmeter
