#include "collector/discovery/resolve.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "common/net.h"

namespace plotmeter {
namespace {

constexpr std::size_t kAtOnce = 16;

// Shared by those who look up and the one who waits: a resolver may answer after the limit.
struct Question {
  std::mutex mutex;
  std::condition_variable answered;
  std::deque<std::string> names;  // not taken yet
  std::map<std::string, Resolved> answers;
  bool over = false;
};

void PassOver(Resolved& resolved) {
  const auto others = std::ranges::stable_partition(resolved.addresses, &Ipv4::is_unicast);
  for (const Ipv4 address : others) {
    resolved.trouble += fmt::format("{}it leads to {}, which no single host has",
                                    resolved.trouble.empty() ? "" : "; ", address.ToText());
  }
  resolved.addresses.erase(others.begin(), others.end());
}

void LookUp(const std::shared_ptr<Question>& question, const Lookup& lookup) {
  std::unique_lock lock(question->mutex);
  while (!question->over && !question->names.empty()) {
    const std::string name = std::move(question->names.front());
    question->names.pop_front();
    lock.unlock();
    Resolved resolved = lookup(name);
    PassOver(resolved);
    lock.lock();
    question->answers[name] = std::move(resolved);
    question->answered.notify_one();
  }
}

}  // namespace

Resolved SystemLookup(const std::string& name) {
  Ipv4Answer answer = LookUpIpv4(name);
  Resolved resolved{.trouble = std::move(answer.trouble)};
  for (const std::uint32_t number : answer.numbers) resolved.addresses.push_back({number});
  if (resolved.addresses.empty() && resolved.trouble.empty()) {
    resolved.trouble = "the name has no IPv4 address";
  }
  return resolved;
}

std::map<std::string, Resolved> ResolveNames(const std::vector<std::string>& names,
                                             std::chrono::milliseconds limit,
                                             const Lookup& lookup) {
  const auto question = std::make_shared<Question>();
  question->names.assign(names.begin(), names.end());
  std::ranges::sort(question->names);
  const auto same = std::ranges::unique(question->names);
  question->names.erase(same.begin(), same.end());
  const std::deque<std::string> all = question->names;
  for (std::size_t i = 0; i < std::min(all.size(), kAtOnce); ++i) {
    std::thread(LookUp, question, lookup).detach();
  }
  std::unique_lock lock(question->mutex);
  question->answered.wait_for(lock, limit, [&] { return question->answers.size() == all.size(); });
  question->over = true;
  for (const std::string& name : all) {
    question->answers.try_emplace(
        name, Resolved{.trouble =
                           fmt::format("the resolver did not answer within {} ms", limit.count())});
  }
  return question->answers;
}

}  // namespace plotmeter
