// Comma-separated values, RFC 4180, as spreadsheets write them: fields may be quoted, a quote in a
// quoted field is written twice, lines end with LF or CRLF, and a byte order mark is passed over.
// Where the first line has semicolons and no comma, as where the comma is in numbers, fields end
// with semicolons.
//
//    ParseCsv("hosts.csv", "address,note\n10.0.0.7,\"by the \"\"old\"\" door\"\n")
//        {1, {"address", "note"}}, {2, {"10.0.0.7", "by the \"old\" door"}}
//
// Empty lines are left out. Pure; memory is a small multiple of the text's.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace plotmeter {

struct CsvRow {
  std::size_t line = 0;  // where it begins, from 1
  std::vector<std::string> fields = {};
};

inline constexpr std::size_t kMaxCsvOctets = std::size_t{16} << 20;
inline constexpr std::size_t kMaxCsvField = 4096;  // octets

// Throws UsageError "FILE, line N: …" for what is no CSV or no UTF-8, naming what came and what was
// expected. `file` is what the error calls it.
std::vector<CsvRow> ParseCsv(std::string_view file, std::string_view text);

}  // namespace plotmeter
