// How the documents of this folder say small things. Pure.

#pragma once

#include <cstdint>
#include <optional>
#include <span>
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

// The digits of a number with so many decimals, no fewer than it has: 4500 of "45.0" with two.
// Empty when they do not fit.
std::optional<std::int64_t> DigitsAt(const Decimal& number, int decimals);

// WarrantyStatus, or what InWarranty says in the same words, and the date in `until`.
void SayWarranty(const Node& info, std::string_view until, Supply& supply);

// An element, and the trait (channel/trait_words.h) that it is.
struct TraitElement {
  std::string_view element;
  std::string_view trait;
};

// What a child says as a trait: its text, or its Value and Unit; of several, all of it, with commas
// between (of a long list the beginning), and of one that has children, its Name. Empty text,
// "None", "Unknown", a date before 2000 and a time of -1 say nothing. `part` is the supply or
// input by its name there.
std::optional<Trait> TraitIn(const Node& node, const TraitElement& which,
                             const std::optional<std::string>& part = {});
void SayTraits(const Node& node, std::span<const TraitElement> which,
               const std::optional<std::string>& part, std::vector<Trait>& into);

// Adds a word to the value of a trait, "Printing" to "Printing, Drying"; not to one that is long.
void AddToList(std::string_view word, std::string& list);

// The part of the printer that an alert is of, in words: a FullName without the condition it ends
// in. "cartridge-group yellow 1, cartridge 4" of
// "/IDS/CARTRIDGE_GROUPS/CARTRIDGE_GROUP_yellow_1/CARTRIDGE_4/VERYLOW", "media, roll" of
// "/MEDIA/ROLL/EMPTY". Two parts have two names: only what tells nothing apart is left out, a
// collection before its member, and IDS (the ink delivery system) before its parts. Empty where
// nothing stands before the condition, and beyond 200 octets, which no path is known to have.
std::string PartWords(std::string_view full_name, std::string_view condition);

}  // namespace plotmeter
