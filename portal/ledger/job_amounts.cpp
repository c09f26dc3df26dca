#include "portal/ledger/job_amounts.h"

#include "common/json.h"
#include "portal/ledger/quantity.h"

namespace plotmeter {
namespace {

std::optional<BaseAmount> BaseOf(std::string_view meter, std::string_view unit,
                                 const std::string& text) {
  const auto value = Decimal::Parse(text);
  if (!value || value->digits() < 0) return std::nullopt;
  const auto base = ToBase(meter, unit, Exact::Of(*value));
  const auto digit = LastDigit(meter, unit, value->decimals());
  if (!base || !digit) return std::nullopt;
  return BaseAmount{base->amount, *digit};
}

std::optional<BaseAmount> BaseOf(std::string_view meter, const std::optional<std::string>& unit,
                                 const std::optional<std::string>& text) {
  return unit && text ? BaseOf(meter, *unit, *text) : std::nullopt;
}

}  // namespace

std::optional<std::int64_t> LastDigit(std::string_view meter, std::string_view unit, int decimals) {
  const std::string one =
      decimals == 0 ? "1" : "0." + std::string(static_cast<std::size_t>(decimals) - 1, '0') + "1";
  const auto value = Decimal::Parse(one);
  const auto base = value ? ToBase(meter, unit, Exact::Of(*value)) : std::nullopt;
  if (!base) return std::nullopt;
  return base->unit == "1" ? 0 : base->amount + 1;  // it may have been rounded
}

bool IsInJobs(std::string_view meter) {
  return meter == "impressions" || meter == "media.area" || meter == "media.length" ||
         meter == "ink.used";
}

const BaseAmount* JobAmounts::Of(std::string_view meter, std::string_view colorant) const {
  const auto known = [](const std::optional<BaseAmount>& amount) {
    return amount ? &*amount : nullptr;
  };
  if (meter == "impressions") return known(pages);
  if (meter == "media.area") return known(area);
  if (meter == "media.length") return known(length);
  if (meter != "ink.used") return nullptr;
  const auto found = ink.find(colorant);
  return found != ink.end() ? &found->second : nullptr;
}

JobAmounts AmountsOf(const JobRow& job) {
  JobAmounts amounts{.area = BaseOf("media.area", job.area_unit, job.area),
                     .length = BaseOf("media.length", job.length_unit, job.length)};
  if (job.printed_pages && *job.printed_pages >= 0) {
    amounts.pages = {.amount = *job.printed_pages};
  }
  if (job.ink == "[]") return amounts;
  const Json list = ParseJson(job.ink);
  for (const Json& use : list) {
    const auto amount =
        BaseOf("ink.used", use.at(2).get<std::string>(), use.at(1).get<std::string>());
    if (!amount) continue;
    BaseAmount& sum = amounts.ink[use.at(0).get<std::string>()];
    if (__builtin_add_overflow(sum.amount, amount->amount, &sum.amount)) sum.amount = INT64_MAX;
    sum.digit += amount->digit;
  }
  return amounts;
}

}  // namespace plotmeter
