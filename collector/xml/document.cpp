#include "collector/xml/document.h"

#include <fmt/format.h>

#include <algorithm>

#include "collector/xml/xml.h"
#include "common/json.h"

namespace plotmeter {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kBreaks = "\t\r\n";
constexpr std::size_t kMaxText = 255;  // octets
constexpr std::size_t kMaxName = 128;  // octets; names become part of paths and remarks

char LowerOf(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// U+0080 to U+009F: in Latin-1 this octet, in UTF-8 the one after C2.
bool IsHighControl(char c) { return (static_cast<unsigned char>(c) & 0xE0) == 0x80; }

bool IsUtf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80   ? 1
                               : lead < 0xC2 ? 0
                               : lead < 0xE0 ? 2
                               : lead < 0xF0 ? 3
                               : lead < 0xF5 ? 4
                                             : 0;
    if (length == 0 || i + length > text.size()) return false;
    unsigned int point = length == 1 ? lead : lead & (0xFFu >> (length + 1));
    for (std::size_t k = 1; k < length; ++k) {
      const auto octet = static_cast<unsigned char>(text[i + k]);
      if ((octet & 0xC0) != 0x80) return false;
      point = point << 6 | (octet & 0x3Fu);
    }
    const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
    const bool overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
    if (surrogate || overlong || point > 0x10FFFF) return false;
    i += length;
  }
  return true;
}

class JsonBuilder {
 public:
  explicit JsonBuilder(std::size_t max_nodes) : max_nodes_(max_nodes) {}

  // An array is its elements under the array's own name: what XML does with a repeated element.
  void Add(const std::string& name, const Json& value, Node& parent) {
    if (IsNeverRead(name)) return;
    if (value.is_array()) {
      for (const Json& element : value) Add(name, element, parent);
      return;
    }
    if (++nodes_ > max_nodes_) throw DocumentError(fmt::format("more than {} values", max_nodes_));
    Node& node = parent.children.emplace_back();
    node.name = name;
    if (value.is_object()) {
      AddMembers(value, node);
    } else if (value.is_string()) {
      node.text = CleanText(value.get_ref<const std::string&>());
    } else if (!value.is_null()) {
      node.text = JsonText(value);
    }
  }

  void AddMembers(const Json& object, Node& node) {
    for (const auto& [key, member] : object.items()) Add(key, member, node);
  }

 private:
  std::size_t max_nodes_;
  std::size_t nodes_ = 0;
};

Node ReadJson(std::string_view body, const DocumentLimits& limits) {
  // Before the parser spends memory on them; no honest document has so many.
  const auto values = static_cast<std::size_t>(
      std::ranges::count_if(body, [](char c) { return c == ',' || c == '[' || c == '{'; }));
  if (values > 2 * limits.max_nodes + 64) {
    throw DocumentError(fmt::format("more than {} values", limits.max_nodes));
  }
  Node document;
  JsonBuilder builder(limits.max_nodes);
  try {
    const Json json = ParseJson(
        body,
        {.max_bytes = limits.max_bytes, .max_depth = limits.max_depth, .fractions_as_text = true});
    if (!json.is_object()) throw DocumentError("JSON that is not an object");
    builder.AddMembers(json, document);
  } catch (const JsonError& error) {
    throw DocumentError(error.what());
  }
  return document;
}

}  // namespace

bool IsNeverRead(std::string_view name) {
  if (name.size() > kMaxName) return true;
  const auto same = [](char a, char b) { return LowerOf(a) == LowerOf(b); };
  const auto ends_with = [&](std::string_view end) {
    return name.size() >= end.size() &&
           std::ranges::equal(name.substr(name.size() - end.size()), end, same);
  };
  if (ends_with("UserName") || ends_with("HostName")) return true;
  return std::ranges::any_of(
      kNeverRead, [&](std::string_view never) { return std::ranges::equal(name, never, same); });
}

