#include "collector/diagnose_redaction.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "collector/channel/ascii.h"
#include "collector/snmp/mib.h"
#include "collector/snmp/text.h"
#include "common/time.h"

namespace plotmeter {
namespace {

constexpr std::size_t kMostDigits = 12;
constexpr std::size_t kMostShape = 32;

bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return IsUpper(c) || IsLower(c); }
bool IsAscii(char c) { return static_cast<unsigned char>(c) < 128; }

// Where a text is cut into words: at blanks and signs; before capitals, too ("ManualSheet"); beside
// digits, too ("Roll2").
enum class Cut { kSigns, kHumps, kDigits };

std::vector<std::string> WordsOf(std::string_view text, Cut cut) {
  std::vector<std::string> words;
  std::string word;
  const auto end = [&] {
    if (!word.empty()) words.push_back(LowerAscii(word));
    word.clear();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (!IsLetter(c) && !IsDigit(c)) {
      end();
      continue;
    }
    if (!word.empty()) {
      const char before = word.back();
      const bool hump =
          IsUpper(c) &&
          (IsLower(before) || (i + 1 < text.size() && IsUpper(before) && IsLower(text[i + 1])));
      if ((hump && cut != Cut::kSigns) || (cut == Cut::kDigits && IsDigit(c) != IsDigit(before))) {
        end();
      }
    }
    word += c;
  }
  end();
  return words;
}

// A count or a measure, no telephone number.
bool IsNumber(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view rest = point == text.npos ? "" : text.substr(point + 1);
  return !whole.empty() && whole.size() <= kMostDigits && (whole == "0" || whole[0] != '0') &&
         std::ranges::all_of(whole, IsDigit) && std::ranges::all_of(rest, IsDigit) &&
         (point == text.npos || (!rest.empty() && rest.size() <= kMostDigits));
}

// "2026-11-22T09:00:03Z", "2026-11-22", "P0Y0M0DT0H4M12S" (ISO 8601)
bool IsTime(const std::string& text) {
  const bool duration = text.size() > 2 && text.size() <= 40 && text[0] == 'P' &&
                        text.find_first_not_of("PYMDTHS.0123456789") == text.npos;
  return duration || ParseInstant(text).has_value() || ParseDate(text).has_value();
}

template <std::size_t N>
bool HasAny(std::string_view lower, const std::array<std::string_view, N>& parts) {
  return std::ranges::any_of(parts,
                             [&](std::string_view part) { return lower.find(part) != lower.npos; });
}

// Fields that may name people, places and machines: not even a number is kept there.
bool IsPersonal(std::string_view field) {
  if (field.starts_with("UserReported")) return false;  // PIWS: what is shown on the panel
  static const std::set<std::string> words = {
      "account",     "acct",       "address", "asset", "community", "contact",     "credential",
      "credentials", "department", "domain",  "email", "friendly",  "guid",        "host",
      "hostname",    "location",   "login",   "mail",  "nickname",  "originating", "originator",
      "owner",       "password",   "person",  "phone", "pin",       "place",       "recipient",
      "secret",      "sender",     "server",  "ssid",  "telephone", "title",       "token",
      "user",        "username",   "users",   "uuid"};
  static constexpr std::array<std::string_view, 5> kEnds = {"jobname", "printername", "devicename",
                                                            "documentname", "filename"};
  const std::string lower = LowerAscii(field);
  return std::ranges::any_of(WordsOf(field, Cut::kDigits),
                             [&](const std::string& word) { return words.contains(word); }) ||
         std::ranges::any_of(kEnds, [&](std::string_view end) { return lower.ends_with(end); });
}

// Fields whose texts are words of a schema.
bool IsEnumeration(std::string_view lower) {
  static constexpr std::array<std::string_view, 18> kEnds = {
      "level", "order",   "region",   "source",   "status", "state", "type", "unit",   "units",
      "mode",  "quality", "category", "severity", "class",  "kind",  "enum", "family", "policy"};
  return std::ranges::any_of(kEnds, [&](std::string_view end) { return lower.ends_with(end); });
}

// "0x0a41b3", "79.04"
bool IsCode(std::string_view lower) {
  static constexpr std::array<std::string_view, 5> kEnds = {"statuscode", "errorcode", "eventcode",
                                                            "alertcode", "systemcode"};
  return std::ranges::any_of(kEnds, [&](std::string_view end) { return lower.ends_with(end); });
}

bool IsVersion(std::string_view lower) {
  static constexpr std::array<std::string_view, 9> kParts = {
      "version",       "revision",    "firmware",      "fwrelease",   "partnumber",
      "productnumber", "modelnumber", "skuidentifier", "resourcetype"};
  return HasAny(lower, kParts);
}

// "poster 3.pdf", "C:\plans", "somebody@example": words of the trade or not.
bool LooksLikeFile(std::string_view text) {
  if (text.find_first_of("\\@") != text.npos) return true;
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    if (text[i] == '.' && IsLetter(text[i + 1])) return true;
  }
  return false;
}

