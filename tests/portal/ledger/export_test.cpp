#include "portal/ledger/export.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "portal/ledger/usage.h"
#include "tests/portal/ledger/sealed_world.h"

namespace plotmeter {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class ExportTest : public testing::Test, protected SealedWorld {
 protected:
  ExportTest() {
    clock.now = At("2027-12-31T00:00:00Z");
    Batch batch = MakeBatch(north, 1, {"433", "440.5"}, At("2026-11-10T12:00:00Z"));
    JobRecord job{.job = "32222D2B", .revision = 3, .channel = ChannelKind::kPiws};
    job.seen_at = At("2026-11-10T12:30:00Z");
    job.type = "print";
    job.status = "printed";
    job.submitted = At("2026-11-10T12:00:00Z");
    job.finished = At("2026-11-10T12:05:00Z");
    job.clock_offset_ms = 0;
    job.copies = 2;
    job.pages = 1;
    job.media = "HP-PLAIN-90";
    job.area = Quantity{*Decimal::Parse("191.352000"), "?"};
    job.quality = "=Best";
    job.ink = {{"magenta", {*Decimal::Parse("0.21"), "cc"}},
               {"yellow", {*Decimal::Parse("0.05"), "cc"}}};
    batch.jobs.push_back({0, job});
    JobRecord bare{.job = "17", .revision = 1, .channel = ChannelKind::kPiws};
    bare.seen_at = At("2026-11-30T23:30:00Z");  // December where the site is
    batch.jobs.push_back({0, bare});
    EXPECT_TRUE(std::holds_alternative<Accepted>(ingest.Take(Sealed(batch, north))));
  }

  template <typename Export>
  std::string All(const std::string& from, const std::string& to, ExportFormat format) {
    Export source = [&] {
      const Period period{*PeriodEdge::Parse(from), *PeriodEdge::Parse(to)};
      if constexpr (std::is_same_v<Export, UsageExport>) {
        return UsageExport(store, store, north.tenant.reseller, {}, period, format);
      } else {
        return JobExport(store, north.tenant.reseller, {}, period, format);
      }
    }();
    std::string out;
    while (source.Next(out)) {
    }
    return out;
  }

  // The usage of one serial, or null where nothing is known.
  Json UsageOf(const std::string& serial, const std::string& from, const std::string& to) {
    std::istringstream lines(All<UsageExport>(from, to, ExportFormat::kNdjson));
    for (std::string line; std::getline(lines, line);) {
      if (const Json row = ParseJson(line); row.at("serial") == serial) return row;
    }
    return nullptr;
  }
  Json UsageOf(const std::string& serial, Instant from, Instant to) {
    return UsageOf(serial, FormatInstant(from), FormatInstant(to));
  }

