// Looks at every address of some ranges: which of them answer SNMP, and which of those are
// large-format printers.
//
//    Sweep sweep(session, {.ranges = {AddressRange::Parse("range", "10.0.0.0/24")}});
//    sweep.Start(Keep, Show, Done);
//
// First one small packet to each address, as fast as the packet ceiling lets it. When all have been
// asked, those that have answered by then and later get their full fingerprint, so that printers
// are named while the silent are waited for; the silent are asked again, with every credential, as
// soon as the last of the first pass has timed out. No address has two questions open at once. A
// closed port is not asked again.
//
// A sweep that was cut off goes on where it was: state() is kept now and then, and given to the
// next one as SweepOptions::from. Then no address that was settled is asked again, and one that was
// under way costs one packet more.

#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "collector/discovery/address_range.h"
#include "collector/snmp/probe.h"
#include "collector/snmp/session.h"
#include "collector/snmp/two_contexts.h"

namespace plotmeter {

// How far a sweep has come. Places are those of AddressWalk over the same options.
struct SweepState {
  std::uint64_t next = 0;  // all before it were asked once at least
  std::string told = {};   // a bit a place, lowest first: a verdict was given

  bool HasTold(std::uint64_t place) const;
  void SetTold(std::uint64_t place);

  // As if no place from this one on had been asked.
  void CutAt(std::uint64_t place);
};

// What differs for one address.
struct SweepTarget {
  std::uint16_t port = 161;
  std::vector<SnmpCredentials> credentials = {};
};

struct SweepOptions {
  std::vector<AddressRange> ranges = {};
  std::vector<AddressRange> excludes = {};
  std::vector<Ipv4> addresses = {};  // besides the ranges
  std::map<Ipv4, SweepTarget> targets = {};
  std::uint16_t port = 161;
  std::vector<SnmpCredentials> credentials = {{SnmpVersion::k2c, "public"},
                                              {SnmpVersion::k1, "public"}};
  std::chrono::milliseconds timeout{2000};

  // How often a silent address is asked again, with each of the credentials; 0: the first pass is
  // all.
  int retries = 1;

  // How many addresses may have a question open; see WindowFor.
  std::size_t window = 4096;

  SweepState from = {};  // of a sweep over the same ranges, excludes and addresses
};

// The window that does not slow a sweep down, all its addresses silent: at N packets a second and a
// time-out of T seconds N × T of them wait, and as many again are in the queue. No ceiling (0): 65
// 536.
std::size_t WindowFor(int packets_per_second, std::chrono::milliseconds timeout);

// What stands at one address.
struct SweepRow {
  std::string address = {};
  std::uint16_t port = 161;
  Fingerprint fingerprint = {};      // verdict kSilent: nobody answered
  SnmpCredentials credentials = {};  // those that were answered
};

struct SweepProgress {
  enum class Pass { kFirst, kAgain, kDone };

  Pass pass = Pass::kFirst;
  std::uint64_t addresses = 0;  // to look at, excluded ones and doubles counted
  std::uint64_t asked = 0;  // given to the session in the first pass; its ceiling lets them leave
  std::uint64_t answered = 0;
  std::uint64_t told = 0;  // rows so far, those of the sweep that was cut off too
};

class Sweep {
 public:
  // Throws UsageError when there are too many addresses. The session outlives the sweep.
  Sweep(SnmpSession& session, SweepOptions options);

  // Once. Rows come as they are settled, in no order; progress after each answer or time-out;
  // `done` once, after the last row, also when the session is stopped. All from the session's
  // thread (or, if there is nothing to ask, from this one); the sweep outlives `done`.
  void Start(std::function<void(SweepRow)> row, std::function<void(SweepProgress)> progress,
             std::function<void()> done);

  SweepState state() const;  // from any thread

 private:
  using Pass = SweepProgress::Pass;

  struct Place {
    std::uint64_t place = 0;
    Ipv4 address = {};
  };
  struct Answered {
    Place at;
    SnmpCredentials credentials;
  };

  void Pump();
  bool TakeNext(std::function<void()>& ask);  // with the lock held
  void AskFirst(const Place& at);
  void AskAgain(const Place& at);
  void Recognise(const Answered& answered);
  void OnAnswer(const Place& at, SnmpResult result, bool last_chance);
  void Tell(const Place& at, SweepRow row);
  void Settle();
  SnmpPeer PeerOf(Ipv4 address) const;

  TwoContexts session_;
  const SweepOptions options_;
  std::function<void(SweepRow)> row_;
  std::function<void(SweepProgress)> progress_;
  std::function<void()> done_;

  mutable std::mutex mutex_;  // guards what is below
  AddressWalk addresses_;
  std::set<std::uint64_t> asking_;  // places whose first question is open
  SweepState state_;                // but for its next
  std::deque<Place> silent_;
  std::deque<Answered> answered_;
  SweepProgress at_ = {};
  std::size_t open_ = 0;
  bool pumping_ = false;
  bool stopped_ = false;
};

}  // namespace plotmeter
