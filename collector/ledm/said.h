// How LEDM writes words and amounts. Pure.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "collector/channel/channel.h"
#include "collector/xml/document.h"

namespace plotmeter {

std::string Lower(std::string_view text);

// "PhotoBlack", "photo black" and "photoBlack" to "photo-black".
std::string Hyphened(std::string_view words);
std::optional<std::string> HyphenedText(const Node& node, std::string_view child);

// The amount in a child: a number that stands alone, with attributes, or as ValueFloat with a Unit
// beside it; in `unit` where none is named. One that is there but cannot be meant leaves a remark.
std::optional<Quantity> AmountOrRemark(const Node& node, std::string_view child,
                                       std::string_view unit, const std::string& what,
                                       Answers& into);

}  // namespace plotmeter
