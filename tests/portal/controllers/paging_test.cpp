#include "portal/controllers/paging.h"

#include <gtest/gtest.h>

namespace plotmeter {
namespace {

std::string Read(const std::string& cursor) {
  try {
    return ReadPageAsked(Request("GET", "/rows?cursor=" + cursor), 1, 1).after.texts.at(0);
  } catch (const Problem& problem) {
    return std::to_string(problem.status);
  }
}

SecondFactorKey KeyOf(char c) { return SecondFactorKey(Secret(std::string(32, c))); }

TEST(PagingTest, SealedCursorsAreReadByEveryProcessOfAPortal) {
  const SecondFactorKey one = KeyOf('k'), same = KeyOf('k'), another = KeyOf('x');
  const Position position{.numbers = {7}, .texts = {"prn_7Q2M9K4T"}};
  SealCursorsWith(one);
  const std::string cursor = HiddenCursorText(position);
  EXPECT_EQ(cursor.find(CursorText(position)), std::string::npos);
  EXPECT_EQ(Read(cursor), "prn_7Q2M9K4T");
  SealCursorsWith(same);
  EXPECT_EQ(Read(cursor), "prn_7Q2M9K4T") << "after a restart";
  SealCursorsWith(another);
  EXPECT_EQ(Read(cursor), "400");
  static const SecondFactorKey lasts = KeyOf('k');  // for the tests after this one
  SealCursorsWith(lasts);
  EXPECT_EQ(Read("." + same.Seal(Secret(R"({"n":[7],"t":["x"]})"), "usr_7Q2M9K4T")), "400")
      << "what was sealed for something else is no cursor";
  EXPECT_EQ(Read(CursorText(position)), "prn_7Q2M9K4T");
}

}  // namespace
}  // namespace plotmeter
