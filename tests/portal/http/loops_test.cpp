#include "portal/http/loops.h"

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <stdexcept>
#include <thread>

namespace plotmeter {
namespace {

class LoopsTest : public testing::Test {
 protected:
  ~LoopsTest() override { loops_.Stop(); }

  // The thread that talks.
  std::thread::id Talker() {
    const auto talker = std::make_shared<std::promise<std::thread::id>>();
    loop_.Post([talker] { talker->set_value(std::this_thread::get_id()); });
    return talker->get_future().get();
  }

  // The next thread that is free to work.
  std::future<std::thread::id> Worker() {
    const auto worker = std::make_shared<std::promise<std::thread::id>>();
    EXPECT_TRUE(workers_.Offer([worker] { worker->set_value(std::this_thread::get_id()); }));
    return worker->get_future();
  }

  // A handler that has the thread until go_on_ says so, and says what came of it.
  void LendForLong() {
    loop_.Post([this] {
      auto lent = loop_.Lend();
      started_.set_value();
      go_on_.get_future().wait();
      const bool is_ours = lent->Return();
      returned_.set_value(is_ours);
      if (!is_ours) Loop::Leave();
    });
    started_.get_future().wait();
  }

  Workers workers_{1, 8};
  Loops loops_{1, workers_};
  Loop& loop_ = loops_.first();
  std::promise<void> started_, go_on_;
  std::promise<bool> returned_;
};

TEST_F(LoopsTest, TalkOnAfterAHandlerThatIsQuick) {
  loops_.Start();
  const auto talker = Talker();
  for (int i = 0; i < 100; ++i) {
    const auto returned = std::make_shared<std::promise<bool>>();
    loop_.Post([this, returned] {
      const bool is_ours = loop_.Lend()->Return();
      returned->set_value(is_ours);
      if (!is_ours) Loop::Leave();
    });
    if (!returned->get_future().get()) return;  // this machine was away for a millisecond
    EXPECT_EQ(Talker(), talker);
  }
}

TEST_F(LoopsTest, AreTalkedByAnotherWhileAHandlerIsSlow) {
  loops_.Start();
  const auto talker = Talker();
  LendForLong();
  EXPECT_NE(Talker(), talker);
  EXPECT_TRUE(loops_.AnswerWithin(std::chrono::hours(1)));
  go_on_.set_value();
  EXPECT_FALSE(returned_.get_future().get());
  EXPECT_NE(Talker(), talker);
}

TEST_F(LoopsTest, MakeAWorkerOfTheThreadThatWasSlow) {
  loops_.Start();
  const auto talker = Talker();
  LendForLong();
  EXPECT_NE(Talker(), talker) << "the one worker talks";
  auto worker = Worker();
  go_on_.set_value();
  EXPECT_EQ(worker.get(), talker);
}

TEST_F(LoopsTest, AreLentOnlyWhileAWorkerIsFree) {
  loops_.Start();
  workers_.Offer([this] {
    started_.set_value();
    go_on_.get_future().wait();
  });
  started_.get_future().wait();
  loop_.Post([this] { returned_.set_value(loop_.Lend().has_value()); });
  EXPECT_FALSE(returned_.get_future().get());
  go_on_.set_value();
}

TEST_F(LoopsTest, HaveOneThreadAfterASlowHandlerThatThrows) {
  loops_.Start();
  const auto talker = Talker();
  loop_.Post([this] {
    const auto lent = loop_.Lend();
    started_.set_value();
    go_on_.get_future().wait();
    throw std::runtime_error("no memory");
  });
  started_.get_future().wait();
  EXPECT_NE(Talker(), talker);
  auto worker = Worker();
  go_on_.set_value();
  EXPECT_EQ(worker.get(), talker);
}

TEST_F(LoopsTest, StopWhileAHandlerRuns) {
  loops_.Start();
  LendForLong();
  go_on_.set_value();
}

TEST_F(LoopsTest, AnswerNobodyWhoAsksBeforeTheyTalk) {
  EXPECT_FALSE(loops_.AnswerWithin(std::chrono::milliseconds(1)));
}

}  // namespace
}  // namespace plotmeter