bool IsPlain(std::string_view text, std::string_view signs, std::size_t longest) {
  return !text.empty() && text.size() <= longest && std::ranges::all_of(text, [&](char c) {
    return IsLetter(c) || IsDigit(c) || signs.find(c) != signs.npos;
  });
}

// A path of the printer's own web server, without a host: "/DevMgmt/ProductConfigDyn.xml".
bool MayBeShown(std::string_view path) {
  return path.starts_with('/') && !path.starts_with("//") && IsPlain(path, "/._-", 120);
}

// Objects whose texts are of a kind that their name tells.
std::string_view FieldOf(const Oid& object) {
  if (object == mib::kHpSerialNumber || mib::kPrtGeneralSerialNumber.Contains(object)) {
    return "SerialNumber";
  }
  if (object == mib::kHpFirmware || object == mib::kHpFirmwareDate) return "FirmwareRevision";
  if (object == mib::kHpModelNumber) return "ModelNumber";
  // Words of the trade may be the name of a job: "poster 3".
  if (mib::kJmAttributeOctets.Contains(object) || mib::kHpJobInfo.Contains(object)) {
    return "JobName";
  }
  return "";
}

// RFC 2579 DateAndTime: year (two octets), month, day, hour, minutes, seconds, tenths, and perhaps
// the offset. Empty when it is none.
std::string DateAndTime(std::string_view octets) {
  if (octets.size() != 8 && octets.size() != 11) return {};
  const auto at = [&](std::size_t i) {
    return static_cast<unsigned>(static_cast<unsigned char>(octets[i]));
  };
  const unsigned year = at(0) * 256 + at(1);
  if (year < 1970 || year > 2200 || at(2) < 1 || at(2) > 12 || at(3) < 1 || at(3) > 31 ||
      at(4) > 23 || at(5) > 59 || at(6) > 60) {
    return {};
  }
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", year, at(2), at(3), at(4), at(5),
                     at(6));
}

bool IsReadable(std::string_view octets) {
  return std::ranges::none_of(octets, [](char c) {
    return static_cast<unsigned char>(c) < ' ' && c != '\t' && c != '\n' && c != '\r';
  });
}

// Several children of different names, all of the same make: a dictionary, keyed by its user.
bool IsDictionary(const Node& node) {
  if (node.children.size() < 2) return false;
  std::set<std::string_view> names;
  for (const Node& child : node.children) {
    if (child.children.empty() || !names.insert(child.name).second) return false;
  }
  return std::ranges::all_of(node.children, [&](const Node& child) {
    return std::ranges::equal(child.children, node.children.front().children, {}, &Node::name,
                              &Node::name);
  });
}

}  // namespace

std::string ShapeOf(std::string_view text) {
  std::string runs;
  for (const char c : text) {
    const char kind = !IsAscii(c)                           ? 'x'
                      : IsUpper(c)                          ? 'A'
                      : IsLower(c)                          ? 'a'
                      : IsDigit(c)                          ? '9'
                      : static_cast<unsigned char>(c) < ' ' ? '?'
                                                            : c;
    if (runs.empty() || runs.back() != kind) runs += kind;
  }
  if (runs.size() > kMostShape) runs = runs.substr(0, kMostShape) + "…";
  return fmt::format("<{}: {}>", text.size(), runs);
}

