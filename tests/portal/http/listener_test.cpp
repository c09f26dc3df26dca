#include "portal/http/listener.h"

#include <gtest/gtest.h>

namespace plotmeter {
namespace {

// Whether one that serves says so is asked from outside: tests/end_to_end/supervised.py.
TEST(ListenerTest, IsNotAliveWhereNoThreadTalks) {
  const Router router;
  Listener listener({}, router);
  EXPECT_FALSE(listener.IsAlive(std::chrono::milliseconds(1)));
}

}  // namespace
}  // namespace plotmeter
