#include "portal/alerts/ledger_findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>

#include "portal/ledger/job_amounts.h"
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

constexpr auto kLooksBack = std::chrono::days(62);

// Both channels are read in one round, but not at once.
constexpr auto kNear = std::chrono::minutes(5);

bool IsNear(Instant a, Instant b) { return a - b <= kNear && b - a <= kNear; }

bool IsSameCount(const NamedMonth& a, const NamedMonth& b) {
  return a.meter.meter == b.meter.meter && a.meter.colorant == b.meter.colorant &&
         a.meter.media == b.meter.media && a.row.month == b.row.month && a.row.site == b.row.site &&
         a.channel != b.channel;
}

// What the last digits of its two readings can hide.
std::int64_t DigitsOf(const NamedMonth& of) {
  const auto digit = [&](const std::string& text) {
    const auto value = Decimal::Parse(text);
    if (!value) return std::int64_t{0};
    return LastDigit(of.meter.meter, of.meter.unit, value->decimals()).value_or(0);
  };
  return digit(of.row.opening) + digit(of.row.closing);
}

bool AreApart(const NamedMonth& a, const NamedMonth& b) {
  if (!a.row.used_base || !b.row.used_base || a.row.gaps > 0 || b.row.gaps > 0) return false;
  if (!IsNear(a.row.opening_at, b.row.opening_at) || !IsNear(a.row.closing_at, b.row.closing_at)) {
    return false;
  }
  const Int128 larger = std::max(*a.row.used_base, *b.row.used_base);
  const Int128 by = larger - std::min(*a.row.used_base, *b.row.used_base);
  return by > DigitsOf(a) + DigitsOf(b) && by * 20 > larger;
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

std::vector<LedgerFinding> ChannelsApartOf(Books& books, const ResellerId& reseller,
                                           const std::string& printer, Instant now) {
  const bool is_shared = books.IsShared(reseller, printer);
  const auto months = books.MonthsSince(reseller, printer, MonthOf(now - kLooksBack, "UTC"));
  std::map<MonthNumber, LedgerFinding> findings;
  for (auto one = months.begin(); one != months.end(); ++one) {
    for (auto other = one + 1; other != months.end() && other->row.month == one->row.month;
         ++other) {
      const Instant until = std::max(one->row.closing_at, other->row.closing_at);
      if (!IsSameCount(*one, *other) || !AreApart(*one, *other) || until <= now - kLooksBack) {
        continue;
      }
      const std::string month = FormatMonth(one->row.month);
      const std::string amounts =
          is_shared ? "two channels do not agree"
                    : fmt::format("{} by {}, {} by {}", Amount(*one->row.used_base, one->meter),
                                  one->channel, Amount(*other->row.used_base, other->meter),
                                  other->channel);
      findings.try_emplace(one->row.month,
                           LedgerFinding{.kind = LedgerFinding::Kind::kJobMismatch,
                                         .key = month + "/channels-apart",
                                         .what = fmt::format("{} in {}: {} (channels-apart)",
                                                             NameOf(one->meter), month, amounts),
                                         .since = until});
    }
  }
  std::vector<LedgerFinding> all;
  for (auto& [month, finding] : findings) all.push_back(std::move(finding));
  return all;
}

std::vector<LedgerFinding> FindingsOf(Books& books, const ResellerId& reseller,
                                      const std::string& printer, Instant now) {
  auto found = GapsOf(books, reseller, printer);
  for (const auto& find : {MismatchesOf, ChannelsApartOf}) {
    std::ranges::move(find(books, reseller, printer, now), std::back_inserter(found));
  }
  return found;
}

}  // namespace plotmeter
