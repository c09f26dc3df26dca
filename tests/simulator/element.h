// A document as elements in order, written as PIWS writes it: XML, or JSON made from the same
// elements.
//
//    Element job("Job", {{"UUID", "32222D2B"}, {"Priority", "0"}});
//    ToXml(job)     <Job>\n  <UUID>32222D2B</UUID>\n …
//    ToJson(job)    {"UUID": "32222D2B", "Priority": 0}
//
// Pure.

#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/json.h"

namespace plotmeter::simulator {

struct Element {
  Element(std::string element_name, std::string element_text)
      : name(std::move(element_name)), text(std::move(element_text)) {}
  Element(std::string element_name, std::vector<Element> elements)
      : name(std::move(element_name)), children(std::move(elements)) {}

  std::string name;
  std::string text;  // only where there are no children
  std::vector<Element> children;
  std::string attributes = {};  // as they stand in the tag: PEID="5082"; of XML only
};

// The elements of a JSON value; a list becomes a repeated element. null is an empty element.
Element FromJson(std::string name, const Json& value);

// The content of an element, quirks included: a repeated child is a list, a single one the bare
// value, an empty element null, a whole number a number; other text, decimals among it, stays text.
Json ToJson(const Element& element);

// Adds the element as XML, two blanks deeper a level.
void AddXml(const Element& element, int depth, std::string& out);

// A document of the namespace of PIWS with `root` as `piws:ROOT`; the disclaimer comment comes
// before the first child.
std::string ToXml(const Element& root);

}  // namespace plotmeter::simulator
