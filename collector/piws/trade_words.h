// The words of the trade, by which names of counters are told from names of people.
//
//    IsOfTheTrade("total-area-in-m2")     true
//    IsOfTheTrade("anna-berg")            false: who knows what that is
//
// A document whose form nobody has written down may have a table of people in it, with their names
// as those of elements. So a name is told only if every word in it is known here. A word that is
// missing hides no number, only what it is called; it is added with the model that was seen to say
// it.

#pragma once

#include <string>
#include <string_view>

namespace plotmeter {

// "TotalAreaInM2" to "total-area-in-m2", "HPInkUsed" to "hp-ink-used": hyphens before capitals and
// for all that is no letter.
std::string TradeWords(std::string_view name);

// `words` in lower case with hyphens between them. Numbers of up to four digits are words too, and
// so are plurals. False for no words at all.
bool IsOfTheTrade(std::string_view words);

}  // namespace plotmeter
