#include "portal/http/workers.h"

#include <gtest/gtest.h>

#include <future>
#include <stdexcept>

namespace plotmeter {
namespace {

TEST(WorkersTest, RefuseWhatDoesNotFit) {
  std::promise<void> started;
  std::promise<void> go_on;
  std::promise<void> last;
  Workers workers(1, 1);
  ASSERT_TRUE(workers.Offer([&] {
    started.set_value();
    go_on.get_future().wait();
  }));
  started.get_future().wait();
  EXPECT_TRUE(workers.Offer([] {}));   // waits
  EXPECT_FALSE(workers.Offer([] {}));  // does not fit
  EXPECT_TRUE(workers.Continue([&] { last.set_value(); }));
  go_on.set_value();
  last.get_future().wait();
  EXPECT_TRUE(workers.Offer([] {}));
}

TEST(WorkersTest, AreStuckWhereJobsWaitAndNoneEnds) {
  std::promise<void> started;
  std::promise<void> go_on;
  std::promise<void> last;
  Workers workers(1, 2);
  EXPECT_FALSE(workers.AreStuck());
  workers.Offer([&] {
    started.set_value();
    go_on.get_future().wait();
  });
  started.get_future().wait();
  EXPECT_FALSE(workers.AreStuck()) << "nobody waits";
  EXPECT_FALSE(workers.AreStuck()) << "nobody waits";
  workers.Offer([&] { last.set_value(); });
  EXPECT_FALSE(workers.AreStuck()) << "it has only begun to wait";
  EXPECT_TRUE(workers.AreStuck());
  go_on.set_value();
  last.get_future().wait();
  EXPECT_FALSE(workers.AreStuck());
}

TEST(WorkersTest, KeepOneThatIsFreeForWhoMayNeedIt) {
  std::promise<void> offered;
  std::promise<void> called;
  Workers workers(1, 2);
  ASSERT_TRUE(workers.Keep());
  EXPECT_FALSE(workers.Keep()) << "there is one";
  workers.Offer([&] { offered.set_value(); });
  EXPECT_EQ(workers.waiting(), 1u) << "the one is kept";
  workers.Call([&] { called.set_value(); });
  called.get_future().wait();
  offered.get_future().wait();
}

TEST(WorkersTest, GoOnWithWhatWaitsWhenOneIsReleased) {
  std::promise<void> offered;
  Workers workers(1, 2);
  ASSERT_TRUE(workers.Keep());
  workers.Offer([&] { offered.set_value(); });
  workers.Release();
  offered.get_future().wait();
}

TEST(WorkersTest, KeepNoneWhileJobsWait) {
  std::promise<void> started;
  std::promise<void> go_on;
  Workers workers(1, 2);
  workers.Offer([&] {
    started.set_value();
    go_on.get_future().wait();
  });
  started.get_future().wait();
  EXPECT_FALSE(workers.Keep()) << "none is free";
  std::thread another([&] { workers.Join(); });
  while (!workers.Keep()) std::this_thread::yield();  // until it has joined
  workers.Offer([] {});
  EXPECT_FALSE(workers.Keep()) << "who waits comes first";
  go_on.set_value();
  workers.Stop();
  another.join();
}

TEST(WorkersTest, OutliveAJobThatThrows) {
  std::promise<void> second;
  Workers workers(1, 8);
  workers.Offer([] { throw std::runtime_error("a bug"); });
  workers.Offer([&] { second.set_value(); });
  second.get_future().wait();
}

TEST(WorkersTest, ForgetWhatWaitsWhenStopped) {
  std::promise<void> started;
  std::promise<void> go_on;
  bool ran = false;
  Workers workers(1, 8);
  workers.Offer([&] {
    started.set_value();
    go_on.get_future().wait();
  });
  started.get_future().wait();
  workers.Offer([&] { ran = true; });
  std::thread stopping([&] { workers.Stop(); });
  while (workers.Continue([] {})) std::this_thread::yield();  // until Stop has begun
  go_on.set_value();
  stopping.join();
  EXPECT_FALSE(ran);
  EXPECT_FALSE(workers.Continue([] {}));
}

}  // namespace
}  // namespace plotmeter
