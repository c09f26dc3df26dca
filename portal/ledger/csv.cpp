#include "portal/ledger/csv.h"

#include <algorithm>

namespace plotmeter {
namespace {

bool LooksLikeAFormula(char first) {
  return first == '=' || first == '+' || first == '-' || first == '@' || first == '\t' ||
         first == '\r' || first == '\n';
}

bool LooksLikeANumber(char first) { return (first >= '0' && first <= '9') || first == '.'; }

}  // namespace

std::string& CsvLine::NumberTo() {
  if (!first_) out_ += delimiter_;
  first_ = false;
  return out_;
}

CsvLine& CsvLine::Text(std::string_view text) {
  NumberTo();
  if (text.empty()) return *this;
  const auto needs_quotes = [this](char c) {
    return c == '"' || c == '\r' || c == '\n' || c == delimiter_;
  };
  const bool quoted = LooksLikeANumber(text[0]) || std::ranges::any_of(text, needs_quotes);
  if (quoted) out_ += '"';
  if (LooksLikeAFormula(text[0])) out_ += '\'';
  if (!quoted || text.find('"') == std::string_view::npos) {
    out_ += text;
  } else {
    for (const char c : text) {
      if (c == '"') out_ += '"';
      out_ += c;
    }
  }
  if (quoted) out_ += '"';
  return *this;
}

CsvLine& CsvLine::Number(std::string_view number) {
  NumberTo() += number;
  return *this;
}

CsvLine& CsvLine::Decimal(std::string_view number, char separator) {
  const std::size_t point = number.find('.');
  if (separator == '.' || point == number.npos) return Number(number);
  const bool quoted = separator == delimiter_;
  NumberTo();
  if (quoted) out_ += '"';
  (out_ += number.substr(0, point)) += separator;
  out_ += number.substr(point + 1);
  if (quoted) out_ += '"';
  return *this;
}

}  // namespace plotmeter
