// Some HP cards keep objects out of the default context of SNMPv3 and show them in the context
// "Jetdirect" alone (the IEEE-1284 ID, on some the supplies). This session asks the one, then the
// other for what did not come, and gives both as one table.
//
//    TwoContexts session(engine);
//    session.Walk(peer, {supplies}, …);   default context; if it has no such row, "Jetdirect"
//
// It does so after an answer of v3 to credentials that name no context; everything else passes
// through. What the default context has stays as it is: a subtree with one row there is not asked
// for again. An agent that does not know the other context is not asked for it again for as long
// as this lives, and nor is one that left it unanswered kMostSilences times in a row: a printer may
// be switched off between the two questions. What was not answered is told as cut. The result has
// the default context's outcome and credentials; the other can only add values.
//
// May be called from any thread, like every session. The session behind it outlives it, and this
// outlives every call.

#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "collector/snmp/session.h"

namespace plotmeter {

inline constexpr std::string_view kJetdirectContext = "Jetdirect";

class TwoContexts : public SnmpSession {
 public:
  explicit TwoContexts(SnmpSession& session) : session_(session) {}

  void Get(const SnmpPeer& peer, std::vector<Oid> objects, SnmpCallback done) override;
  void Walk(const SnmpPeer& peer, std::vector<Oid> subtrees, SnmpCallback done) override;

 private:
  using Ask = void (SnmpSession::*)(const SnmpPeer&, std::vector<Oid>, SnmpCallback);

  void AskBoth(Ask ask, const SnmpPeer& peer, std::vector<Oid> what, SnmpCallback done);
  void Note(const SnmpPeer& peer, const SnmpResult& second);
  bool MayHaveOther(const SnmpPeer& peer, const SnmpResult& first);

  SnmpSession& session_;
  std::mutex mutex_;  // guards what is below
  static constexpr int kMostSilences = 3;
  static constexpr int kNone = kMostSilences;
  std::map<std::pair<std::string, std::uint16_t>, int>
      silences_;  // kNone: there is no such context
};

}  // namespace plotmeter
