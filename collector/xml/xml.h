// XML as a Node tree, with limits. The one door to pugixml.
//
//    const Node node = ReadXml("<p:InkUsed xmlns:p='…'><Value>433</Value></p:InkUsed>");
//    node["InkUsed"].Text("Value")     "433"
//
// Namespace prefixes and attributes are dropped, comments skipped; text of an element is all its
// text and CDATA together. A document type is refused, and with it every entity of one's own: XML's
// classic bombs need them.

#pragma once

#include <string_view>

#include "collector/xml/document.h"

namespace plotmeter {

// A node without a name that holds the root element. Needs about ten times the bytes while it runs.
// Throws DocumentError.
Node ReadXml(std::string_view body, const DocumentLimits& limits = {});

}  // namespace plotmeter
