#include "portal/alerts/ledger_findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>

#include "portal/ledger/period.h"
#include "portal/ledger/quantity.h"
#include "portal/ledger/reconciliation.h"

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

// No document says how to tell one from the other (docs/decisions/0020).
constexpr std::string_view kOrItsOwn = ", or pages that the printer printed for itself";

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
    const std::string amounts =
        is_shared ? "jobs and the meter do not fit"
                  : fmt::format("{} in jobs, {} by the meter", Amount(row.in_jobs, named.meter),
                                Amount(row.metered, named.meter));
    const bool may_be_own = row.fit == ToText(Fit::kJobMissing);
    findings.try_emplace(
        {row.month, row.fit},
        LedgerFinding{.kind = LedgerFinding::Kind::kJobMismatch,
                      .key = month + "/" + row.fit,
                      .what = fmt::format("{} in {}: {} ({}{})", NameOf(named.meter), month,
                                          amounts, row.fit, may_be_own ? kOrItsOwn : ""),
                      .since = *row.shows_to});
  }
  std::vector<LedgerFinding> all;
  for (auto& [key, finding] : findings) all.push_back(std::move(finding));
  return all;
}

std::vector<LedgerFinding> FindingsOf(Books& books, const ResellerId& reseller,
                                      const std::string& printer, Instant now) {
  auto found = GapsOf(books, reseller, printer);
  auto more = MismatchesOf(books, reseller, printer, now);
  std::ranges::move(more, std::back_inserter(found));
  return found;
}

}  // namespace plotmeter
