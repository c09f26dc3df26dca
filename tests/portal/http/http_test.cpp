#include "portal/http/http.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <charconv>

namespace plotmeter {
namespace {

// A small number, as any of our own parsed values.
struct Percent {
  static constexpr std::string_view kExample = "a percentage such as 20";
  static std::optional<Percent> Parse(std::string_view text) {
    Percent percent;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), percent.value).ptr;
    if (text.empty() || end != text.data() + text.size() || percent.value > 100) {
      return std::nullopt;
    }
    return percent;
  }
  unsigned value = 0;
};

template <typename Act>
std::string Refusal(Act act) {
  try {
    act();
  } catch (const Problem& problem) {
    return ToResponse(problem).body;
  }
  return "accepted";
}

TEST(RolesTest, OpenOnlyToThoseTheyName) {
  EXPECT_TRUE(kViewers.Contains(Role::kCustomerViewer));
  EXPECT_TRUE(kResellers.Contains(Role::kResellerAdmin));
  EXPECT_FALSE(kResellers.Contains(Role::kCustomerViewer));
  EXPECT_FALSE(kViewers.Contains(Role::kOperator));
  EXPECT_FALSE(Roles(Role::kNobody).Contains(Role::kNobody));
  EXPECT_FALSE(Roles().Contains(Role::kNobody));
  EXPECT_FALSE((kViewers | Role::kNobody).Contains(Role::kNobody));
  EXPECT_EQ(kViewers.ToString(), "customer-viewer|reseller-viewer|reseller-admin");
  EXPECT_EQ(kAnyone.ToString(), "anyone");
  EXPECT_EQ(Roles().ToString(), "nobody");
}

TEST(HeadersTest, AreFoundInAnyCase) {
  Headers headers{{"Content-Disposition", "inline"}};
  headers.Set("CONTENT-DISPOSITION", "attachment");
  EXPECT_EQ(headers.size(), 1u);
  EXPECT_EQ(*headers.Find("content-disposition"), "attachment");
  EXPECT_EQ(headers.Find("Content"), nullptr);
}

TEST(HeadersTest, RefuseWhatWouldSplitAnAnswer) {
  Headers headers;
  for (const auto& value : {std::string("a\r\nSet-Cookie: b"), std::string("a\n"),
                            std::string("\r"), std::string("a\0b", 3)}) {
    EXPECT_THROW(headers.Set("X-Name", value), std::invalid_argument);
  }
  for (const char* name : {"", "a b", "a:", "a\r\n", "ä"}) {
    EXPECT_THROW(headers.Set(name, "v"), std::invalid_argument);
  }
  EXPECT_EQ(headers.size(), 0u);
  headers.Set("X-Name", "tab\tand UTF-8 Ü");
  EXPECT_THROW(std::ignore = (Response{.headers = {{"Location", "/a\r\nb"}}}),
               std::invalid_argument);
}

TEST(ResponseTest, NamesADownloadPlainly) {
  const Response file = File("a,b\r\n", "text/csv", "usage \"2026-07\"\r\nX.csv");
  EXPECT_EQ(*file.headers.Find("Content-Disposition"),
            "attachment; filename=\"usage__2026-07___X.csv\"");
}

TEST(ProblemTest, SaysFieldAndExpectation) {
  const Request request("GET", "/?share=200&twice=1&twice=1");
  EXPECT_EQ(request.OptionalQuery<Percent>("absent").has_value(), false);
  EXPECT_EQ(Refusal([&] { (void)request.Query<Percent>("absent"); }),
            R"({"detail":"'absent' is missing; expected a percentage such as 20",)"
            R"("expected":"a percentage such as 20","field":"absent","status":400,)"
            R"("title":"Bad Request","type":"about:blank"})");
  EXPECT_EQ(Refusal([&] { (void)request.OptionalQuery<Percent>("share"); }),
            R"({"detail":"'share' is '200'; expected a percentage such as 20",)"
            R"("expected":"a percentage such as 20","field":"share","status":400,)"
            R"("title":"Bad Request","type":"about:blank"})");
  EXPECT_THAT(Refusal([&] { (void)request.Query<Percent>("twice"); }),
              testing::HasSubstr("'twice' stands twice in the query"));
  EXPECT_EQ(Request("GET", "/?share=20").Query<Percent>("share").value, 20u);
}

TEST(ProblemTest, RepeatsNoMoreThanALine) {
  std::string target = "/?share=";
  for (int i = 0; i < 500; ++i) target += "%C3%9C";
  const Request request("GET", target);
  const std::string body = Refusal([&] { (void)request.Query<Percent>("share"); });
  EXPECT_LT(body.size(), 400u);
  EXPECT_THAT(body, testing::HasSubstr("ÜÜ…'"));
}

TEST(RequestTest, RefusesWhatIsNotServed) {
  for (const char* method : {"TRACE", "CONNECT", "OPTIONS", "get", "", "PROPFIND"}) {
    EXPECT_THAT(Refusal([&] { Request(method, "/"); }), testing::HasSubstr("\"status\":405"))
        << method;
  }
  EXPECT_THAT(Refusal([] { Request("GET", "/%zz"); }), testing::HasSubstr("\"status\":400"));
  EXPECT_THAT(Refusal([] { Request("GET", "/" + std::string(8192, 'a')); }),
              testing::HasSubstr("\"status\":414"));
  EXPECT_EQ(Refusal([] { Request("GET", "/" + std::string(8191, 'a')); }), "accepted");
}

TEST(RequestTest, FindsTheBearerToken) {
  const auto token = [](const std::string& field) {
    return Request("GET", "/").With("Authorization", field).BearerToken().value_or("none");
  };
  EXPECT_EQ(token("Bearer pmt_1"), "pmt_1");
  EXPECT_EQ(token("bEARER   pmt_1"), "pmt_1");
  EXPECT_EQ(token("Basic cG06cG0="), "none");
  EXPECT_EQ(token("Bearer"), "none");
  EXPECT_EQ(token("Bearer   "), "none");
  EXPECT_EQ(Request("GET", "/").BearerToken(), std::nullopt);
}

TEST(RequestTest, FindsACookie) {
  const auto cookie = [](const std::string& field) {
    return Request("GET", "/").With("Cookie", field).Cookie("id").value_or("none");
  };
  EXPECT_EQ(cookie("id=7"), "7");
  EXPECT_EQ(cookie("a=1; id=7; id=8"), "7");
  EXPECT_EQ(cookie("a=1;id=x=y"), "x=y");
  EXPECT_EQ(cookie("id="), "");
  for (const char* none : {"", "id", "xid=7", "id2=7", "a=id=7", ";;", "; "}) {
    EXPECT_EQ(cookie(none), "none") << none;
  }
  EXPECT_EQ(Request("GET", "/").Cookie("id"), std::nullopt);
}

TEST(RequestTest, NamesWhatIsWrongWithJson) {
  EXPECT_EQ(Request("POST", "/").WithBody(R"({"a":1})").BodyAsJson().at("a"), 1);
  EXPECT_THAT(Refusal([] { Request("POST", "/").WithBody("{").BodyAsJson(); }),
              testing::HasSubstr("the body is not acceptable JSON: not valid JSON at byte 2"));
}

}  // namespace
}  // namespace plotmeter