Redaction::Redaction(RedactionRules rules) : rules_(std::move(rules)) {
  for (const Cut cut : {Cut::kSigns, Cut::kHumps}) {
    for (std::string& word : WordsOf(rules_.model, cut)) own_words_.insert(std::move(word));
  }
}

// Words of the trade, and a few small numbers among them: an IP address has four, and a telephone
// number longer ones.
bool Redaction::IsKnown(std::string_view text) const {
  constexpr std::ptrdiff_t kMostNumbers = 3;
  constexpr std::size_t kLongestNumber = 5;
  if (!std::ranges::all_of(text, IsAscii) || LooksLikeFile(text)) return false;
  const auto is_number = [](const std::string& word) { return std::ranges::all_of(word, IsDigit); };
  const auto known = [&](const std::string& word) {
    return IsWordOfTheTrade(word) || own_words_.contains(word) ||
           (is_number(word) && word.size() <= kLongestNumber);
  };
  // Each word as it stands, or else all its parts: "JetDirect", "ManualSheet", "310g".
  std::ptrdiff_t numbers = 0;
  bool has_word = false;
  std::string_view rest = text;
  while (!rest.empty()) {
    const auto is_sign = [](char c) { return !IsLetter(c) && !IsDigit(c); };
    const std::size_t size =
        static_cast<std::size_t>(std::ranges::find_if(rest, is_sign) - rest.begin());
    const std::string_view word = rest.substr(0, size);
    rest.remove_prefix(std::min(size + 1, rest.size()));
    if (word.empty()) continue;
    const std::string lower = LowerAscii(word);
    is_number(lower) ? void(++numbers) : void(has_word = true);
    const bool whole = known(lower) || std::ranges::all_of(WordsOf(word, Cut::kHumps), known) ||
                       std::ranges::all_of(WordsOf(word, Cut::kDigits), known);
    if (!whole) return false;
  }
  return has_word && numbers <= kMostNumbers;
}

std::string Redaction::StandIn(std::string_view serial) {
  const auto [entry, is_new] = stand_ins_.try_emplace(UpperAscii(serial));
  if (is_new) entry->second = fmt::format("serial-{}", stand_ins_.size());
  return entry->second;
}

std::string Redaction::Shape(std::string_view text) {
  ++shaped_;
  return ShapeOf(text);
}

std::string Redaction::Text(std::string_view field, std::string_view raw) {
  const std::string text(Trimmed(raw));
  if (text.empty()) return {};
  const std::string lower = LowerAscii(field);
  const bool own = !rules_.serial.empty() && UpperAscii(text) == UpperAscii(rules_.serial);
  if (own || lower.find("serial") != lower.npos) return rules_.with_serial ? text : StandIn(text);
  if (IsPersonal(field)) return Shape(text);
  if (IsNumber(text) || IsTime(text)) return text;
  // The serial number may stand within another text.
  const std::string upper = UpperAscii(text);
  if (!rules_.serial.empty() && upper.find(UpperAscii(rules_.serial)) != upper.npos) {
    return Shape(text);
  }
  if (IsKnown(text)) return text;
  if (lower.ends_with("resourceuri")) return MayBeShown(text) ? text : Shape(text);
  if (IsEnumeration(lower) && IsPlain(text, "_-", 40)) return text;
  if (IsCode(lower) && IsPlain(text, ".", 16)) return text;
  if (IsVersion(lower) && IsPlain(text, " ._+-:/#", 80)) return text;
  return Shape(text);
}

std::string Redaction::Name(std::string_view name, bool is_key) {
  const bool plain = IsPlain(name, "_#$", 64) && IsLetter(name[0]);
  const bool of_a_schema = std::ranges::any_of(name, IsUpper) || IsKnown(name);
  if (plain && (is_key ? IsKnown(name) : of_a_schema)) return std::string(name);
  const auto [entry, is_new] = names_.try_emplace(std::string(name));
  if (is_new) entry->second = fmt::format("name-{}", names_.size());
  return entry->second;
}

