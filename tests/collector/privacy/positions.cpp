#include "tests/collector/privacy/positions.h"

#include <algorithm>
#include <array>
#include <utility>

#include "common/json.h"

namespace plotmeter {
namespace {

constexpr const char* kBlanks = " \t\r\n";

class Xml {
 public:
  explicit Xml(const std::string& text) : text_(text) {}

  std::vector<Position> Positions() {
    std::size_t at = 0;
    while (at < text_.size()) {
      const std::size_t tag = std::min(text_.find('<', at), text_.size());
      Add(Path(), at, tag);
      if (tag == text_.size()) break;
      if (Skips(tag, "<!--", "-->", at) || Skips(tag, "<![CDATA[", "]]>", at)) continue;
      const std::size_t end = text_.find('>', tag);
      if (end == std::string::npos) break;
      Tag(tag + 1, end);
      at = end + 1;
    }
    return std::move(found_);
  }

 private:
  // A comment or a CDATA section is one text.
  bool Skips(std::size_t tag, const std::string& begin, const std::string& end, std::size_t& at) {
    if (text_.compare(tag, begin.size(), begin) != 0) return false;
    const std::size_t stop = std::min(text_.find(end, tag), text_.size());
    Add(Path() + (begin == "<!--" ? "#comment" : ""), tag + begin.size(), stop);
    at = std::min(stop + end.size(), text_.size());
    return true;
  }

  void Tag(std::size_t begin, std::size_t end) {
    if (text_[begin] == '?' || text_[begin] == '!') return;
    if (text_[begin] == '/') {
      if (!open_.empty()) open_.pop_back();
      return;
    }
    const std::size_t name_end = std::min(text_.find_first_of(" \t\r\n/>", begin), end);
    std::string name = text_.substr(begin, name_end - begin);
    open_.push_back(name.substr(name.find(':') + 1));
    for (std::size_t at = name_end; at < end;) {
      const std::size_t equals = text_.find('=', at);
      if (equals == std::string::npos || equals >= end) break;
      const std::size_t first = text_.find_first_not_of(kBlanks, at);
      const std::string attribute = text_.substr(first, equals - first);
      const std::size_t quote = text_.find_first_of("'\"", equals);
      const std::size_t close = text_.find(text_[quote], quote + 1);
      if (!attribute.starts_with("xmlns")) Add(Path() + "@" + attribute, quote + 1, close);
      at = close + 1;
    }
    if (text_[end - 1] == '/') open_.pop_back();
  }

  std::string Path() const {
    std::string path;
    for (const std::string& name : open_) path += (path.empty() ? "" : ".") + name;
    return path;
  }

  void Add(const std::string& path, std::size_t begin, std::size_t end) {
    begin = text_.find_first_not_of(kBlanks, begin);
    if (begin == std::string::npos || begin >= end) return;
    end = text_.find_last_not_of(kBlanks, end - 1) + 1;
    found_.push_back({.path = path,
                      .text = text_.substr(begin, end - begin),
                      .with =
                          [whole = &text_, begin, end](const std::string& mark) {
                            return whole->substr(0, begin) + mark + whole->substr(end);
                          },
                      .begin = begin,
                      .size = end - begin});
  }

