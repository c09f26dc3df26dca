#include "collector/discovery/csv.h"

#include <fmt/format.h>

#include "collector/discovery/shown.h"
#include "common/settings.h"

namespace plotmeter {
namespace {

// How many octets the UTF-8 character at the beginning of `text` has; 0: it is none (RFC 3629).
std::size_t CharacterLength(std::string_view text) {
  const auto octet = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = octet(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((octet(i) & 0xC0) != 0x80) return 0;
  }
  const unsigned second = octet(1);
  const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
  const bool no_character = (lead == 0xED && second > 0x9F) || (lead == 0xF4 && second > 0x8F);
  return overlong || no_character ? 0 : length;
}

class Reader {
 public:
  Reader(std::string_view file, std::string_view text) : file_(file), rest_(text) {
    constexpr std::string_view kMark = "\xEF\xBB\xBF";
    if (rest_.starts_with(kMark)) rest_.remove_prefix(kMark.size());
    const std::string_view first = rest_.substr(0, rest_.find('\n'));
    if (first.find(';') != first.npos && first.find(',') == first.npos) separator_ = ';';
  }

  std::vector<CsvRow> Rows() {
    std::vector<CsvRow> rows;
    while (!rest_.empty()) {
      if (TakeLineEnd()) continue;  // an empty line
      CsvRow row{.line = line_};
      do {
        row.fields.push_back(Field());
      } while (Take(separator_));
      if (!rest_.empty() && !TakeLineEnd()) {
        Refuse(line_, fmt::format("'{}' stands after a closing quote", Shown(rest_.substr(0, 1))),
               fmt::format("'{}' or the end of the line", separator_));
      }
      rows.push_back(std::move(row));
    }
    return rows;
  }

 private:
  [[noreturn]] void Refuse(std::size_t line, std::string_view what, std::string_view expected) {
    throw UsageError(fmt::format("{}, line {}: {}; expected {}", file_, line, what, expected));
  }

  bool Take(char wanted) {
    if (rest_.empty() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool TakeLineEnd() {
    for (const std::string_view end : {"\r\n", "\n"}) {
      if (!rest_.starts_with(end)) continue;
      rest_.remove_prefix(end.size());
      ++line_;
      return true;
    }
    if (rest_ != "\r") return false;
    rest_ = {};
    return true;
  }

  void TakeCharacter(std::string& field) {
    const std::size_t length = CharacterLength(rest_);
    if (length == 0 || rest_.front() == '\0') {
      Refuse(line_,
             fmt::format("the octet 0x{:02X} is no text",
                         static_cast<unsigned>(static_cast<unsigned char>(rest_.front()))),
             "UTF-8 (save the file as \"CSV UTF-8\")");
    }
    if (field.size() + length > kMaxCsvField) {
      Refuse(line_, fmt::format("a field begins '{}'", Shown(field)),
             fmt::format("fields of at most {} octets", kMaxCsvField));
    }
    if (rest_.front() == '\n') ++line_;
    field += rest_.substr(0, length);
    rest_.remove_prefix(length);
  }

  std::string Field() {
    std::string field;
    if (!Take('"')) {
      while (!rest_.empty() && rest_.front() != separator_ && rest_.front() != '\n' &&
             !rest_.starts_with("\r\n") && rest_ != "\r") {
        if (rest_.front() == '"') {
          Refuse(line_, fmt::format("a quote stands within '{}'", Shown(field)),
                 "quotes around the whole field, and a quote within it twice");
        }
        TakeCharacter(field);
      }
      return field;
    }
    const std::size_t began = line_;
    for (;;) {
      if (rest_.empty()) Refuse(began, "a quote is not closed", "a closing quote");
      if (rest_.starts_with("\"\"")) {  // one of the two is meant
        field += '"';
        rest_.remove_prefix(2);
      } else if (Take('"')) {
        return field;
      } else {
        TakeCharacter(field);
      }
    }
  }

  std::string_view file_;
  std::string_view rest_;
  char separator_ = ',';
  std::size_t line_ = 1;
};

}  // namespace

std::vector<CsvRow> ParseCsv(std::string_view file, std::string_view text) {
  if (text.size() > kMaxCsvOctets) {
    throw UsageError(
        fmt::format("{} has {} octets; expected at most {}", file, text.size(), kMaxCsvOctets));
  }
  return Reader(file, text).Rows();
}

}  // namespace plotmeter
