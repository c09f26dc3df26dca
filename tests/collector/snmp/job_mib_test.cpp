#include "collector/snmp/job_mib.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "collector/snmp/mib.h"

namespace plotmeter {
namespace {

const std::optional<Instant> kStarted = ParseInstant("2026-11-22T09:12:00Z");

// 2026-11-22 10:30:05.0 +01:00 as DateAndTime.
const std::string kHalfPastTen("\x07\xEA\x0B\x16\x0A\x1E\x05\x00+\x01\x00", 11);

class Table {
 public:
  Table& State(std::uint32_t job, std::int64_t state) {
    return Number(mib::kJmJobState + Oid{1, job}, state);
  }
  Table& Attribute(std::uint32_t job, std::uint32_t type, std::int64_t number,
                   std::uint32_t row = 1) {
    return Number(mib::kJmAttributeNumber + Oid{1, job, type, row}, number);
  }
  Table& Attribute(std::uint32_t job, std::uint32_t type, std::string octets,
                   std::uint32_t row = 1) {
    return Octets(mib::kJmAttributeOctets + Oid{1, job, type, row}, std::move(octets));
  }
  Table& Hp(const Oid& field, std::uint32_t job, std::string octets) {
    return Octets(mib::kHpJobInfo + field + Oid{job, 0}, std::move(octets));
  }
  Table& Hp(const Oid& field, std::uint32_t job, std::int64_t number) {
    return Number(mib::kHpJobInfo + field + Oid{job, 0}, number);
  }
  Table& Number(const Oid& oid, std::int64_t number) {
    table_[oid] = Value::Number(ValueType::kInteger, number);
    return *this;
  }
  Table& Octets(const Oid& oid, std::string octets) {
    table_[oid] = Value::Octets(std::move(octets));
    return *this;
  }
  std::vector<JobRecord> Read() const { return ReadSnmpJobs(table_, {}, kStarted).jobs; }
  const SnmpTable& table() const { return table_; }

