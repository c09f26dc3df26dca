#include "portal/alerts/ledger_findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>

#include "portal/ledger/job_amounts.h"
#include "portal/ledger/period.h"
#include "portal/ledger/quantity.h"
#include "portal/ledger/reconciliation.h"
#include "portal/store/entered.h"

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

// After the last instant of a month in UTC: it is over in every time zone, and all has come.
constexpr auto kUntilOver = std::chrono::hours(14) + kSettleTime;

bool IsSameCount(const NamedMonth& a, const NamedMonth& b) {
  return a.meter.meter == b.meter.meter && a.meter.colorant == b.meter.colorant &&
         a.meter.media == b.meter.media && a.row.month == b.row.month && a.row.site == b.row.site;
}

bool DifferMuch(std::int64_t a, std::int64_t b, std::int64_t digits) {
  const Int128 larger = std::max(a, b);
  const Int128 by = larger - std::min(a, b);
  return by > digits && by * 20 > larger;
}

// What one channel said of one count.
struct Stand {
  Instant at = {};
  Decimal value;
};
using Stands = std::vector<Stand>;

bool IsBetweenPrints(const Stands& stands, std::size_t i) {
  return (i > 0 && stands[i - 1].value == stands[i].value) ||
         (i + 1 < stands.size() && stands[i + 1].value == stands[i].value);
}

bool Falls(const Stands& stands) {
  return std::ranges::adjacent_find(stands, [](const Stand& before, const Stand& after) {
           const auto rise = Exact::Of(after.value).Minus(Exact::Of(before.value));
           return !rise || rise->IsNegative();
         }) != stands.end();
}

// What two channels counted between the same two moments, in base units.
struct Compared {
  std::int64_t one = 0, other = 0;
  std::int64_t digits = 0;  // what the last digits of the four readings can hide
};

std::optional<Compared> Compare(const StoredMeter& meter, const Stands& one,
                                const StoredMeter& of_other, const Stands& other) {
  if (Falls(one) || Falls(other)) return std::nullopt;
  struct Pair {
    std::size_t one = 0, other = 0;
    bool is_quiet = false;
  };
  std::vector<Pair> pairs;
  for (std::size_t i = 0, k = 0; i < one.size() && k < other.size();) {
    const auto apart = one[i].at - other[k].at;
    if (apart <= kNear && apart >= -kNear) {
      pairs.push_back({i, k, IsBetweenPrints(one, i) && IsBetweenPrints(other, k)});
    }
    apart < apart.zero() ? ++i : ++k;
  }
  if (pairs.empty()) return std::nullopt;
  const auto quiet = std::ranges::find(pairs, true, &Pair::is_quiet);
  const auto last = std::ranges::find(pairs.rbegin(), pairs.rend(), true, &Pair::is_quiet);
  const Pair& from = quiet != pairs.end() ? *quiet : pairs.front();
  const Pair& to = last != pairs.rend() ? *last : pairs.back();
  Compared compared;
  const auto used = [&](const StoredMeter& of, const Decimal& opening, const Decimal& closing) {
    for (const Decimal& value : {opening, closing}) {
      compared.digits += LastDigit(of.meter, of.unit, value.decimals()).value_or(0);
    }
    const auto rise = Exact::Of(closing).Minus(Exact::Of(opening));
    const auto base = rise ? ToBase(of.meter, of.unit, *rise) : std::nullopt;
    return base ? std::optional(base->amount) : std::nullopt;
  };
  const auto mine = used(meter, one[from.one].value, one[to.one].value);
  const auto others = used(of_other, other[from.other].value, other[to.other].value);
  if (!mine || !others) return std::nullopt;
  compared.one = *mine;
  compared.other = *others;
  return compared;
}

// The readings of two channels in one month, from the books.
std::optional<Compared> CompareMonth(Books& books, const ResellerId& reseller,
                                     const std::string& printer, const NamedMonth& one,
                                     const NamedMonth& other) {
  const Instant from = std::min(one.row.opening_at, other.row.opening_at);
  const Instant to = std::max(one.row.closing_at, other.row.closing_at);
  std::map<std::int64_t, Stands> stands;
  books.EachChannel(reseller, "", printer, books.StatesBefore(reseller, printer, from), to,
                    [&](const ChannelReadings& channel) {
                      for (const StoredReading& reading : channel.readings) {
                        if (reading.stands_at < from) continue;
                        for (const auto& [meter, value] : reading.values) {
                          if (meter != one.row.meter && meter != other.row.meter) continue;
                          stands[meter].push_back({reading.stands_at, value});
                        }
                      }
                    });
  return Compare(one.meter, stands[one.row.meter], other.meter, stands[other.row.meter]);
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
  const MonthNumber running = MonthOf(now - kUntilOver, "UTC");
  auto months = books.MonthsSince(reseller, printer, MonthOf(now - kLooksBack, "UTC"));
  std::erase_if(months, [&](const NamedMonth& of) {
    return of.meter.meter != "ink.used" || of.channel == kManualChannel || !of.row.used_base ||
           of.row.gaps > 0 || of.row.month >= running;
  });
  std::map<MonthNumber, LedgerFinding> findings;
  for (auto one = months.begin(); one != months.end(); ++one) {
    for (auto other = one + 1; other != months.end() && IsSameCount(*one, *other); ++other) {
      const Instant until = std::max(one->row.closing_at, other->row.closing_at);
      if (one->channel == other->channel || until <= now - kLooksBack) continue;
      if (findings.contains(one->row.month)) continue;
      if (!DifferMuch(*one->row.used_base, *other->row.used_base, 0)) continue;
      const auto compared = CompareMonth(books, reseller, printer, *one, *other);
      if (!compared || !DifferMuch(compared->one, compared->other, compared->digits)) continue;
      const std::string month = FormatMonth(one->row.month);
      const std::string amounts =
          books.IsShared(reseller, printer)
              ? "two channels do not agree"
              : fmt::format("{} by {}, {} by {}", Amount(compared->one, one->meter), one->channel,
                            Amount(compared->other, other->meter), other->channel);
      findings.try_emplace(
          one->row.month,
          LedgerFinding{.kind = LedgerFinding::Kind::kChannelsApart,
                        .key = month,
                        .what = fmt::format("{} in {}: {}", NameOf(one->meter), month, amounts),
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
