// How people write the protocols of an SNMPv3 user, in flags, settings and the agent's own pages.
//
//    ParseAuth("SHA-256"), ParseAuth("sha256")   SnmpAuth::kSha256
//    ParseAuth("sha")                            SnmpAuth::kSha1, as net-snmp and printers mean it
//    ParsePrivacy("AES")                         SnmpPrivacy::kAes128
//    ParseAuth("none")                           SnmpAuth::kNone
//    ParseAuth("sha3")                           nothing: say what was expected, kAuthWords
//
// Letter case, blanks, '-' and '_' do not count. Pure.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "collector/snmp/session.h"

namespace plotmeter {

// What may be said, for error messages and help.
inline constexpr std::string_view kAuthWords =
    "none, MD5, SHA-1, SHA-224, SHA-256, SHA-384 or SHA-512";
inline constexpr std::string_view kPrivacyWords = "none, DES, AES-128, AES-192 or AES-256";

std::optional<SnmpAuth> ParseAuth(std::string_view word);
std::optional<SnmpPrivacy> ParsePrivacy(std::string_view word);

std::string_view ToText(SnmpAuth auth);        // "SHA-256"; "none"
std::string_view ToText(SnmpPrivacy privacy);  // "AES-128"; "none"

// Why nobody can be let in as this user; empty when all is well. Names the field and what was
// expected, and never shows a passphrase: "the authentication passphrase has 5 octets; expected 8
// or more". RFC 3414 section 11.2 sets the 8; a name has 1 to 32 octets (section 2.4).
std::string ProblemOf(const SnmpUser& user);

}  // namespace plotmeter