  const std::string& text_;
  std::vector<std::string> open_ = {};
  std::vector<Position> found_ = {};
};

void OfJson(const std::shared_ptr<const Json>& whole, const Json& here, const std::string& path,
            const Json::json_pointer& at, std::vector<Position>& found) {
  if (here.is_object()) {
    for (const auto& [name, value] : here.items()) {
      OfJson(whole, value, path.empty() ? name : path + "." + name, at / name, found);
    }
  } else if (here.is_array()) {
    for (std::size_t i = 0; i < here.size(); ++i) {
      OfJson(whole, here[i], path + "[]", at / i, found);
    }
  } else {
    const auto set = [at, is_text = here.is_string()](Json changed, const std::string& mark) {
      const bool as_number = !is_text && mark.find_first_not_of("0123456789") == std::string::npos;
      changed[at] = as_number ? Json(std::stoll(mark)) : Json(mark);
      return JsonText(changed);
    };
    found.push_back(
        {.path = path,
         .text = here.is_string() ? here.get<std::string>() : JsonText(here),
         .with = [whole, set](const std::string& mark) { return set(*whole, mark); },
         .in = [set](const std::string& document,
                     const std::string& mark) { return set(ParseJson(document), mark); }});
  }
}

// How many numbers of an OID name the object; what follows counts rows. The longest prefix counts.
struct Named {
  const char* prefix;
  std::size_t parts;
};
constexpr std::array kNamed = std::to_array<Named>({
    {"1.3.6.1.2.1.2.2.1", 10},                   // ifTable
    {"1.3.6.1.2.1.25.3", 11},                    // hrDeviceTable, hrPrinterTable
    {"1.3.6.1.2.1.43", 11},                      // Printer-MIB
    {"1.3.6.1.4.1.2699.1.1.1.1", 14},            // Job Monitoring MIB: job sets, jobs
    {"1.3.6.1.4.1.2699.1.1.1.3", 14},            //
    {"1.3.6.1.4.1.2699.1.1.1.4", 14},            // and their attributes
    {"1.3.6.1.4.1.2699.1.2.1", 14},              // Port Monitor MIB
    {"1.3.6.1.4.1.11.2.3.9.4.2.1.1.6.5", 17},    // HP job-info: the field
    {"1.3.6.1.4.1.11.2.3.9.4.2.1.1.11", 15},     // HP error log
    {"1.3.6.1.4.1.11.2.3.9.4.2.1.4.1.3.3", 17},  // HP trays
    {"1.3.6.1.4.1.11.2.3.9.4.2.1.4.1.5.3", 17},  // HP heads
    {"1.3.6.1.4.1.11.2.3.9.4.2.1.4.1.5.6", 17},  // HP ink
});

std::string ObjectOf(const Oid& oid) {
  std::size_t keep = oid.size();
  std::size_t longest = 0;
  for (const auto& [prefix, parts] : kNamed) {
    const Oid named = Oid::Parse(prefix).value();
    if (named.Contains(oid) && named.size() > longest) {
      longest = named.size();
      keep = std::min(parts, oid.size());
    }
  }
  std::string path;
  for (std::size_t i = 0; i < keep; ++i) {
    path += (path.empty() ? "" : ".") + std::to_string(oid.parts()[i]);
  }
  return path + (keep < oid.size() ? ".*" : "");
}

}  // namespace

std::vector<Position> PositionsOf(const std::string& document) {
  const std::size_t first = document.find_first_not_of(kBlanks);
  if (first == std::string::npos) return {};
  if (document[first] == '{' || document[first] == '[') {
    const auto whole = std::make_shared<const Json>(ParseJson(document));
    std::vector<Position> found;
    OfJson(whole, *whole, "", Json::json_pointer(), found);
    return found;
  }
  return Xml(document).Positions();
}

std::vector<SnmpPosition> PositionsOf(const Oid& oid, const Value& value) {
  std::vector<SnmpPosition> found;
  const auto octets = value.AsOctets();
  if (!octets) {
    if (!value.AsNumber()) return found;
    found.push_back({.oid = oid,
                     .path = ObjectOf(oid),
                     .with =
                         [type = value.type()](const auto& m) {
                           return m.find_first_not_of("0123456789") == std::string::npos
                                      ? Value::Number(type, std::stoll(m))
                                      : Value::Octets(m);
                         },
                     .is_number = true});
    return found;
  }
  const std::string text(*octets);
  std::string prefix;
  for (const char* symbols : {"\xFD\xE8", "\x01\x15"}) {
    if (text.starts_with(symbols)) prefix = symbols;
  }
  if (text.starts_with(std::string("\x00\x0E", 2))) prefix = text.substr(0, 2);
  const bool is_1284 = text.find("MFG:") != std::string::npos ||
                       text.find("MANUFACTURER:") != std::string::npos ||
                       text.find("MDL:") != std::string::npos;
  const char between = is_1284 ? ':' : '=';
  if (!is_1284 && !text.substr(prefix.size()).starts_with("Job")) {
    found.push_back({.oid = oid, .path = ObjectOf(oid), .with = [prefix](const std::string& mark) {
                       return Value::Octets(prefix + mark);
                     }});
    return found;
  }
  for (std::size_t at = prefix.size(); at < text.size();) {
    const std::size_t equals = text.find(between, at);
    const std::size_t end = std::min(text.find(';', at), text.size());
    if (equals == std::string::npos || equals > end) {
      if (at == prefix.size()) {
        found.push_back({.oid = oid, .path = ObjectOf(oid), .with = [prefix](const auto& mark) {
                           return Value::Octets(prefix + mark);
                         }});
      }
      break;
    }
    std::string key = text.substr(at, equals - at);
    key.erase(std::remove_if(key.begin(), key.end(), [](char c) { return c < '!' || c > '~'; }),
              key.end());
    found.push_back({.oid = oid,
                     .path = ObjectOf(oid) + "[" + key + "]",
                     .with = [text, equals, end](const std::string& mark) {
                       return Value::Octets(text.substr(0, equals + 1) + mark + text.substr(end));
                     }});
    at = end + 1;
  }
  return found;
}

}  // namespace plotmeter