std::string CleanText(std::string_view raw) {
  raw = raw.substr(0, raw.find('\0'));  // what follows is rubbish
  const bool utf8 = IsUtf8(raw);
  std::string text;
  bool broken = false;  // by a line break or tab, and nothing but blanks since
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const auto octet = static_cast<unsigned char>(raw[i]);
    if (kBreaks.find(raw[i]) != std::string_view::npos) {
      broken = true;
      continue;
    }
    if (octet < 0x20 || octet == 0x7F || (octet == ' ' && broken)) continue;
    const bool second = utf8 && octet == 0xC2 && IsHighControl(raw[i + 1]);
    if (second || (!utf8 && IsHighControl(raw[i]))) {
      i += second ? 1 : 0;
      continue;
    }
    if (broken) {
      text.resize(text.find_last_not_of(' ') + 1);
      text += ' ';
      broken = false;
    }
    if (octet >= 0x80 && !utf8) {
      text += static_cast<char>(0xC0 | octet >> 6);
      text += static_cast<char>(0x80 | (octet & 0x3F));
    } else {
      text += raw[i];
    }
  }
  const auto first = text.find_first_not_of(' ');
  if (first == std::string::npos) return {};
  text.erase(0, first);
  if (text.size() > kMaxText) {
    std::size_t end = kMaxText;  // not in the middle of a character
    while ((static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    text.resize(end);
  }
  text.resize(text.find_last_not_of(' ') + 1);
  return text;
}

bool Node::Has(std::string_view child) const {
  return std::ranges::any_of(children, [&](const Node& node) { return node.name == child; });
}

const Node& Node::operator[](std::string_view child) const {
  static const Node kNothing;
  const auto found = std::ranges::find(children, child, &Node::name);
  return found != children.end() ? *found : kNothing;
}

std::vector<const Node*> Node::All(std::string_view child) const {
  std::vector<const Node*> found;
  for (const Node& node : children) {
    if (node.name == child) found.push_back(&node);
  }
  return found;
}

std::optional<std::string> Node::Text() const {
  if (text.empty()) return std::nullopt;
  return text;
}

std::optional<std::int64_t> Node::Count() const {
  const auto number = Number();
  if (!number || number->digits() < 0) return std::nullopt;
  std::int64_t scale = 1;
  for (int i = 0; i < number->decimals(); ++i) {
    if (scale > INT64_MAX / 10) return std::nullopt;
    scale *= 10;
  }
  if (number->digits() % scale != 0) return std::nullopt;
  return number->digits() / scale;
}

std::optional<bool> Node::Flag() const {
  if (text == "true" || text == "True") return true;
  if (text == "false" || text == "False") return false;
  return std::nullopt;
}

std::optional<Instant> Node::Time() const {
  const auto instant = ParseInstant(text);
  if (!instant || *instant < kClocksFrom) return std::nullopt;
  return instant;
}

std::optional<Decimal> Node::Number() const {
  return Decimal::Parse(text.empty() ? (*this)["Value"].text : text);
}

std::optional<Quantity> Node::Amount() const {
  const auto number = Number();
  if (!number) return std::nullopt;
  return Quantity{.value = *number, .unit = Text("Unit").value_or("?")};
}

Node ReadDocument(std::string_view body, const DocumentLimits& limits) {
  if (body.size() > limits.max_bytes) {
    throw DocumentError(fmt::format("{} bytes; at most {}", body.size(), limits.max_bytes));
  }
  if (body.starts_with("\xEF\xBB\xBF")) body.remove_prefix(3);  // a UTF-8 byte order mark
  const auto first = body.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) throw DocumentError("an empty document");
  // Blanks before an XML declaration are wrong XML, but not worth losing a reading for.
  body.remove_prefix(first);
  if (std::string_view("<{[").find(body.front()) == std::string_view::npos) {
    throw DocumentError("neither XML nor JSON");
  }
  return body.front() == '<' ? ReadXml(body, limits) : ReadJson(body, limits);
}

}  // namespace plotmeter
