// Which passwords are taken: by length, and none that everybody would try first. No rule asks for
// capitals, digits or signs, which make passwords hard to keep and not hard to guess.
//
//    WhatIsWrong("summer2026!!!", {"a.meier@north.example", "North"})
//        "it is a common word with something around it"
//
// A password is refused that, without digits and signs around it and with the usual replacements
// (0 for o, 3 for e, $ for s) taken back, is a word of common_passwords.txt, one of `context` (the
// e-mail address, the reseller's name), or several of these in a row; or that is a short piece
// repeated, or a row of the keyboard or the alphabet.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plotmeter {

inline constexpr std::size_t kShortestPassword = 12;  // characters (code points)
inline constexpr std::size_t kLongestPassword = 128;

// The reason in words that follow "the password is refused: "; empty: it is taken.
std::optional<std::string> WhatIsWrong(std::string_view password,
                                       const std::vector<std::string>& context);

}  // namespace plotmeter
