// CSV as RFC 4180 has it: commas, CRLF, quotes where needed, doubled inside.
//
//    std::string out;
//    CsvLine(out).Text("Müller, Söhne").Text("=1+1").Number("-2.5").End();
//    "Müller, Söhne",'=1+1,-2.5 CRLF
//
// Text comes from strangers and ends up in spreadsheets: what a spreadsheet would take for a
// formula (a leading = + - @, tab or CR) gets an apostrophe in front. Numbers are ours and get
// none.

#pragma once

#include <string>
#include <string_view>

namespace plotmeter {

class CsvLine {
 public:
  explicit CsvLine(std::string& out) : out_(out) {}

  CsvLine& Text(std::string_view text);
  // Digits, sign, point, or empty; also an RFC 3339 instant.
  CsvLine& Number(std::string_view number);
  void End();

 private:
  void Field(std::string_view text, bool guarded);

  std::string& out_;
  bool first_ = true;
};

}  // namespace plotmeter
