#include "collector/xml/document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plotmeter {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string ErrorOf(std::string_view body, const DocumentLimits& limits = {}) {
  try {
    ReadDocument(body, limits);
    return "";
  } catch (const DocumentError& error) {
    return error.what();
  }
}

// Name, text and children, so that two trees can be compared at a glance.
std::string Written(const Node& node) {
  std::string out = node.name + (node.text.empty() ? "" : "=" + node.text);
  if (node.children.empty()) return out;
  out += "{";
  for (const Node& child : node.children) out += Written(child) + " ";
  out.back() = '}';
  return out;
}

TEST(DocumentTest, ReadsXmlAndJsonToTheSameTree) {
  const std::string expected = "{Ink{Color=cyan Flag=A Flag=B Used{Unit=cc Value=24.000000}}}";
  EXPECT_EQ(Written(ReadDocument(R"(<?xml version="1.0"?><p:Ink xmlns:p="urn:x" a="1"><!-- c -->
      <Color> cyan </Color><Flag>A</Flag><Flag>B</Flag>
      <p:Used><Unit>cc</Unit><Value>24.000000</Value></p:Used></p:Ink>)")),
            expected);
  EXPECT_EQ(Written(ReadDocument("\xEF\xBB\xBF  "
                                 R"({"Ink": {"Color": "cyan", "Flag": ["A", "B"],
      "Used": {"Unit": "cc", "Value": 24.000000}}})")),
            expected);
}

TEST(DocumentTest, TreatsOneObjectAndAListOfOneAlike) {
  const Node bare = ReadDocument(R"({"S": {"Slot": {"Id": 4}}})");
  const Node list = ReadDocument(R"({"S": {"Slot": [{"Id": 4}]}})");
  EXPECT_EQ(Written(bare), Written(list));
  ASSERT_EQ(list["S"].All("Slot").size(), 1u);
  EXPECT_EQ(list["S"].All("Slot")[0]->Text("Id"), "4");
}

TEST(DocumentTest, ReadsAnAmountHoweverItIsWritten) {
  struct Case {
    const char* json;
    std::optional<std::string> value;
    const char* unit;
  };
  for (const Case& c : std::vector<Case>{
           {R"({"A": 433})", "433", "?"},
           {R"({"A": 0.210000})", "0.210000", "?"},
           {R"({"A": 66.0})", "66.0", "?"},
           {R"({"A": "24.000000"})", "24.000000", "?"},
           {R"({"A": {"Value": "24.0", "Unit": "in"}})", "24.0", "in"},
           {R"({"A": {"Value": 24, "Unit": null}})", "24", "?"},
           {R"({"A": {"Value": -1, "Unit": "s"}})", "-1", "s"},
           {R"({"A": 1e3})", std::nullopt, ""},
           {R"({"A": 123456789012345678901})", std::nullopt, ""},
           {R"({"A": "n/a"})", std::nullopt, ""},
           {R"({"A": ""})", std::nullopt, ""},
           {R"({"A": null})", std::nullopt, ""},
           {R"({"A": {}})", std::nullopt, ""},
           {R"({"A": {"Unit": "cc"}})", std::nullopt, ""},
           {R"({"A": true})", std::nullopt, ""},
           {R"({})", std::nullopt, ""},
       }) {
    const auto amount = ReadDocument(c.json).Amount("A");
    ASSERT_EQ(amount.has_value(), c.value.has_value()) << c.json;
    if (!amount) continue;
    EXPECT_EQ(amount->value.text(), *c.value) << c.json;
    EXPECT_EQ(amount->unit, c.unit) << c.json;
  }
}

TEST(DocumentTest, SaysNothingOfWhatIsNotThere) {
  const Node doc = ReadDocument("<A><B/></A>");
  EXPECT_TRUE(doc["A"].Has("B"));
  EXPECT_FALSE(doc["A"].Has("C"));
  EXPECT_TRUE(doc["A"]["B"].empty());
  const Node& nothing = doc["X"]["Y"]["Z"];
  EXPECT_TRUE(nothing.empty());
  EXPECT_EQ(nothing.Text(), std::nullopt);
  EXPECT_EQ(nothing.Count(), std::nullopt);
  EXPECT_EQ(nothing.Flag(), std::nullopt);
  EXPECT_EQ(nothing.Time(), std::nullopt);
  EXPECT_EQ(nothing.Amount(), std::nullopt);
  EXPECT_EQ(doc["A"].Text("B"), std::nullopt);
}

