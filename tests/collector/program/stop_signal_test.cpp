#include "collector/stop_signal.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <condition_variable>
#include <csignal>
#include <mutex>

namespace plotmeter {
namespace {

TEST(StopSignalTest, TakesSigtermForAStop) {
  StopSignal signal;
  EXPECT_FALSE(signal.token().stop_requested());
  std::mutex mutex;
  std::condition_variable_any wait;
  kill(getpid(), SIGTERM);
  std::unique_lock lock(mutex);
  wait.wait(lock, signal.token(), [] { return false; });
  EXPECT_TRUE(signal.token().stop_requested());
}

}  // namespace
}  // namespace plotmeter
