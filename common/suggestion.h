// What somebody may have meant who typed a word that is not known.
//
//    Suggestion("beleive", {"believe", "channels"})      "; did you mean believe?"
//    Suggestion("rnage", {"range"}, "--")                 "; did you mean --range?"
//    Suggestion("zzz", {"range"})                         ""

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace plotmeter {

// The end of a sentence that says that `word` is not known: the closest of `known`, with `prefix`
// before it; empty when none is close.
std::string Suggestion(const std::string& word, const std::vector<std::string>& known,
                       std::string_view prefix = "");

}  // namespace plotmeter
