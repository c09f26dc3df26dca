#include "portal/ledger/by_hand.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/decimal.h"
#include "portal/ledger/quantity.h"

namespace plotmeter {
namespace {

bool IsPlain(const std::string& text, std::size_t least, std::size_t most) {
  return text.size() >= least && text.size() <= most && std::ranges::none_of(text, [](char c) {
           return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
         });
}

}  // namespace

std::optional<EnteredWrongly> WhatIsWrong(const EnteredValue& value) {
  if (!BaseUnitOf(value.meter)) {
    return EnteredWrongly{"meter", fmt::format("one of {}", fmt::join(MeterNames(), ", "))};
  }
  if (!BaseUnit(value.meter, value.unit)) {
    return EnteredWrongly{"unit", fmt::format("one of {}", fmt::join(UnitsOf(value.meter), ", "))};
  }
  for (const auto& [member, text] :
       {std::pair("colorant", &value.colorant), std::pair("media", &value.media)}) {
    if (!IsPlain(*text, 0, 100)) {
      return EnteredWrongly{member, "at most 100 bytes of text, without control characters"};
    }
  }
  if (!IsUsed(value.value) ||
      !ToBase(value.meter, value.unit, Exact::Of(*Decimal::Parse(value.value)))) {
    return EnteredWrongly{"value",
                          "decimal text such as 433.5, 0 or more, as the printer shows it"};
  }
  return std::nullopt;
}

std::optional<EnteredWrongly> WhatIsWrong(const NewPrinter& printer) {
  for (const auto& [member, text] :
       {std::pair("manufacturer", &printer.manufacturer), std::pair("model", &printer.model),
        std::pair("serial", &printer.serial)}) {
    if (!IsPlain(*text, 1, 100)) {
      return EnteredWrongly{member, "1 to 100 bytes of text, without control characters"};
    }
  }
  return std::nullopt;
}

bool IsUsed(std::string_view text) {
  const auto used = Decimal::Parse(text);
  return used && used->digits() >= 0;
}

bool CanBeIn(const NamedGap& gap, std::string_view used) {
  const StoredMeter& meter = gap.meter;
  if (!BaseUnit(meter.meter, meter.unit)) return true;  // raw: it is in no sum
  const auto base = ToBase(meter.meter, meter.unit, Exact::Of(*Decimal::Parse(used)));
  constexpr std::int64_t kMost = 1'000'000'000'000'000;
  return base && base->amount <= std::min(gap.gap.hidden_base.value_or(kMost), kMost);
}

std::string SerialText(std::string_view text) {
  const auto begin = text.find_first_not_of(' ');
  if (begin == text.npos) return "";
  std::string serial(text.substr(begin, text.find_last_not_of(' ') + 1 - begin));
  for (char& c : serial) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return serial;
}

bool CanBeReadAt(Instant at, Instant now) {
  static const Instant kEarliest = *ParseInstant("2000-01-01T00:00:00Z");
  return at >= kEarliest && at <= now + std::chrono::minutes(10);
}

}  // namespace plotmeter
