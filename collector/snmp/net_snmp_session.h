// The SNMP engine: thousands of devices in flight from one thread and a few sockets.
//
//    NetSnmpSession session({.packets_per_second = 100}, clock);
//    session.Start();
//    session.Get({.address = "10.0.0.7"}, {mib::kSysDescr}, Use);
//
// A reply counts only if its request-id is that of a request under way and it comes from the
// address and port that were asked, in the version and community that were used (v3: usm.h); late
// duplicates are dropped. Every packet, first or retry, discovery of an engine or question, passes
// one ceiling. A closed port is known at once (ICMP); silence costs one device its own time-out and
// delays no other.
//
// Credentials are tried in the order of the list. An agent of v3 that says why it lets nobody in
// (unknown user, wrong passphrase) moves the request on to the next at once. One that answers no
// discovery of v3 is asked for no other user of v3. If none is answered and some were refused, the
// result is kRefused with every reason.

#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <queue>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "collector/snmp/exchange.h"
#include "collector/snmp/host_turns.h"
#include "collector/snmp/session.h"
#include "collector/snmp/token_bucket.h"
#include "collector/snmp/udp_port.h"
#include "collector/snmp/usm.h"
#include "common/clock.h"

namespace plotmeter {

struct SnmpOptions {
  // The ceiling for all packets together; 0: none. Discovery asks thousands of strangers and uses
  // 100.
  int packets_per_second = 0;

  // How many requests may be waiting for their answer: a /16 of silent addresses, so that only the
  // ceiling holds a sweep up. Each costs 4 KB while it waits.
  std::size_t max_in_flight = 65'536;

  // Some printers with several addresses answer from another than was asked. Weakens the check of
  // the sender to the request-id alone.
  bool accept_other_source = false;

  // How long one Get or Walk may wait for its agent, all packets together: 20,000 rows of an agent
  // that takes its time with each would be a day. What came by then is told as kTooLong.
  std::chrono::milliseconds longest_wait{180'000};

  // Shared with sessions that may ask the same hosts; must outlive them all.
  HostTurns* turns = nullptr;
};

// Counted since Start; octets of UDP payload, without the 28 of IPv4 and UDP headers.
struct SnmpCounters {
  std::uint64_t packets_sent = 0;
  std::uint64_t bytes_sent = 0;
  std::uint64_t packets_received = 0;
  std::uint64_t bytes_received = 0;
  std::uint64_t retries = 0;  // among packets_sent
  std::uint64_t dropped = 0;  // received, but no answer to anything under way
};

class NetSnmpSession : public SnmpSession {
 public:
  // `clock` dates answers and outlives the session. Throws std::system_error without a socket.
  NetSnmpSession(const SnmpOptions& options, const Clock& clock);
  ~NetSnmpSession() override;  // Stop()

  void Start();

  // Ends the thread; whatever was not answered is called back with kStopped before it returns, and
  // so is whatever is asked later. Not from a callback.
  void Stop();

  void Get(const SnmpPeer& peer, std::vector<Oid> objects, SnmpCallback done) override;
  void Walk(const SnmpPeer& peer, std::vector<Oid> subtrees, SnmpCallback done) override;

  SnmpCounters counters() const;
  int packets_per_second() const { return options_.packets_per_second; }  // the ceiling; 0: none

 private:
  using Time = TokenBucket::Time;

  // One Get or Walk on its way.
  struct Job {
    Job(SnmpPeer to, Exchange what, SnmpCallback call)
        : peer(std::move(to)), exchange(std::move(what)), done(std::move(call)) {}

