// What the store makes of all that is told of one job, in whatever order and by however many
// streams it comes.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "tests/portal/store/fleet.h"

namespace plotmeter {
namespace {

constexpr std::uint32_t kAnew = 1'790'000'000;  // what a stream that began anew counts from

class JobsTest : public testing::Test {
 protected:
  struct Told {
    std::string stream = {};
    std::uint32_t revision = 0;
    int minute = 0;  // when it was seen
    std::string status = {};
    std::string ink = {};  // of magenta, cc; empty: none was said
  };

  // "printed 0.5" after these have come in this order, to a store of its own.
  std::string After(const std::vector<Told>& all) {
    SqliteStore store(FreshDatabase());
    const Tenant tenant = AddTenant(store, "north");
    const std::string collector = AddCollector(store, tenant, "thumb");
    std::map<std::string, std::int64_t> sequences;
    for (const Told& told : all) {
      JobRecord job{.job = "J",
                    .revision = told.revision,
                    .channel = ChannelKind::kPiws,
                    .seen_at = noon_ + std::chrono::minutes(told.minute),
                    .type = "print",
                    .status = told.status};
      if (!told.ink.empty()) job.ink.push_back({"magenta", {*Decimal::Parse(told.ink), "cc"}});
      const std::string text = "x";
      const std::int64_t sequence = ++sequences[told.stream];
      BatchRecord record{.collector = collector,
                         .batch = told.stream + std::to_string(sequence),
                         .stream = told.stream,
                         .sequence = sequence,
                         .sha256 = "sha",
                         .jws = &text,
                         .payload = &text,
                         .names = &text,
                         .received_at = noon_ + std::chrono::hours(1)};
      record.printers.push_back({.manufacturer = "HP", .serial = "CN1"});
      record.jobs.push_back({0, &job});
      store.StoreBatch(tenant.reseller, record, [](const auto&) { return "receipt"; });
    }
    std::string kept;
    const auto printer = store.Printers(tenant.reseller, {}, "", 1).at(0).id;
    store.EachJob(tenant.reseller, "", printer, noon_ - std::chrono::hours(1),
                  noon_ + std::chrono::hours(9), {}, [&](const JobRow& row) {
                    kept += row.status + " " + row.ink;
                    return true;
                  });
    return kept;
  }

  void ExpectInEveryOrder(const std::vector<Told>& all, const std::string& kept) {
    std::vector<std::size_t> order(all.size());
    std::iota(order.begin(), order.end(), 0U);
    do {
      std::vector<Told> turned;
      std::string said;
      for (const std::size_t i : order) {
        turned.push_back(all[i]);
        said += all[i].stream + std::to_string(all[i].revision) + " ";
      }
      EXPECT_EQ(After(turned), kept) << said;
    } while (std::ranges::next_permutation(order).found);
  }

  const Instant noon_ = At("2026-11-10T12:00:00Z");
};

TEST_F(JobsTest, EndsWhenItWasSeenWhereThePrintersClockCannotBeRight) {
  const auto ended = [this](const std::string& finished, std::int64_t offset_ms) {
    SqliteStore store(FreshDatabase());
    const Tenant tenant = AddTenant(store, "north");
    const std::string text = "x";
    const JobRecord job{.job = "J",
                        .revision = 1,
                        .channel = ChannelKind::kPiws,
                        .seen_at = noon_,
                        .type = "print",
                        .status = "printed",
                        .finished = At(finished),
                        .clock_offset_ms = offset_ms};
    BatchRecord record{.collector = AddCollector(store, tenant, "thumb"),
                       .batch = "b",
                       .stream = "s",
                       .sequence = 1,
                       .sha256 = "sha",
                       .jws = &text,
                       .payload = &text,
                       .names = &text,
                       .received_at = noon_};
    record.printers.push_back({.manufacturer = "HP", .serial = "CN1"});
    record.jobs.push_back({0, &job});
    store.StoreBatch(tenant.reseller, record, [](const auto&) { return "receipt"; });
    std::string said;
    store.EachJob(tenant.reseller, "", store.Printers(tenant.reseller, {}, "", 1).at(0).id,
                  Instant(), noon_ + std::chrono::hours(24 * 366), {}, [&](const JobRow& row) {
                    said = FormatInstant(row.ended_at) + " by " +
                           std::string(EndedBy(row.end_is_told));
                    return true;
                  });
    return said;
  };
  EXPECT_EQ(ended("2026-11-10T11:40:00Z", 60'000), "2026-11-10T11:41:00Z by printer");
  EXPECT_EQ(ended("2026-11-10T12:00:30Z", 0), "2026-11-10T12:00:30Z by printer");
  const std::string as_seen = "2026-11-10T12:00:00Z by sighting";
  EXPECT_EQ(ended("1999-12-31T23:04:00Z", 0), as_seen) << "its clock was set before the poll";
  EXPECT_EQ(ended("2026-02-01T00:00:00Z", 0), "2026-02-01T00:00:00Z by printer")
      << "it is old and has been in the list for long";
  EXPECT_EQ(ended("2026-11-10T12:00:00Z", 3'600'000), as_seen) << "it was seen before";
  EXPECT_EQ(ended("2026-11-10T12:00:00Z", INT64_MAX), as_seen);
}

TEST_F(JobsTest, TheHigherRevisionOfAStreamIsTheRecord) {
  ExpectInEveryOrder({{"a", 1, 0, "printing", "0.1"},
                      {"a", 2, 5, "printing", "0.3"},
                      {"a", 3, 9, "printed", "0.5"}},
                     R"(printed [["magenta","0.5","cc"]])");
}

TEST_F(JobsTest, ACopyThatBeganAnewAndWentSilentDoesNotHideWhatTheOtherTells) {
  ExpectInEveryOrder({{"copy", kAnew + 1, 1, "printing", "0.1"},
                      {"a", 1, 2, "printing", "0.2"},
                      {"a", 2, 5, "printed", "0.5"}},
                     R"(printed [["magenta","0.5","cc"]])");
}

TEST_F(JobsTest, ARestoredStreamTakesNothingFromABetterRecord) {
  ExpectInEveryOrder({{"a", 1, 1, "printed", "0.5"}, {"restored", kAnew + 1, 60, "printed", ""}},
                     R"(printed [["magenta","0.5","cc"]])");
}

TEST_F(JobsTest, ARestoredStreamGoesOnWithTheJob) {
  ExpectInEveryOrder({{"a", 1, 1, "printing", "0.1"},
                      {"restored", kAnew + 1, 60, "printing", "0.3"},
                      {"restored", kAnew + 2, 65, "printed", "0.5"}},
                     R"(printed [["magenta","0.5","cc"]])");
}

TEST_F(JobsTest, WhatIsSaidOnlyOnceStaysSaid) {
  ExpectInEveryOrder({{"a", 1, 1, "printing", "0.1"}, {"copy", kAnew + 1, 2, "cancelled", ""}},
                     R"(cancelled [["magenta","0.1","cc"]])");
}

}  // namespace
}  // namespace plotmeter
