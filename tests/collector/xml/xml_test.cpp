#include "collector/xml/xml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plotmeter {
namespace {

using testing::HasSubstr;

std::string ErrorOf(std::string_view body, const DocumentLimits& limits = {}) {
  try {
    ReadXml(body, limits);
    return "";
  } catch (const DocumentError& error) {
    return error.what();
  }
}

TEST(XmlTest, IgnoresPrefixesAttributesAndComments) {
  const Node doc = ReadXml(
      "<?xml version='1.0' encoding='UTF-8' ?><piws:A xmlns='urn:d' xmlns:piws='urn:d'><!--x-->"
      "<B c='d'>1<!-- in between -->2</B><piws:C><![CDATA[<3>]]></piws:C></piws:A>");
  EXPECT_EQ(doc["A"].Text("B"), "12");
  EXPECT_EQ(doc["A"].Text("C"), "<3>");
  EXPECT_EQ(doc["A"].children.size(), 2u);
}

TEST(XmlTest, ReadsLatin1AndUtf16AsTheySay) {
  EXPECT_EQ(ReadXml("<?xml version='1.0' encoding='ISO-8859-1'?><A>\xFC</A>").Text("A"),
            "\xC3\xBC");
  EXPECT_EQ(ReadXml(std::string_view("\xFF\xFE<\0A\0>\0\xFC\0<\0/\0A\0>\0", 18)).Text("A"),
            "\xC3\xBC");
}

TEST(XmlTest, RefusesDocumentTypesAndTheirEntities) {
  const char* laughs =
      "<?xml version='1.0'?><!DOCTYPE l [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;'>]><l>&b;</l>";
  EXPECT_EQ(ErrorOf(laughs), "a document type is not accepted");
  EXPECT_EQ(ErrorOf("<!DOCTYPE a SYSTEM 'file:///etc/hostname'><a/>"),
            "a document type is not accepted");
  EXPECT_EQ(ReadXml("<a>&amp;&#65;&lt;</a>").Text("a"), "&A<");
}

TEST(XmlTest, HoldsItsDepth) {
  const auto nested = [](int depth) {
    std::string body;
    for (int i = 0; i < depth; ++i) body += "<a>";
    for (int i = 0; i < depth; ++i) body += "</a>";
    return body;
  };
  EXPECT_EQ(ErrorOf(nested(32)), "");
  EXPECT_EQ(ErrorOf(nested(33)), "nested deeper than 32");
  EXPECT_EQ(ErrorOf(nested(90'000)), "nested deeper than 32");
}

TEST(XmlTest, HoldsItsNumberOfElements) {
  std::string body = "<a>";
  for (int i = 0; i < 99; ++i) body += "<b/>";
  body += "</a>";
  EXPECT_EQ(ErrorOf(body, {.max_nodes = 100}), "");
  EXPECT_EQ(ErrorOf(body, {.max_nodes = 99}), "more than 99 elements");
  EXPECT_EQ(ErrorOf(std::string(3 << 20, '<')), "more than 200000 elements");
}

TEST(XmlTest, RefusesAHugeDocumentBeforeReadingIt) {
  const std::string body = "<a>" + std::string(std::size_t{8} << 20, 'x');
  EXPECT_THAT(ErrorOf(body), HasSubstr("at most 4194304"));
}

}  // namespace
}  // namespace plotmeter