  std::int64_t sequence_ = 1;
};

TEST_F(ExportTest, WritesJobsAsCsv) {
  const std::string jobs = All<JobExport>("2026-11-01", "2026-12-01", ExportFormat::kCsv);
  EXPECT_THAT(jobs, StartsWith("customer,site,serial,channel,job,revision,type,status,submitted,"
                               "finished,copies,pages,printed_pages,media,area,area_unit,length,"
                               "length_unit,quality,ink,"))
      << "these were promised first";
  EXPECT_THAT(jobs, HasSubstr("\r\nnorth's customer,main,CN9541H01M,piws,\"32222D2B\",3,print,"
                              "printed,2026-11-10T12:00:00Z,2026-11-10T12:05:00Z,2,1,,HP-PLAIN-90,"
                              "191.352000,?,,,'=Best,magenta=0.21 cc;yellow=0.05 cc,"
                              "2026-11-10T12:05:00Z,,,HP,HP DesignJet Z9 24in,prn_"));
  EXPECT_EQ(std::ranges::count(jobs, '\n'), 2);
}

TEST_F(ExportTest, CutsJobsByTheSitesDay) {
  EXPECT_THAT(
      All<JobExport>("2026-12-01", "2027-01-01", ExportFormat::kCsv),
      HasSubstr("\r\nnorth's customer,main,CN9541H01M,piws,\"17\",1,unknown,unknown,,,,,,,,,"
                ",,,,2026-11-30T23:30:00Z,,,HP,"));
}

TEST_F(ExportTest, WritesAnObjectALine) {
  const std::string jobs = All<JobExport>("2026-11-01", "2026-12-01", ExportFormat::kNdjson);
  const Json job = ParseJson(jobs);
  EXPECT_EQ(job.at("area"), "191.352000");
  EXPECT_FALSE(job.contains("length")) << "unknown is absent";
  EXPECT_EQ(job.at("ink").at(1), Json({{"colorant", "yellow"}, {"value", "0.05"}, {"unit", "cc"}}));
  const std::string usage = All<UsageExport>("2026-11-01", "2026-12-01", ExportFormat::kNdjson);
  EXPECT_EQ(ParseJson(usage).at("used"), "7.5");
  EXPECT_EQ(usage.back(), '\n');
}

TEST_F(ExportTest, SumsTheDaysToTheMonth) {
  const std::string first =
      All<UsageExport>("2026-11-10", "2026-11-10T12:30:00Z", ExportFormat::kNdjson);
  EXPECT_FALSE(ParseJson(first).contains("used")) << "one reading alone is a base";
  const std::string rest =
      All<UsageExport>("2026-11-10T12:30:00Z", "2026-12-01", ExportFormat::kNdjson);
  EXPECT_EQ(ParseJson(rest).at("used"), "7.5");
  EXPECT_EQ(ParseJson(rest).at("opening"), "433");
  EXPECT_EQ(All<UsageExport>("2026-12-01", "2027-01-01", ExportFormat::kNdjson), "")
      << "no reading inside: unknown, not 0";
}

// Through the sealed batch, the store and the time zone: whatever the readings, in whatever order
// they come, and however a year is cut, the parts are the whole. Some edges fall on a reading.
TEST_F(ExportTest, TilesExactlyThroughTheStore) {
  std::mt19937 random(11);
  const auto between = [&](int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random);
  };
  const Instant start = At("2026-03-01T00:00:00Z");
  for (int round = 0; round < 4; ++round) {
    const std::string serial = "TILE" + std::to_string(round);
    std::vector<Instant> edges = {start};
    std::vector<std::pair<Instant, std::string>> readings;
    std::int64_t hundredths = between(0, 100000);
    for (Instant at = start; readings.size() < 120; at += std::chrono::hours(between(1, 60))) {
      hundredths = between(0, 19) == 0 ? between(0, 5000) : hundredths + between(0, 9000);
      readings.emplace_back(at, fmt::format("{}.{:02}", hundredths / 100, hundredths % 100));
      if (between(0, 5) == 0 && at > edges.back()) edges.push_back(at);
      if (between(0, 5) == 0) edges.push_back(at + std::chrono::milliseconds(between(1, 2)));
    }
    edges.push_back(readings.back().first + std::chrono::hours(1));
    for (const auto& [at, value] : readings) {
      const auto taken =
          ingest.Take(Sealed(MakeBatch(north, ++sequence_, {value}, at, serial), north));
      ASSERT_TRUE(std::holds_alternative<Accepted>(taken));
    }
    Exact parts;
    std::int64_t base_parts = 0;
    int gaps = 0;
    for (std::size_t i = 0; i + 1 < edges.size(); ++i) {
      const Json part = UsageOf(serial, edges[i], edges[i + 1]);
      if (part.is_null()) continue;
      gaps += part.at("gaps").get<int>();
      if (!part.contains("used")) continue;
      parts = *parts.Plus(Exact::Of(*Decimal::Parse(part.at("used").get<std::string>())));
      base_parts += std::stoll(part.at("used_base").get<std::string>());
    }
    const Json whole = UsageOf(serial, edges.front(), edges.back());
    EXPECT_EQ(whole.at("used"), parts.Text()) << "round " << round;
    EXPECT_EQ(whole.at("used_base"), std::to_string(base_parts));
    EXPECT_EQ(gaps, whole.at("gaps"));
  }
}

TEST_F(ExportTest, GivesAReadingOnAnEdgeToThePeriodThatEndsThere) {
  ingest.Take(Sealed(MakeBatch(north, ++sequence_, {"1", "3"}, At("2026-11-30T22:00:00Z"), "EDGE"),
                     north));  // the second at midnight in Berlin
  const Json november = UsageOf("EDGE", "2026-11-01", "2026-12-01");
  EXPECT_EQ(november.at("used"), "2");
  EXPECT_TRUE(UsageOf("EDGE", "2026-12-01", "2027-01-01").is_null());
}

}  // namespace
}  // namespace plotmeter