TEST(DocumentTest, CountsOnlyWholeNumbers) {
  const Node doc = ReadDocument(
      R"({"a": 3, "b": "3.000000", "c": 3.5, "d": -1, "e": "many", "f": {"Value": 7}, "g": 0})");
  EXPECT_EQ(doc.Count("a"), 3);
  EXPECT_EQ(doc.Count("b"), 3);
  EXPECT_EQ(doc.Count("c"), std::nullopt);
  EXPECT_EQ(doc.Count("d"), std::nullopt);
  EXPECT_EQ(doc.Count("e"), std::nullopt);
  EXPECT_EQ(doc.Count("f"), 7);
  EXPECT_EQ(doc.Count("g"), 0);
}

// A printer without a clock counts from 1970 when it starts.
TEST(DocumentTest, TakesATimeBeforePrintersForUnknown) {
  const Node doc = ReadDocument(R"({"a": "1970-01-01T00:00:00Z", "b": "2026-05-23T16:30:56Z",
      "c": "yesterday", "d": 0, "e": "1970-01-01T00:04:00Z", "f": "1999-12-31T23:59:59.999Z",
      "g": "2000-01-01T00:00:00Z", "h": "2000-01-01T00:30:00+01:00"})");
  EXPECT_EQ(doc.Time("a"), std::nullopt);
  EXPECT_EQ(doc.Time("b"), ParseInstant("2026-05-23T16:30:56Z"));
  EXPECT_EQ(doc.Time("c"), std::nullopt);
  EXPECT_EQ(doc.Time("d"), std::nullopt);
  EXPECT_EQ(doc.Time("e"), std::nullopt);
  EXPECT_EQ(doc.Time("f"), std::nullopt);
  EXPECT_EQ(doc.Time("g"), kClocksFrom);
  EXPECT_EQ(doc.Time("h"), std::nullopt) << "it is 1999 by then";
}

TEST(DocumentTest, LeavesPeopleOut) {
  for (const char* body :
       {"<J><UserName>mona</UserName><Account><Id>mona</Id></Account><x:HostName>mona</x:HostName>"
        "<URL>mona</URL><PreviewFilePath>mona</PreviewFilePath><JobName>plan</JobName></J>",
        R"({"J": {"UserName": "mona", "Account": {"Id": "mona"}, "HostName": ["mona", "mona"],
            "URL": "mona", "PreviewFilePath": "mona", "JobName": "plan"}})"}) {
    EXPECT_EQ(Written(ReadDocument(body)), "{J{JobName=plan}}");
  }
}

TEST(DocumentTest, MakesTextFitToKeep) {
  EXPECT_EQ(CleanText("  Hahnem\xC3\xBChle \n"), "Hahnem\xC3\xBChle");
  EXPECT_EQ(CleanText("Hahnem\xFChle"), "Hahnem\xC3\xBChle");  // Latin-1
  EXPECT_EQ(CleanText("ab\x1B[0m\x7F"), "ab[0m");
  EXPECT_EQ(CleanText(" \t"), "");
  EXPECT_EQ(CleanText(std::string(300, 'x')), std::string(255, 'x'));
  EXPECT_EQ(CleanText(std::string(254, 'x') + "\xC3\xBC"), std::string(254, 'x'));
  EXPECT_EQ(CleanText("\xC3"), "\xC3\x83");         // cut in the middle: not UTF-8
  EXPECT_EQ(CleanText("\xED\xA0\xBF").size(), 6u);  // a surrogate is not UTF-8 either
  EXPECT_EQ(CleanText("\xF0\x9F\x96\xA8"), "\xF0\x9F\x96\xA8");
}

