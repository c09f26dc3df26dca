// One Get or Walk as a chain of requests and replies, without sockets and without time: pure.
//
//    Exchange walk = Exchange::Walk({column});
//    do { send(walk.request(true)); } while (walk.Accept(reply));
//    walk.seen(), walk.TakeTable()
//
// A walk that may ask by GETBULK takes neighbouring columns for one run, whose rows follow each
// other: what ends one column begins the next, so nothing is answered in vain. Columns that stand
// alone are asked first and for two rows, as most of them have one or two.
//
// It goes on by GETNEXT at the first reply to a GETBULK that is not right: an error, nothing, too
// many rows, rows out of order, or none at all (GiveUpBulk). Such a reply is dropped whole and
// asked for again, column by column, so a broken GETBULK costs a packet and no row.
//
// A GET that fails as a whole (v1's noSuchName, tooBig, genErr) is asked again in smaller parts,
// down to single objects; one that still fails is absent. A walk asks GETNEXT for several subtrees
// at once; a subtree ends where the agent leaves it, says endOfMibView or noSuchName, or does not
// go forward.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "collector/snmp/message.h"

namespace plotmeter {

class Exchange {
 public:
  static constexpr std::size_t kFew = SnmpPeer::kFewObjects;

  static Exchange Get(std::vector<Oid> objects, std::size_t at_once = kFew);
  static Exchange Walk(std::vector<Oid> subtrees, int bulk_values = 0, std::size_t at_once = kFew);

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
  SnmpTable TakeTable();
  std::vector<Oid> TakeCut() { return std::move(cut_); }  // SnmpResult::cut

  // Ends it as too long, with what came by now.
  void Abandon(std::string detail) { Stop(SnmpSeen::kTooLong, std::move(detail)); }

 private:
  // An object to get, or subtrees beside each other and how far the walk has come in them.
  struct Part {
    Oid root;
    Oid at;
    std::uint32_t width = 1;  // subtrees: root and those that follow it under the same parent
    std::size_t rows = 0;     // that came
    std::size_t first = 0;    // of them in the first subtree, once the walk has left it
    std::uint32_t place = 0;  // among the parts, by their roots

    bool Holds(const Oid& oid) const;
    void Went(const Oid& to);
    // How many rows may still come, and the one that shows their end.
    std::size_t Expected() const;
  };

  Exchange(bool walk, std::vector<Oid> roots, int bulk_values, std::size_t at_once);
  void JoinNeighbours();
  void GivePlaces();
  void SplitRuns();
  std::vector<Oid> LeftOf(const Part& part) const;  // the subtrees it has not been through
  int Repetitions() const;
  bool AcceptError(SnmpError error);
  void AcceptGet(SnmpReply& reply);
  void AcceptWalk(SnmpReply& reply);
  bool IsRightBulk(const SnmpReply& reply) const;
  bool Keep(std::uint32_t place, SnmpTable::Row& row);  // false: the table is full
  void Stop(SnmpSeen seen, std::string detail);
  std::size_t asked() const;

  bool walk_ = false;
  int bulk_values_ = 0;      // about so many to a GETBULK; 0: never one
  bool bulk_asked_ = false;  // the last request was a GETBULK
  bool bulk_worked_ = false;
  bool bulk_given_up_ = false;
  bool answered_since_ = false;             // since it was given up
  std::size_t group_ = kFew;                // how many parts go into one request
  std::vector<Part> parts_;                 // those not done; the first asked() are in the request
  std::vector<SnmpTable::Row> kept_ = {};   // in the order in which they came
  std::vector<std::uint32_t> places_ = {};  // of each: the place of its part
  std::vector<Oid> cut_ = {};
  std::size_t rows_ = 0;
  std::size_t octets_ = 0;
  SnmpSeen seen_ = SnmpSeen::kAnswered;
  std::string detail_ = {};
};

}  // namespace plotmeter
