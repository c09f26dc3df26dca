#include "collector/web/web_visit.h"

#include <gtest/gtest.h>

#include <future>
#include <stdexcept>

#include "tests/fakes/fake_clock.h"

namespace plotmeter {
namespace {

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

}  // namespace
}  // namespace plotmeter
