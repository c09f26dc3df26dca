#include "portal/ledger/csv.h"

namespace plotmeter {

void CsvLine::Field(std::string_view text, bool guarded) {
  if (!first_) out_ += ',';
  first_ = false;
  const bool quoted = text.find_first_of(",\"\r\n") != std::string_view::npos;
  if (quoted) out_ += '"';
  if (guarded) out_ += '\'';
  if (quoted) {
    for (const char c : text) {
      if (c == '"') out_ += '"';
      out_ += c;
    }
    out_ += '"';
  } else {
    out_ += text;
  }
}

CsvLine& CsvLine::Text(std::string_view text) {
  Field(text,
        !text.empty() && std::string_view("=+-@\t\r").find(text[0]) != std::string_view::npos);
  return *this;
}

CsvLine& CsvLine::Number(std::string_view number) {
  Field(number, false);
  return *this;
}

void CsvLine::End() { out_ += "\r\n"; }

}  // namespace plotmeter
