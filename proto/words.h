// Words that the writer and the reader of a batch share. Only for proto/*.cpp.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/reading.h"

namespace plotmeter {

inline constexpr std::int64_t kBatchVersion = 1;

// "p1" is the printer with index 0.
std::string PrinterLabel(std::size_t index);

// Under which N keeps what a job of P is called: "p1/piws/32222D2B-…". It belongs to the job,
// whatever its revision.
std::string NamesKey(std::size_t printer, ChannelKind channel, std::string_view job);

}  // namespace plotmeter
