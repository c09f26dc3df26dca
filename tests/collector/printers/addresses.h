// Finds what redact.py (tests/tools) would have replaced: the same rule, written anew, so that a
// mistake in one is seen by the other.
//
//    AddressIn("at 8.8.4.4:80")              "8.8.4.4"
//    AddressIn("AC_15.0.0.1")                nothing: a letter or '_' stands before a version
//    AddressIn("\"FwVersion\": \"15.0.0.1\"")  nothing: a word says that it is one
//    AddressIn("1.3.6.1.4.1.11")             nothing: an OID
//    AddressIn("at 192.0.2.1")               nothing: that of examples (RFC 5737)
//    AddressIn("00:1b:78:aa:bb:cc")          a MAC, but for those of examples (RFC 7042)

#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace plotmeter {

// The first that is somebody's.
std::optional<std::string> AddressIn(std::string_view text);

// The same in a file. In a .snmprec, where its line is told, the octets that stand in hexadecimal
// are read too, and an IpAddress and an interface's address are held against those of examples.
std::optional<std::string> AddressInFile(const std::filesystem::path& file);

}  // namespace plotmeter
