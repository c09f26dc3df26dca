#include "collector/xml/xml.h"

#include <fmt/format.h>

#include <algorithm>
#include <pugixml.hpp>

namespace plotmeter {
namespace {

std::string LocalName(std::string_view name) {
  const auto colon = name.find(':');
  return std::string(colon == std::string_view::npos ? name : name.substr(colon + 1));
}

class Builder {
 public:
  explicit Builder(const DocumentLimits& limits) : limits_(limits) {}

  // Recursion is safe: it ends at max_depth.
  void Add(const pugi::xml_node& element, Node& parent, int depth) {
    if (depth > limits_.max_depth) {
      throw DocumentError(fmt::format("nested deeper than {}", limits_.max_depth));
    }
    std::string name = LocalName(element.name());
    if (IsNeverRead(name)) return;
    if (++nodes_ > limits_.max_nodes) {
      throw DocumentError(fmt::format("more than {} elements", limits_.max_nodes));
    }
    Node& node = parent.children.emplace_back();
    node.name = std::move(name);
    std::string text;
    for (const auto& child : element) {
      if (child.type() == pugi::node_element) {
        Add(child, node, depth + 1);
      } else {
        text += child.value();
      }
    }
    node.text = CleanText(text);
  }

 private:
  const DocumentLimits& limits_;
  std::size_t nodes_ = 0;
};

}  // namespace

Node ReadXml(std::string_view body, const DocumentLimits& limits) {
  if (body.size() > limits.max_bytes) {
    throw DocumentError(fmt::format("{} bytes; at most {}", body.size(), limits.max_bytes));
  }
  // Before pugixml spends memory on them. An element costs one or two of these, so no honest
  // document is refused.
  const auto tags = static_cast<std::size_t>(std::ranges::count(body, '<'));
  if (tags > 2 * limits.max_nodes + 64) {
    throw DocumentError(fmt::format("more than {} elements", limits.max_nodes));
  }
  pugi::xml_document xml;
  constexpr unsigned int kParse =
      pugi::parse_cdata | pugi::parse_escapes | pugi::parse_eol | pugi::parse_doctype;
  const auto parsed = xml.load_buffer(body.data(), body.size(), kParse);
  if (!parsed) {
    throw DocumentError(fmt::format("not XML at byte {}: {}", parsed.offset, parsed.description()));
  }
  Node document;
  Builder builder(limits);
  for (const auto& top : xml) {
    if (top.type() == pugi::node_doctype) throw DocumentError("a document type is not accepted");
    if (top.type() != pugi::node_element) continue;
    if (!document.children.empty()) throw DocumentError("more than one root element");
    builder.Add(top, document, 1);
  }
  return document;
}

}  // namespace plotmeter
