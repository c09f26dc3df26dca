#include "portal/http/repeats.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <stdexcept>

namespace plotmeter {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string kKey = "0193a1c2-7b1e-7c3a-9f52-0d6f3f1b8a11";
const Caller kCaller{.reseller = {"res_1"}, .id = "tok_1"};

struct Notes : RepeatNotes {
  std::optional<RepeatNote> Find(const Caller& caller, const std::string& key) override {
    const auto found = kept.find(caller.id + key);
    return found == kept.end() ? std::nullopt : std::optional(found->second);
  }
  void Keep(const Caller& caller, const RepeatNote& note) override {
    if (fails) throw std::runtime_error("disk full");
    kept.emplace(caller.id + note.key, note);
  }
  std::map<std::string, RepeatNote> kept = {};
  bool fails = false;
};

class RepeatsTest : public testing::Test {
 protected:
  std::string Ask(const std::string& key, const std::string& body, const Caller& caller = kCaller) {
    const Request request =
        Request("POST", "/api/v1/codes").With("Idempotency-Key", key).WithBody(body);
    try {
      const Response response = repeats_.Once(request, caller, false, [&] {
        ++runs_;
        if (fails_) throw Problem(409, "taken");
        Response made = Created("/api/v1/codes/1", {{"secret", "PM1-" + std::to_string(runs_)}});
        return made;
      });
      return std::to_string(response.status) + " " + *response.headers.Find("Location") + " " +
             response.body;
    } catch (const Problem& problem) {
      return std::to_string(problem.status) + " " + problem.what();
    }
  }

  Notes notes_;
  Repeats repeats_{notes_};
  int runs_ = 0;
  bool fails_ = false;
};

TEST_F(RepeatsTest, RunsOnceAndAnswersTheSameAgain) {
  const std::string first = Ask(kKey, "{}");
  EXPECT_EQ(first, R"(201 /api/v1/codes/1 {"secret":"PM1-1"})");
  EXPECT_EQ(Ask(kKey, "{}"), first);
  EXPECT_EQ(runs_, 1);
  EXPECT_NE(Ask(kKey, "{}", {.reseller = {"res_1"}, .id = "tok_2"}), first) << "of another caller";
  EXPECT_NE(Ask(kKey + "2", "{}"), first);
  EXPECT_EQ(runs_, 3);
}

TEST_F(RepeatsTest, RefusesAKeyForAnotherRequest) {
  Ask(kKey, "{}");
  EXPECT_THAT(Ask(kKey, R"({"days":1})"), HasSubstr("422 this Idempotency-Key came with another"));
  EXPECT_EQ(runs_, 1);
}

TEST_F(RepeatsTest, KeepsNoRefusal) {
  fails_ = true;
  EXPECT_EQ(Ask(kKey, "{}"), "409 taken");
  fails_ = false;
  EXPECT_THAT(Ask(kKey, R"({"days":1})"), HasSubstr("201"));
  EXPECT_EQ(runs_, 2);
}

TEST_F(RepeatsTest, AnswersEvenIfItCannotBeKept) {
  notes_.fails = true;
  EXPECT_THAT(Ask(kKey, "{}"), HasSubstr("201"));
}

TEST_F(RepeatsTest, LetsOneRunWhileAnotherWaits) {
  const Request request = Request("POST", "/x").With("Idempotency-Key", kKey);
  std::string second;
  repeats_.Once(request, kCaller, false, [&] {
    second = Ask(kKey, "");
    return Ok(Json::object());
  });
  EXPECT_THAT(second, HasSubstr("409 the request with this Idempotency-Key is still being"));
  EXPECT_EQ(runs_, 0);
}

TEST_F(RepeatsTest, WantsAKeyThatNobodyGuesses) {
  for (const std::string& key :
       {std::string("1"), std::string(256, 'x'), std::string("a b c d e f g h i j")}) {
    EXPECT_THAT(Ask(key, "{}"), HasSubstr("400 'Idempotency-Key' has"));
  }
  EXPECT_EQ(runs_, 0);
}

TEST_F(RepeatsTest, KeepsNothingThatCanBeReadWithoutTheKey) {
  Ask(kKey, "{}");
  ASSERT_EQ(notes_.kept.size(), 1u);
  const RepeatNote& note = notes_.kept.begin()->second;
  for (const std::string& text : {note.key, note.request, note.answer}) {
    EXPECT_THAT(text, Not(HasSubstr("PM1-")));
    EXPECT_THAT(text, Not(HasSubstr(kKey)));
  }
  EXPECT_TRUE(OpenAnswer(kKey, kCaller, note.answer));
  EXPECT_FALSE(OpenAnswer(kKey + "x", kCaller, note.answer));
  EXPECT_FALSE(OpenAnswer(kKey, {.reseller = {"res_2"}, .id = "tok_1"}, note.answer));
  std::string altered = note.answer;
  altered[20] = static_cast<char>(altered[20] ^ 1);
  EXPECT_FALSE(OpenAnswer(kKey, kCaller, altered));
  EXPECT_FALSE(OpenAnswer(kKey, kCaller, ""));
}

TEST_F(RepeatsTest, KeepsNoHashThatAPasswordCouldBeGuessedFrom) {
  // A body may hold a password: what is kept of it must differ from key to key.
  const std::string body = R"({"password":"kelp harbour mitten"})";
  Ask(kKey, body);
  Ask(kKey + "2", body);
  ASSERT_EQ(notes_.kept.size(), 2u);
  EXPECT_NE(notes_.kept.begin()->second.request, notes_.kept.rbegin()->second.request);
}

TEST_F(RepeatsTest, IsForPostsOfKnownCallers) {
  const auto with_key = [](const char* method) {
    return Request(method, "/x").With("Idempotency-Key", kKey);
  };
  EXPECT_TRUE(Repeats::Wants(with_key("POST"), kCaller));
  EXPECT_FALSE(Repeats::Wants(with_key("POST"), {}));
  EXPECT_FALSE(Repeats::Wants(with_key("PATCH"), kCaller));
  EXPECT_FALSE(Repeats::Wants(Request("POST", "/x"), kCaller));
}

}  // namespace
}  // namespace plotmeter