// Domain 12: binary rubbish may follow the text.
TEST(DocumentTest, EndsTextBeforeTheFirstNul) {
  EXPECT_EQ(CleanText(std::string_view("HP\0 rubbish", 11)), "HP");
  EXPECT_EQ(CleanText(std::string_view("Hahnem\xC3\xBChle\0\xFF", 13)), "Hahnem\xC3\xBChle");
  EXPECT_EQ(CleanText(std::string_view("\0x", 2)), "");
  EXPECT_EQ(ReadDocument(R"({"A": "plan\u0000\u0001x"})").Text("A"), "plan");
}

TEST(DocumentTest, MakesOneBlankOfALineBreak) {
  EXPECT_EQ(CleanText("Photo\r\n   Satin"), "Photo Satin");
  EXPECT_EQ(CleanText("Photo \t Satin"), "Photo Satin");
  EXPECT_EQ(CleanText("Photo  Satin"), "Photo  Satin");  // as it was said
  EXPECT_EQ(CleanText("Photo\n\x01\n Satin\n"), "Photo Satin");
  EXPECT_EQ(CleanText("\n \n"), "");
  EXPECT_EQ(CleanText("\n  Photo \n"), "Photo");
}

TEST(DocumentTest, LeavesOutTheUpperControlsToo) {
  EXPECT_EQ(CleanText("a\xC2\x85\xC2\x9F\xC2\xA0z"), "a\xC2\xA0z");  // U+00A0 is none
  EXPECT_EQ(CleanText("a\x85\xFCz"), "a\xC3\xBCz");                  // Latin-1
  EXPECT_EQ(CleanText("\xC2\x80"), "");
  EXPECT_EQ(CleanText("\xE2\x82\xAC"), "\xE2\x82\xAC");  // 82 is a part of the euro
}

TEST(DocumentTest, RefusesWhatIsNoDocument) {
  for (const char* body :
       {"", "  ", "hello", "[1,2]", "\"text\"", "{", "{} {}", "{\"a\":1,\"a\":2}", "<a>", "<a></b>",
        "<a/><b/>", "<!-- only -->", "<"}) {
    EXPECT_NE(ErrorOf(body), "") << body;
  }
}

TEST(DocumentTest, NeverRepeatsWhatItCouldNotRead) {
  EXPECT_THAT(ErrorOf("{\"UserName\": mona}"), Not(HasSubstr("mona")));
  EXPECT_THAT(ErrorOf("<UserName>mona</Username>"), Not(HasSubstr("mona")));
}

TEST(DocumentTest, HoldsItsLimits) {
  const std::string large(5 << 20, ' ');
  EXPECT_THAT(ErrorOf(large), HasSubstr("5242880 bytes; at most 4194304"));
  std::string deep_json;
  std::string deep_xml;
  for (int i = 0; i < 100'000; ++i) {
    deep_json += "{\"a\":";
    deep_xml += "<a>";
  }
  EXPECT_THAT(ErrorOf(deep_json), HasSubstr("deeper than 32"));
  EXPECT_NE(ErrorOf(deep_xml), "");
  std::string wide_json = "{\"a\":[0";
  for (int i = 0; i < 250'000; ++i) wide_json += ",0";
  EXPECT_THAT(ErrorOf(wide_json + "]}"), HasSubstr("more than 200000"));
}

TEST(DocumentTest, RefusesMoreJsonValuesThanItWouldKeepBeforeItReadsThem) {
  std::string many;
  for (int i = 0; i < 500'000; ++i) many += "[],";
  EXPECT_THROW(ReadDocument("{\"a\":[" + many + "[]]}"), DocumentError);
}

// Names become part of paths, sources and remarks: one of four megabytes would be copied about.
TEST(DocumentTest, LeavesOutWhatHasANameThatNoPrinterGives) {
  const std::string name(129, 'a');
  for (const std::string& body : {"<A><" + name + ">1</" + name + "><B>2</B></A>",
                                  R"({"A": {")" + name + R"(": 1, "B": 2}})"}) {
    const Node document = ReadDocument(body);
    EXPECT_EQ(document["A"].children.size(), 1u);
    EXPECT_EQ(document["A"].Count("B"), 2);
  }
}

}  // namespace
}  // namespace plotmeter
