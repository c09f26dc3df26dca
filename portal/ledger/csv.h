// CSV as RFC 4180 has it: commas, CRLF, quotes where needed, doubled inside.
//
//    std::string out;
//    CsvLine(out).Text("Müller, Söhne").Text("=1+1").Text("0042").Number("-2.5").End();
//    "Müller, Söhne",'=1+1,"0042",-2.5 CRLF
//
// Text comes from strangers and ends up in spreadsheets: what a spreadsheet would take for a
// formula (a leading = + - @, tab, CR or LF) gets an apostrophe in front. What begins like a number
// stands in quotes, so that a reader who is told that quoted fields are text keeps its zeros.
// Numbers are ours, and get neither.

#pragma once

#include <string>
#include <string_view>

namespace plotmeter {

class CsvLine {
 public:
  // `delimiter`: , ; | or tab. `out` must outlive the line.
  explicit CsvLine(std::string& out, char delimiter = ',') : out_(out), delimiter_(delimiter) {}

  CsvLine& Text(std::string_view text);
  // Digits, sign, point, or empty; also an instant. The second puts `separator` for the point, in
  // quotes where that is the delimiter.
  CsvLine& Number(std::string_view number);
  CsvLine& Decimal(std::string_view number, char separator);
  // Where the next field is to be appended by the caller, as Number takes it.
  std::string& NumberTo();
  void End() { out_ += "\r\n"; }

 private:
  std::string& out_;
  const char delimiter_;
  bool first_ = true;
};

}  // namespace plotmeter
