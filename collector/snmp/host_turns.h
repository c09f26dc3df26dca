// Whose turn it is to ask a host, where several sessions of one process may want to: a sweep and
// the polls. Each session asks one host one thing at a time; with the same turns, so do all.
//
//    HostTurns turns;
//    NetSnmpSession polls({.turns = &turns}, clock);
//    NetSnmpSession sweep({.packets_per_second = 100, .turns = &turns}, clock);
//
// A turn is one Get or Walk with its retries. Whoever asks first has it; nobody is promised the
// next.
//
// From any thread. It outlives the sessions.

#pragma once

#include <functional>
#include <map>
#include <mutex>

#include "collector/snmp/udp_port.h"

namespace plotmeter {

class HostTurns {
 public:
  using Who = const void*;

  // True: it is `who`'s turn until GiveBack. Else `wake` is called when it is worth trying again,
  // from another thread, with a lock held: it must only wake.
  bool Take(const Endpoint& host, Who who, const std::function<void()>& wake);

  // A turn that was taken, or waited for.
  void GiveBack(const Endpoint& host, Who who);

 private:
  struct Turn {
    Who holder = nullptr;
    std::map<Who, std::function<void()>> waiting = {};
  };

  std::mutex mutex_;
  std::map<Endpoint, Turn> turns_ = {};
};

}  // namespace plotmeter
