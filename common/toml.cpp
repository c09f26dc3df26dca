#include "common/toml.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <string_view>

#include "common/settings.h"

namespace plotmeter {
namespace {

TomlNode NodeOf(const toml::node& node, unsigned line) {
  TomlNode out;
  out.line = line;
  out.type = toml::impl::node_type_friendly_names[static_cast<std::size_t>(node.type())];
  if (const auto text = node.value_exact<std::string>()) {
    out.kind = TomlNode::Kind::kText;
    out.text = *text;
  } else if (node.is_boolean()) {
    out.kind = TomlNode::Kind::kFlag;
    out.text = *node.value<bool>() ? "true" : "false";
  } else if (node.is_integer()) {
    out.kind = TomlNode::Kind::kWhole;
    out.text = std::to_string(*node.value<std::int64_t>());
  } else if (const toml::array* list = node.as_array()) {
    out.kind = TomlNode::Kind::kList;
    for (const toml::node& item : *list) {
      out.items.push_back(NodeOf(item, item.source().begin.line));
    }
  } else if (const toml::table* table = node.as_table()) {
    out.kind = TomlNode::Kind::kTable;
    for (const auto& [key, value] : *table) {
      out.members.emplace_back(std::string(key.str()), NodeOf(value, key.source().begin.line));
    }
  }
  return out;
}

}  // namespace

TomlNode ParseToml(const std::string& file, const std::string& text) {
  try {
    return NodeOf(toml::parse(text, file), 1);
  } catch (const toml::parse_error& error) {
    throw UsageError(fmt::format("{}, line {}: {}", file, error.source().begin.line,
                                 std::string(error.description())));
  }
}

}  // namespace plotmeter
