#include "collector/snmp/host_turns.h"

namespace plotmeter {

bool HostTurns::Take(const Endpoint& host, Who who, const std::function<void()>& wake) {
  const std::lock_guard lock(mutex_);
  Turn& turn = turns_[host];
  if (turn.holder != nullptr && turn.holder != who) {
    turn.waiting[who] = wake;
    return false;
  }
  turn.holder = who;
  turn.waiting.erase(who);
  return true;
}

void HostTurns::GiveBack(const Endpoint& host, Who who) {
  const std::lock_guard lock(mutex_);
  const auto found = turns_.find(host);
  if (found == turns_.end()) return;
  Turn& turn = found->second;
  turn.waiting.erase(who);
  if (turn.holder == who) {
    turn.holder = nullptr;
    for (const auto& [other, wake] : turn.waiting) wake();
  }
  if (turn.holder == nullptr && turn.waiting.empty()) turns_.erase(found);
}

}  // namespace plotmeter
