// One Get or Walk as a chain of requests and replies, without sockets and without time: pure.
//
//    Exchange walk = Exchange::Walk({column});
//    do { send(walk.request(true)); } while (walk.Accept(reply));
//    walk.seen(), walk.TakeTable()
//
// A walk that may ask by GETBULK goes on by GETNEXT at the first reply to it that is not right: an
// error, nothing, too many rows, rows out of order, or none at all (GiveUpBulk). Such a reply is
// dropped whole and asked for again, so a broken GETBULK costs a packet and no row.
//
// A GET that fails as a whole (v1's noSuchName, tooBig, genErr) is asked again in smaller parts,
// down to single objects; one that still fails is absent. A walk asks GETNEXT for several subtrees
// at once; a subtree ends where the agent leaves it, says endOfMibView or noSuchName, or does not
// go forward.

#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <vector>

#include "collector/snmp/message.h"

namespace plotmeter {

class Exchange {
 public:
  static constexpr std::size_t kFew = SnmpPeer::kFewObjects;

  static Exchange Get(std::vector<Oid> objects, std::size_t at_once = kFew);
  static Exchange Walk(std::vector<Oid> subtrees, int max_repetitions = 0,
                       std::size_t at_once = kFew);

  bool is_finished() const { return parts_.empty(); }

  // What to ask now. `may_bulk` is false for v1, which has no GETBULK. Not once it is finished.
  SnmpRequest request(bool may_bulk);

  // Takes the reply to request(); true when there is more to ask.
  bool Accept(SnmpReply reply);

  // Nobody replied. True when there is another way to ask: GETNEXT after a GETBULK.
  bool GiveUpBulk();

  // Nobody replied yet. True when request() asks for fewer objects now than it did.
  bool AskFewer();

  // What this showed of GETBULK. kFailed after silence only if GETNEXT was answered then.
  SnmpBulk bulk() const;

  SnmpSeen seen() const { return seen_; }
  const std::string& detail() const { return detail_; }
  SnmpTable TakeTable() { return SnmpTable(std::move(kept_)); }
  std::vector<Oid> TakeCut() { return std::move(cut_); }  // SnmpResult::cut

  // Ends it as too long, with what came by now.
  void Abandon(std::string detail) { Stop(SnmpSeen::kTooLong, std::move(detail)); }

 private:
  // An object to get, or a subtree and how far the walk has come in it.
  struct Part {
    Oid root;
    Oid at;
  };

  Exchange(bool walk, std::vector<Oid> roots, int max_repetitions, std::size_t at_once);
  bool AcceptError(SnmpError error);
  void AcceptGet(SnmpReply& reply);
  void AcceptWalk(SnmpReply& reply);
  bool IsRightBulk(const SnmpReply& reply) const;
  bool Keep(SnmpTable::Row& row);  // false: the table is full
  void Stop(SnmpSeen seen, std::string detail);
  std::size_t asked() const;

  bool walk_ = false;
  int max_repetitions_ = 0;
  bool bulk_asked_ = false;  // the last request was a GETBULK
  bool bulk_worked_ = false;
  bool bulk_given_up_ = false;
  bool answered_since_ = false;            // since it was given up
  std::size_t group_ = kFew;               // how many parts go into one request
  std::deque<Part> parts_;                 // those not done; the first asked() are in the request
  std::vector<SnmpTable::Row> kept_ = {};  // in the order in which they came
  std::vector<Oid> cut_ = {};
  std::size_t rows_ = 0;
  std::size_t octets_ = 0;
  SnmpSeen seen_ = SnmpSeen::kAnswered;
  std::string detail_ = {};
};

}  // namespace plotmeter
