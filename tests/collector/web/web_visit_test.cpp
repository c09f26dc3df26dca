#include "collector/web/web_visit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <stdexcept>

#include "tests/fakes/fake_clock.h"

namespace plotmeter {
namespace {

using testing::HasSubstr;

class NoMemory : public CertificateMemory {
 public:
  std::optional<std::string> Get(const std::string&) override { return {}; }
  void Set(const std::string&, const std::string&) override {}
};

class Visit : public WebVisit {
 public:
  Visit(PrinterWeb& web, std::function<void(Answers&)> act, std::function<void(Told)> told)
      : WebVisit(web, {.host = "127.0.0.1"}, {.kind = ChannelKind::kPiws}, std::move(told)),
        act_(std::move(act)) {}

 private:
  void Begin() override {
    act_(told_.answers);
    End(Seen::kAnswered, "");
  }
  std::function<void(Answers&)> act_;
};

Told Tell(std::function<void(Answers&)> act) {
  const FakeClock clock;
  NoMemory memory;
  PrinterWeb web(clock, memory);
  std::promise<Told> promise;
  web.Enter(std::make_shared<Visit>(web, std::move(act),
                                    [&](Told told) { promise.set_value(std::move(told)); }));
  return promise.get_future().get();
}

// A round waits for each of its visits.
TEST(WebVisitTest, CallsBackWhateverIsThrown) {
  const Told told = Tell([](Answers&) { throw std::out_of_range("x"); });
  EXPECT_EQ(told.seen, Seen::kUnreadable);
  EXPECT_EQ(told.detail, "what it sent cannot be dealt with: x");
}

TEST(WebVisitTest, BoundsWhatItHandsOn) {
  const Told told = Tell([](Answers& answers) {
    answers.meters.resize(1'001);
    answers.supplies.resize(1'000);
    answers.alerts.emplace(1'001);
    answers.remarks.resize(5'000);
    answers.remarks[0] = std::string(std::size_t{1} << 20, 'x');
  });
  EXPECT_EQ(told.seen, Seen::kAnswered);
  EXPECT_EQ(told.answers.meters.size(), 1'000u);
  EXPECT_EQ(told.answers.supplies.size(), 1'000u);
  EXPECT_EQ(told.answers.alerts, std::nullopt);  // part of them would clear the others
  ASSERT_EQ(told.answers.remarks.size(), 100u);
  EXPECT_THAT(told.answers.remarks[0], HasSubstr("1001 alerts"));
  EXPECT_THAT(told.answers.remarks[1], HasSubstr("1001 meters"));
  EXPECT_EQ(told.answers.remarks[2].size(), 255u);
}

}  // namespace
}  // namespace plotmeter