 private:
  SnmpTable table_ = {};
};

TEST(JobMibTest, ReadsAJobOfRfc2707) {
  const auto jobs = Table()
                        .State(42, 9)
                        .Attribute(42, 23, "Plan of the hall")
                        .Attribute(42, 35, "plan.pdf")
                        .Attribute(42, 71, 5)
                        .Attribute(42, 90, 2)
                        .Attribute(42, 91, 2)
                        .Attribute(42, 130, 3)
                        .Attribute(42, 131, 6)
                        .Attribute(42, 171, "Plain Paper")
                        .Attribute(42, 191, 8123)
                        .Attribute(42, 194, kHalfPastTen)
                        .Read();
  ASSERT_EQ(jobs.size(), 1U);
  EXPECT_EQ(jobs[0], (JobRecord{.job = "1.42/8123",
                                .channel = ChannelKind::kSnmp,
                                .name = "Plan of the hall",
                                .type = "print",
                                .status = "printed",
                                .status_raw = "9",
                                .finished = ParseInstant("2026-11-22T09:30:05Z"),
                                .pages = 3,
                                .printed_pages = 6,
                                .copies = 2,
                                .printed_copies = 2,
                                .media_name = "Plain Paper",
                                .quality = "5"}));
}

TEST(JobMibTest, WhatIsNotGivenIsUnknown) {
  const auto jobs = Table()
                        .State(42, 9)
                        .Attribute(42, 90, -2)
                        .Attribute(42, 91, -1)
                        .Attribute(42, 131, std::int64_t{0})
                        .Attribute(42, 23, "")
                        .Attribute(42, 193, kHalfPastTen.substr(0, 8))  // no time zone
                        .Attribute(42, 194, std::string(11, '\xFF'))
                        .Read();
  ASSERT_EQ(jobs.size(), 1U);
  EXPECT_EQ(jobs[0], (JobRecord{.job = "1.42/~2026-11-22T09:12:00Z",
                                .channel = ChannelKind::kSnmp,
                                .type = "print",
                                .status = "printed",
                                .status_raw = "9"}));
}

TEST(JobMibTest, TellsSheetsColorantsAndPapersAsTraits) {
  Table table = Table()
                    .State(42, 9)
                    .Attribute(42, 150, 3)
                    .Attribute(42, 151, 2)
                    .Attribute(42, 172, "cyan")
                    .Attribute(42, 173, 2)  // the index alone
                    .Attribute(42, 173, "magenta", 2)
                    .Attribute(42, 173, 3, 2)  // beside the name
                    .Attribute(42, 174, 2)     // sheets
                    .Attribute(42, 174, "Gl\xFCnzend")
                    .Attribute(42, 175, "iso-a1");
  EXPECT_EQ(table.Read().at(0).traits,
            (std::vector<Trait>{{.trait = "sheets-requested", .value = "3"},
                                {.trait = "sheets-completed", .value = "2"},
                                {.trait = "colorant-requested", .value = "cyan"},
                                {.trait = "colorant-consumed", .value = "2"},
                                {.trait = "colorant-consumed", .value = "magenta"},
                                {.trait = "medium-type", .value = "Glünzend"},
                                {.trait = "medium-size", .value = "iso-a1"}}));
  for (const std::int64_t unknown : {-2, -1, 0}) {
    Table nothing = Table().State(42, 9);
    for (const std::uint32_t type : {150U, 151U, 172U, 173U, 174U, 175U}) {
      nothing.Attribute(42, type, unknown).Attribute(42, type, "");
    }
    EXPECT_TRUE(nothing.Read().at(0).traits.empty()) << unknown;
  }
}

TEST(JobMibTest, AsksForFurtherRowsOnlyWhereThereIsAFirst) {
  const Table none = Table().State(42, 9).Attribute(42, 151, 2);
  EXPECT_TRUE(MoreJobObjects(none.table(), {}).empty());
  const Table one = Table().State(42, 9).State(43, 5).Attribute(42, 173, "cyan");
  const auto objects = MoreJobObjects(one.table(), {});
  EXPECT_EQ(objects.size(), 22U) << "name and index of the second to the twelfth";
  for (const Oid& object : objects) {
    EXPECT_TRUE((mib::kJmAttributeOctets + Oid{1, 42, 173}).Contains(object) ||
                (mib::kJmAttributeNumber + Oid{1, 42, 173}).Contains(object));
  }
  const SnmpJobs read = ReadSnmpJobs(one.table(), {}, kStarted);
  EXPECT_TRUE(MoreJobObjects(one.table(), read.finished).empty()) << "it is at its end and known";
}

TEST(JobMibTest, UnderstandsEveryState) {
  const std::pair<std::int64_t, const char*> states[] = {
      {2, "unknown"},   {3, "pending"}, {4, "held"},    {5, "printing"}, {6, "held"},
      {7, "cancelled"}, {8, "failed"},  {9, "printed"}, {77, "unknown"}};
  for (const auto& [number, status] : states) {
    EXPECT_EQ(Table().State(1, number).Read().at(0).status, status);
  }
  EXPECT_EQ(Table().State(1, 7).Attribute(1, 131, 2).Read().at(0).status, "printed")
      << "what was cancelled after a page has printed that page";
}

// The spool knows which reckonings mean the same start.
TEST(JobMibTest, SaysWhenThePrinterStartedWhereTheJobSaysNothing) {
  const Table table = Table().State(1, 9);
  const auto before = ReadSnmpJobs(table.table(), {}, ParseInstant("2026-11-22T09:00:01.250Z"));
  const auto after = ReadSnmpJobs(table.table(), {}, ParseInstant("2026-11-22T11:00:00Z"));
  EXPECT_EQ(before.jobs[0].job, "1.1/~2026-11-22T09:00:01Z");
  EXPECT_EQ(after.jobs[0].job, "1.1/~2026-11-22T11:00:00Z");
}

TEST(JobMibTest, ReadsHpsJobInfo) {
  const auto jobs = Table()
                        .Hp({15}, 300, 5)
                        .Hp({1}, 300,
                            "\x01\x15"
                            "Plan of the h\xCCll")
                        .Hp({2}, 300, "\x01\x15, west")
                        .Hp({13}, 300, 4)
                        .Hp({23, 5}, 300, "\x01\x15JobAcct5=F76329E7-1724")
                        .Hp({15}, 301, 11)
                        .Hp({23, 5}, 301, "\x01\x15JobAcct1=somebody")
                        .Read();
  ASSERT_EQ(jobs.size(), 2U);
  const auto done = std::ranges::find(jobs, "printed", &JobRecord::status);
  ASSERT_NE(done, jobs.end());
  EXPECT_EQ(*done, (JobRecord{.job = "300/f76329e7-1724",
                              .channel = ChannelKind::kSnmp,
                              .client_job = "f76329e7-1724",
                              .name = "Plan of the häll, west",
                              .type = "print",
                              .status = "printed",
                              .status_raw = "5",
                              .printed_pages = 4}));
  const auto under_way = std::ranges::find(jobs, "printing", &JobRecord::status);
  ASSERT_NE(under_way, jobs.end());
  EXPECT_EQ(under_way->client_job, std::nullopt) << "another attribute, and a person's name";
  EXPECT_EQ(under_way->job, "301/~2026-11-22T09:12:00Z");
}

TEST(JobMibTest, ReadsOneOfTheTwoTables) {
  const auto jobs = Table().State(1, 9).Hp({15}, 300, 5).Read();
  ASSERT_EQ(jobs.size(), 1U);
  EXPECT_EQ(jobs[0].job.substr(0, 3), "1.1");
}

TEST(JobMibTest, NeverAsksWhoseJobItIs) {
  Table table = Table().State(1, 9).State(2, 5);
  for (const std::uint32_t type : {172U, 173U, 174U, 175U}) table.Attribute(1, type, "some");
  const Table hp = Table().Hp({15}, 300, 5);
  std::vector<Oid> asked = JobStateColumns();
  for (const SnmpTable& jobs : {table.table(), hp.table()}) {
    for (const auto& objects : {JobObjects(jobs, {}), MoreJobObjects(jobs, {})}) {
      asked.insert(asked.end(), objects.begin(), objects.end());
    }
  }
  std::vector<Oid> forbidden = {mib::kJobMib + Oid{3, 1, 1, 9}};  // jmJobOwner
  for (const Oid& column : {mib::kJmAttributeNumber, mib::kJmAttributeOctets}) {
    for (const std::uint32_t type : {20U, 21U, 29U}) {
      forbidden.push_back(column + Oid{1, 1, type});
      forbidden.push_back(column + Oid{1, 2, type});
    }
  }
  for (const std::uint32_t account : {1U, 2U, 3U}) {
    forbidden.push_back(mib::kHpJobInfo + Oid{23, account});
  }
  EXPECT_GT(asked.size(), 20U);
  for (const Oid& oid : asked) {
    for (const Oid& never : forbidden) {
      EXPECT_FALSE(never.Contains(oid) || oid.Contains(never)) << oid.ToText();
    }
  }
}

TEST(JobMibTest, AsksForFewJobsARead) {
  Table table;
  for (std::uint32_t job = 1; job <= 20; ++job) table.State(job, job == 1 ? 9 : 3);
  const SnmpJobs read = ReadSnmpJobs(table.table(), {}, kStarted);
  ASSERT_EQ(read.jobs.size(), kJobsARead);
  EXPECT_EQ(read.jobs[0].status, "printed") << "those at their end first";
  EXPECT_EQ(read.jobs[1].job.substr(0, 4), "1.20") << "then the newest";
}

TEST(JobMibTest, TellsAJobAtItsEndAgainAsLongAsItIsListed) {
  const Table first = Table().State(1, 9).Attribute(1, 131, 4);
  const SnmpJobs read = ReadSnmpJobs(first.table(), {}, kStarted);
  ASSERT_EQ(read.finished.size(), 1U);
  EXPECT_TRUE(JobObjects(first.table(), read.finished).empty());
  // The second read asks for no attribute, and tells the same.
  const SnmpJobs again = ReadSnmpJobs(Table().State(1, 9).table(), read.finished, kStarted);
  EXPECT_EQ(again.jobs, read.jobs);
  EXPECT_TRUE(ReadSnmpJobs(SnmpTable{}, read.finished, kStarted).jobs.empty());
  // In another state it is asked for again.
  EXPECT_FALSE(JobObjects(Table().State(1, 5).table(), read.finished).empty());
}

}  // namespace
}  // namespace plotmeter