    SnmpPeer peer;
    Exchange exchange;
    SnmpCallback done;
    Endpoint endpoint = {};
    std::size_t credentials = 0;  // which of the peer's
    bool answered = false;        // once at least: the credentials are right
    std::int32_t request_id = 0;  // of v3 also the msgID
    SnmpRequest request = {};     // encoded at each sending: v3 says the time in it
    int sent = 0;                 // how often this request
    int detours = 0;              // Reports of v3 since the last answer
    std::string refusals = {};    // what the credentials tried before were told
    Time deadline = {};
    bool waiting = false;  // sent, and the deadline is running
    Time sent_at = {};
    Time::duration waited = {};              // of all packets before
    SnmpSeen silence = SnmpSeen::kTimedOut;  // what no answer at the deadline will mean
    std::string problem = {};                // and what was odd among what came from there
    Instant at = {};
  };
  using JobPointer = std::unique_ptr<Job>;

  // What was asked last of whom did not answer.
  struct GivenUp {
    std::int32_t request_id = 0;
    Time asked = {};
  };

  struct Deadline {
    Time at;
    std::int32_t request_id;
    bool operator>(const Deadline& other) const { return at > other.at; }
  };

  void Submit(JobPointer job);
  void Run();
  void TakeSubmitted();
  void Begin(Endpoint endpoint, JobPointer job);
  bool HasTurn(const Endpoint& endpoint);  // takes it if it can be had
  void TryTurns();
  void Ask(Job& job);  // queues the exchange's next request
  // The packet of a job's request; nothing, with the reason, when there can be none.
  UsmWritten Encode(const Job& job, Time now);
  void SendQueued();
  bool SendOne(Job& job, Time now);  // false: not now, the socket is full
  void StopWaiting(Job& job);
  void OnDatagram(const Endpoint& from, std::string_view datagram);
  void OnPlain(const Endpoint& from, std::string_view datagram);  // v1 and v2c
  void OnV3(const Endpoint& from, std::string_view datagram);
  // The job an answer is for, if it came from where it may.
  Job* Asked(std::int32_t request_id, const Endpoint& from);
  void OnReply(Job& job, SnmpReply reply);
  void NoteLate(const Endpoint& from, std::int32_t request_id);
  void NoteOdd(const Endpoint& from, std::string problem);    // dropped, but not forgotten
  void TryNext(Job& job, SnmpSeen seen, std::string detail);  // other credentials, or the end
  void OnError(const Endpoint& to, int error);
  void Expire(Time now);
  void OnDeadline(Job& job);
  void Finish(Job& job, SnmpSeen seen, std::string detail);
  std::chrono::nanoseconds UntilNext(Time now) const;
  void FailAll();

  const SnmpOptions options_;
  const Clock& clock_;
  UdpPort port_;

  std::mutex mutex_;  // guards the two below
  std::vector<JobPointer> submitted_;
  bool stopping_ = true;

  std::atomic<std::thread::id> runs_on_{};

  // The thread's own.
  bool has_more_ = false;  // something was submitted from a callback
  TokenBucket bucket_;
  std::mt19937 random_;
  std::map<Endpoint, std::deque<JobPointer>> peers_;  // the first of each is under way
  std::unordered_map<std::int32_t, Job*> by_id_;
  std::map<Endpoint, GivenUp> given_up_;
  std::map<Endpoint, Time::duration> late_;  // how late those answered then
  std::set<Endpoint> turns_;                 // that were taken
  // What is to be sent to whom another session is asking just now.
  std::map<Endpoint, std::int32_t> out_of_turn_;
  std::map<Endpoint, UsmEngine> engines_;  // of v3, for as long as they answer
  UsmSecrets secrets_;
  std::deque<std::int32_t> to_send_;  // request-ids; one that is over is passed over
  std::priority_queue<Deadline, std::vector<Deadline>, std::greater<>> deadlines_;
  std::size_t in_flight_ = 0;
  Time blocked_until_ = {};
  std::vector<JobPointer> finished_;  // kept until their callers' frames are left

  std::atomic<std::uint64_t> packets_sent_{0}, bytes_sent_{0}, packets_received_{0},
      bytes_received_{0}, retries_{0}, dropped_{0};

  std::jthread thread_;
};

}  // namespace plotmeter
