#include "portal/http/head.h"

#include <gtest/gtest.h>

namespace plotmeter {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

// What was made of a POST with these fields (a Host is added): "length=5 keep", or the status.
std::string Printed(Fields fields, int version = 11, bool with_host = true) {
  if (with_host) fields.insert(fields.begin(), {"Host", "portal.example:8443"});
  try {
    const Head head = ReadHead({"POST", "/api/v1/batches", version, fields});
    std::string out = head.is_chunked ? "chunked" : "length=" + std::to_string(head.content_length);
    out += head.keeps_alive ? " keep" : " close";
    if (head.expects_continue) out += " expects";
    return out;
  } catch (const Problem& problem) {
    return std::to_string(problem.status) + " " + problem.what();
  }
}

TEST(HeadTest, KnowsWhereTheBodyEnds) {
  const struct {
    Fields fields;
    const char* printed;
  } kCases[] = {
      {{}, "length=0 keep"},
      {{{"Content-Length", "5"}}, "length=5 keep"},
      {{{"content-length", "0005"}}, "length=5 keep"},
      {{{"Transfer-Encoding", "Chunked"}}, "chunked keep"},
      {{{"Content-Length", "10000000000"}}, "length=10000000000 keep"},
      {{{"Content-Length", ""}}, "400 Content-Length is not a number"},
      {{{"Content-Length", "-5"}}, "400 Content-Length is not a number"},
      {{{"Content-Length", "+5"}}, "400 Content-Length is not a number"},
      {{{"Content-Length", "5, 5"}}, "400 Content-Length is not a number"},
      {{{"Content-Length", "0x5"}}, "400 Content-Length is not a number"},
      {{{"Content-Length", "5 "}}, "400 Content-Length is not a number"},
      {{{"Content-Length", "147573952589676412928"}}, "413 no body may be that long"},
      {{{"Content-Length", "9223372036854775808"}}, "413 no body may be that long"},
      {{{"Content-Length", "147573952589676412928x"}}, "400 Content-Length is not a number"},
      {{{"Content-Length", "5"}, {"Content-Length", "5"}},
       "400 the header field content-length stands twice"},
      {{{"Content-Length", "5"}, {"Transfer-Encoding", "chunked"}},
       "400 both Content-Length and Transfer-Encoding"},
      {{{"Transfer-Encoding", "chunked"}, {"transfer-encoding", "chunked"}},
       "400 the header field transfer-encoding stands twice"},
      {{{"Transfer-Encoding", "gzip, chunked"}}, "501 the one transfer coding here is chunked"},
      {{{"Transfer-Encoding", "chunked, identity"}}, "501 the one transfer coding here is chunked"},
      {{{"Transfer-Encoding", ""}}, "501 the one transfer coding here is chunked"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Printed(c.fields), c.printed) << c.printed;
  EXPECT_EQ(Printed({{"Transfer-Encoding", "chunked"}}, 10),
            "400 HTTP/1.0 has no Transfer-Encoding");
}

TEST(HeadTest, WantsOneHost) {
  EXPECT_EQ(Printed({}, 11, false), "400 the header field Host is missing");
  EXPECT_EQ(Printed({}, 10, false), "length=0 close");
  EXPECT_EQ(Printed({{"Host", "portal"}}), "400 the header field host stands twice");
  for (const char* host : {"", "a b", "a/b", "user@portal", "a\tb"}) {
    EXPECT_EQ(Printed({{"Host", host}}, 11, false), "400 Host names no host") << host;
  }
  EXPECT_EQ(Printed({{"Host", "[2001:db8::7]:443"}}, 11, false), "length=0 keep");
}

TEST(HeadTest, KnowsWhetherAnotherRequestFollows) {
  EXPECT_EQ(Printed({{"Connection", "close"}}), "length=0 close");
  EXPECT_EQ(Printed({{"Connection", "Upgrade , CLOSE\t"}}), "length=0 close");
  EXPECT_EQ(Printed({{"Connection", "upgrade"}, {"Connection", "close"}}), "length=0 close");
  EXPECT_EQ(Printed({{"Connection", "closed"}}), "length=0 keep");
  EXPECT_EQ(Printed({{"Connection", "Keep-Alive"}}, 10), "length=0 keep");
}

TEST(HeadTest, ExpectsOneThingOnly) {
  EXPECT_EQ(Printed({{"Expect", "100-Continue"}}), "length=0 keep expects");
  EXPECT_EQ(Printed({{"Expect", "200-ok"}}), "417 only 100-continue can be expected");
  EXPECT_EQ(Printed({{"Expect", "100-continue"}}, 10), "length=0 close");
}

TEST(HeadTest, JoinsWhatMayBeRepeatedAndRefusesTheRest) {
  const Head head = ReadHead({"GET",
                              "/",
                              11,
                              {{"Host", "h"},
                               {"Accept", "text/csv"},
                               {"ACCEPT", "application/json"},
                               {"Cookie", "a=b"},
                               {"Cookie", "c=d"}}});
  EXPECT_EQ(*head.request.Header("accept"), "text/csv, application/json");
  EXPECT_EQ(*head.request.Header("cookie"), "a=b; c=d");
  EXPECT_EQ(Printed({{"Authorization", "Bearer a"}, {"authorization", "Bearer b"}}),
            "400 the header field authorization stands twice");
  EXPECT_EQ(Printed({{"X", std::string("a\0b", 3)}}),
            "400 a header field holds a character that may not stand there");
  EXPECT_EQ(Printed({{"X Y", "a"}}),
            "400 a header field holds a character that may not stand there");
}

}  // namespace
}  // namespace plotmeter
