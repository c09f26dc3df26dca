#include "portal/http/turnstile.h"

#include <gtest/gtest.h>

namespace plotmeter {
namespace {

TEST(TurnstileTest, HasRoomForSoManyAndSoManyOfOneAddress) {
  Turnstile turnstile(3, 2);
  auto first = turnstile.Enter("192.0.2.7");
  const auto second = turnstile.Enter("192.0.2.7");
  EXPECT_TRUE(first && second);
  EXPECT_FALSE(turnstile.Enter("192.0.2.7"));
  const auto third = turnstile.Enter("192.0.2.8");
  EXPECT_TRUE(third);
  EXPECT_FALSE(turnstile.Enter("192.0.2.9"));
  first.reset();
  EXPECT_TRUE(turnstile.Enter("192.0.2.7"));  // and leaves at once
  EXPECT_TRUE(turnstile.Enter("192.0.2.9"));
}

TEST(TurnstileTest, CountsAPlaceOnceHoweverItIsMoved) {
  Turnstile turnstile(1, 1);
  {
    auto place = turnstile.Enter("192.0.2.7");
    const Turnstile::Place moved = *std::move(place);
    place.reset();
    EXPECT_FALSE(turnstile.Enter("192.0.2.7"));
    EXPECT_FALSE(turnstile.WaitUntilEmpty(std::chrono::milliseconds(1)));
  }
  EXPECT_TRUE(turnstile.WaitUntilEmpty(std::chrono::milliseconds(1)));
}

}  // namespace
}  // namespace plotmeter
