#include "portal/ledger/export.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/portal/ledger/sealed_world.h"

namespace plotmeter {
namespace {

using testing::HasSubstr;

class ExportTest : public testing::Test, protected SealedWorld {
 protected:
  ExportTest() {
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
    Export source(store, north.tenant.reseller, {},
                  {*PeriodEdge::Parse(from), *PeriodEdge::Parse(to)}, format);
    std::string out;
    while (source.Next(out)) {
    }
    return out;
  }
};

TEST_F(ExportTest, WritesJobsAsCsv) {
  EXPECT_EQ(All<JobExport>("2026-11-01", "2026-12-01", ExportFormat::kCsv),
            "customer,site,serial,channel,job,revision,type,status,submitted,finished,copies,pages,"
            "printed_pages,media,area,area_unit,length,length_unit,quality,ink\r\n"
            "north's customer,main,CN9541H01M,piws,32222D2B,3,print,printed,2026-11-10T12:00:00Z,"
            "2026-11-10T12:05:00Z,2,1,,HP-PLAIN-90,191.352000,?,,,'=Best,"
            "magenta=0.21 cc;yellow=0.05 cc\r\n");
}

TEST_F(ExportTest, CutsJobsByTheSitesDay) {
  EXPECT_THAT(All<JobExport>("2026-12-01", "2027-01-01", ExportFormat::kCsv),
              HasSubstr("\r\nnorth's customer,main,CN9541H01M,piws,17,1,unknown,unknown,,,,,,,,,,,,"
                        "\r\n"));
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

}  // namespace
}  // namespace plotmeter
