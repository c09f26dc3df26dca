// What a job says it used, as integers in base units (quantity.h). Pure.
//
//    AmountsOf(row).area     191.352000 in2 is {12345265, 1}: 1/100 mm², and its last digit
//    AmountsOf(row).ink      {"magenta": {210000, 10001}}: 0.21 cc
//
// What is not said, or in a unit that is not confirmed, is absent.

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "portal/store/store.h"

namespace plotmeter {

struct BaseAmount {
  std::int64_t amount = 0;
  // No less than one of the last digit that was said: it is as exact as that. Of counts 0.
  std::int64_t digit = 0;
};

struct JobAmounts {
  std::optional<BaseAmount> pages = {};  // that came out, copies counted
  std::optional<BaseAmount> area = {};
  std::optional<BaseAmount> length = {};
  std::map<std::string, BaseAmount, std::less<>> ink = {};  // by colorant

  // What is the counterpart of that meter; null: nothing that is known.
  const BaseAmount* Of(std::string_view meter, std::string_view colorant) const;
};

JobAmounts AmountsOf(const JobRow& job);

// One of the last digit of a decimal with so many, in that unit and a little more.
std::optional<std::int64_t> LastDigit(std::string_view meter, std::string_view unit, int decimals);

// Whether a meter has a counterpart in jobs at all.
bool IsInJobs(std::string_view meter);

}  // namespace plotmeter