Json Redaction::Document(const Node& node) {
  Json members = Json::object();
  const bool keyed = IsDictionary(node);
  for (const Node& child : node.children) {
    Json value = child.children.empty() ? Json(Text(child.name, child.text)) : Document(child);
    Json& place = members[Name(child.name, keyed)];
    if (place.is_null()) {
      place = std::move(value);
    } else {
      if (!place.is_array()) place = Json::array({std::move(place)});
      place.push_back(std::move(value));
    }
  }
  return members;
}

std::string Redaction::Object(const Oid& oid) {
  // An index may spell a text, an octet a part. Six in a row are none of the numbers MIBs have.
  constexpr std::size_t kShortest = 6;
  const auto parts = oid.parts();
  std::string text;
  for (std::size_t i = 0; i < parts.size();) {
    std::size_t end = i;
    while (i >= 7 && end < parts.size() && parts[end] >= 32 && parts[end] < 127) ++end;
    if (!text.empty()) text += '.';
    if (end - i >= kShortest) {
      text += fmt::format("(text of {})", end - i);
      i = end;
    } else {
      text += std::to_string(parts[i++]);
    }
  }
  return text;
}

// "MFG:HP;MDL:…;SN:…" and "HP ETHERNET MULTI-ENVIRONMENT,ROM:…,JETDIRECT,…,PID:…"
std::string Redaction::Fields(std::string_view text, char between) {
  static constexpr std::array<std::string_view, 13> kKept = {
      "MFG",   "MANUFACTURER", "MDL",    "MODEL", "CMD", "COMMAND SET", "CLS",
      "CLASS", "ROM",          "EEPROM", "FW",    "VER", "REV"};
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(between), text.size());
    const std::string_view field = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!out.empty()) out += between;
    const std::size_t colon = field.find(':');
    const std::string key = UpperAscii(Trimmed(field.substr(0, colon)));
    const std::string_view value = colon == field.npos ? "" : field.substr(colon + 1);
    out += IsPlain(key, " -_", 32) && (IsKnown(key) || colon != field.npos) ? key : Shape(key);
    if (colon == field.npos) continue;
    out += ':';
    if (key == "SN" || key == "SERN" || key == "SERIALNUMBER") {
      out += Text("SerialNumber", value);
    } else if (std::ranges::find(kKept, key) != kKept.end() && IsPlain(value, " ._+-:/,()", 128)) {
      out += value;
    } else {
      out += Text("", value);
    }
  }
  return out;
}

Json Redaction::SnmpValue(const Oid& object, const Value& value) {
  if (const auto number = value.AsNumber()) return *number;
  if (const Oid* oid = value.AsOid()) return "oid: " + Object(*oid);
  const std::string_view octets = value.AsOctets().value_or("");
  const std::string count = fmt::format("octets: {}", octets.size());
  if (value.type() == ValueType::kIpAddress) return count;
  if (octets.empty()) return "text: ";
  if (const std::string time = DateAndTime(octets); !time.empty()) return "time: " + time;
  const bool pml = mib::kHpPml.Contains(object) && octets.size() > 2 && !IsLetter(octets[0]);
  const bool short_bits = octets.size() <= 4 && !std::ranges::all_of(octets, IsAscii);
  if (!pml && (!IsReadable(octets) || short_bits)) {
    if (octets.size() > 3) return count;  // four may be an address
    std::string hex = "hex: ";
    for (const char c : octets) hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
    return hex;
  }
  const std::string text = pml ? DecodePml(octets).utf8 : DecodeText(octets).utf8;
  if (object == mib::kSysDescr) return "text: " + Fields(text, ',');
  const bool device_id = text.find("MFG:") != text.npos || text.find("MDL:") != text.npos ||
                         text.find("MANUFACTURER:") != text.npos;
  // Counts come as numbers: digits in a text may be anybody's, of a telephone or a community.
  const std::string_view field = FieldOf(object);
  const bool digits = text.size() > 4 && std::ranges::all_of(text, IsDigit);
  if (field.empty() && digits) return "text: " + Shape(text);
  return "text: " + (device_id ? Fields(text, ';') : Text(field, text));
}

}  // namespace plotmeter
