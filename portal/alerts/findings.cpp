#include "portal/alerts/findings.h"

#include <fmt/format.h>

#include <map>

#include "portal/ledger/period.h"
#include "portal/ledger/quantity.h"

namespace plotmeter {
namespace {

std::string NameOf(const StoredMeter& meter) {
  return meter.colorant.empty() ? meter.meter : meter.meter + " of " + meter.colorant;
}

std::string Thousandths(std::int64_t amount) {
  return fmt::format("{}.{:03}", amount / 1000, amount % 1000);
}

// "412.500 cc" of base units, for people.
std::string Amount(std::int64_t base, const StoredMeter& meter) {
  const std::string_view unit = BaseUnitOf(meter.meter).value_or("");
  if (unit == "nL") return Thousandths(base / 1'000) + " cc";
  if (unit == "mm2/100") return Thousandths(base / 100'000) + " m2";
  if (unit == "um") return Thousandths(base / 1'000) + " m";
  return std::to_string(base);
}

}  // namespace

std::vector<LedgerFinding> GapsOf(Books& books, const ResellerId& reseller,
                                  const std::string& printer) {
  constexpr std::size_t kMost = 1000;
  const Span ever{.from = Instant{}, .to = *ParseInstant("9999-12-31T00:00:00Z")};
  std::map<std::pair<std::string, Instant>, LedgerFinding> findings;  // by channel and reading
  for (const NamedGap& named :
       books.MeterGaps(reseller, {.printer = printer}, true, ever, {}, kMost).rows) {
    if (named.meter.outranked) continue;  // nobody bills by it
    const std::string at = FormatInstant(named.gap.closing_at);
    findings.try_emplace(
        {named.channel, named.gap.closing_at},
        LedgerFinding{
            .kind = LedgerFinding::Kind::kEpochGap,
            .key = named.channel + "/" + at,
            .what = fmt::format("what was printed between {} and {} is not known for sure",
                                FormatInstant(named.gap.opening_at), at),
            .since = named.gap.closing_at});
  }
  std::vector<LedgerFinding> all;
  for (auto& [key, finding] : findings) all.push_back(std::move(finding));
  return all;
}

std::vector<LedgerFinding> MismatchesOf(Books& books, const ResellerId& reseller,
                                        const std::string& printer, Instant now) {
  constexpr auto kLooksBack = std::chrono::days(62);
  // It is told to the customer where the printer stands, and these amounts are of all that read it.
  const bool is_shared = books.IsShared(reseller, printer);
  std::map<std::pair<MonthNumber, std::string>, LedgerFinding> findings;  // by month and fit
  for (const NamedReconciled& named :
       books.ReconciledSince(reseller, printer, MonthOf(now - kLooksBack, "UTC"))) {
    const ReconciledRow& row = named.row;
    if (named.meter.outranked || !row.shows_to || *row.shows_to <= now - kLooksBack) continue;
    const std::string month = FormatMonth(row.month);
    findings.try_emplace(
        {row.month, row.fit},
        LedgerFinding{
            .kind = LedgerFinding::Kind::kJobMismatch,
            .key = month + "/" + row.fit,
            .what = is_shared
                        ? fmt::format("{} in {}: jobs and the meter do not fit ({})",
                                      NameOf(named.meter), month, row.fit)
                        : fmt::format("{} in {}: {} in jobs, {} by the meter ({})",
                                      NameOf(named.meter), month, Amount(row.in_jobs, named.meter),
                                      Amount(row.metered, named.meter), row.fit),
            .since = *row.shows_to});
  }
  std::vector<LedgerFinding> all;
  for (auto& [key, finding] : findings) all.push_back(std::move(finding));
  return all;
}

}  // namespace plotmeter
