#include "common/stoppable_wait.h"

#include <gtest/gtest.h>

#include <stop_token>
#include <thread>

namespace plotmeter {
namespace {

TEST(StoppableWaitTest, GoesOnWhenTheTimeIsOver) {
  std::stop_source source;
  StoppableWait wait(source.get_token());
  EXPECT_TRUE(wait.For(std::chrono::milliseconds(0)));
}

TEST(StoppableWaitTest, IsOverAtOnceWhenSomebodyAsksToStop) {
  bool goes_on = true;
  {
    const std::jthread thread([&](const std::stop_token& stop) {
      StoppableWait wait(stop);
      goes_on = wait.For(std::chrono::hours(24));  // the test's own time-out says when it is not
    });
  }  // asks to stop, and waits for the thread
  EXPECT_FALSE(goes_on);
}

TEST(StoppableWaitTest, DoesNotBeginOnceStopped) {
  std::stop_source source;
  source.request_stop();
  StoppableWait wait(source.get_token());
  EXPECT_FALSE(wait.For(std::chrono::hours(24)));
}

}  // namespace
}  // namespace plotmeter
