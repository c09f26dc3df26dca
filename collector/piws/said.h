// How the documents of this folder say small things. Pure.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collector/channel/channel.h"
#include "collector/xml/document.h"

namespace plotmeter {

std::string Lower(std::string text);  // ASCII only

// An amount that can be true: not negative. Something else there is worth a remark,
// "<what>: <child> cannot be read".
std::optional<Quantity> AmountOrRemark(const Node& node, std::string_view child,
                                       const std::string& what, Answers& into);

// What a list of flags says, joined by commas; "Unknown" says nothing.
std::string Joined(const std::vector<const Node*>& nodes);

// WarrantyStatus, or what InWarranty says in the same words, and the date in `until`.
void SayWarranty(const Node& info, std::string_view until, Supply& supply);

}  // namespace plotmeter
