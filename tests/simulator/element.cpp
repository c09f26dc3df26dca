#include "tests/simulator/element.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace plotmeter::simulator {

namespace {

std::string Escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

bool IsWholeNumber(std::string_view text) {
  return !text.empty() && text.size() <= 9 && (text == "0" || text.front() != '0') &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

void AddXml(const Element& element, int depth, std::string& out) {
  const std::string indent(static_cast<std::size_t>(depth) * 2, ' ');
  out += fmt::format("{}<{}{}{}>", indent, element.name, element.attributes.empty() ? "" : " ",
                     element.attributes);
  if (element.children.empty()) {
    out += Escape(element.text);
  } else {
    out += '\n';
    for (const Element& child : element.children) AddXml(child, depth + 1, out);
    out += indent;
  }
  out += fmt::format("</{}>\n", element.name);
}

Element FromJson(std::string name, const Json& value) {
  if (value.is_null()) return {std::move(name), ""};
  if (value.is_string()) return {std::move(name), value.get<std::string>()};
  if (!value.is_object()) return {std::move(name), value.dump()};
  std::vector<Element> children;
  for (const auto& [key, member] : value.items()) {
    if (!member.is_array()) {
      children.push_back(FromJson(key, member));
      continue;
    }
    for (const Json& one : member) children.push_back(FromJson(key, one));
  }
  return {std::move(name), std::move(children)};
}

Json ToJson(const Element& element) {
  if (element.children.empty()) {
    if (element.text.empty()) return nullptr;
    if (element.text == "true" || element.text == "false") return element.text == "true";
    if (IsWholeNumber(element.text)) return std::stoll(element.text);
    return element.text;
  }
  Json object = Json::object();
  std::map<std::string, int> seen;
  for (const Element& child : element.children) {
    Json value = ToJson(child);
    Json& place = object[child.name];
    switch (++seen[child.name]) {
      case 1:
        place = std::move(value);
        break;
      case 2:
        place = Json::array({place, std::move(value)});
        break;
      default:
        place.push_back(std::move(value));
    }
  }
  return object;
}

std::string ToXml(const Element& root) {
  std::string out = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n"
      "<piws:{} xmlns=\"http://www.hp.com/schemas/piws/v2_0\" "
      "xmlns:piws=\"http://www.hp.com/schemas/piws/v2_0\" "
      "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
      "xsi:schemaLocation=\"http://www.hp.com/schemas/piws/v2_0 ../schemas/piws2.xsd\">\n"
      "<!--\nTHIS DATA COMES FROM A SIMULATED PRINTER: <no real one> said any of it.\n-->\n",
      root.name);
  for (const Element& child : root.children) AddXml(child, 1, out);
  return out + fmt::format("</piws:{}>\n", root.name);
}

}  // namespace plotmeter::simulator
