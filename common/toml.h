// A TOML file as values that know their lines. The one door to toml++.
//
//    const TomlNode root = ParseToml("columns.toml", text);
//    for (const auto& [key, node] : root.members)           keys sorted, but lists in their order
//      use(key, node.text, node.line);
//
// Throws UsageError (common/settings.h): "columns.toml, line 3: …". A value, once read.

#pragma once

#include <string>
#include <utility>
#include <vector>

namespace plotmeter {

struct TomlNode {
  enum class Kind { kText, kWhole, kFlag, kList, kTable, kOther };  // kOther: a fraction, a date

  Kind kind = Kind::kOther;
  std::string text = {};  // of kText; digits of kWhole; "true" or "false"
  std::string type = {};  // as people call it: "string", "integer", "floating-point"
  unsigned line = 0;      // of its key, or where a value of a list begins
  std::vector<TomlNode> items = {};
  std::vector<std::pair<std::string, TomlNode>> members = {};

  bool is_scalar() const {
    return kind == Kind::kText || kind == Kind::kWhole || kind == Kind::kFlag;
  }
  bool is_table() const { return kind == Kind::kTable; }
  bool is_list() const { return kind == Kind::kList; }
};

// `file` is what people call it. The root is a table.
TomlNode ParseToml(const std::string& file, const std::string& text);

}  // namespace plotmeter
