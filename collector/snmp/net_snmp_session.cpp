#include "collector/snmp/net_snmp_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <system_error>
#include <utility>

#include "collector/snmp/codec.h"
#include "common/system.h"

namespace plotmeter {
namespace {

constexpr std::chrono::nanoseconds kLongestWait = std::chrono::seconds(60);
constexpr std::size_t kBurst = 64;          // packets sent before it is seen what has come
constexpr std::size_t kMostGivenUp = 4096;  // whose late answers are noticed
constexpr std::chrono::nanoseconds kFullSocketWait = std::chrono::milliseconds(1);

}  // namespace

std::string_view ToText(SnmpSeen seen) {
  switch (seen) {
    case SnmpSeen::kAnswered:
      return "answered";
    case SnmpSeen::kTimedOut:
      return "time-out";
    case SnmpSeen::kRefused:
      return "refused";
    case SnmpSeen::kMalformed:
      return "malformed";
    case SnmpSeen::kNotIncreasing:
      return "not-increasing";
    case SnmpSeen::kTooLong:
      return "too-long";
    case SnmpSeen::kStopped:
      break;
  }
  return "stopped";
}

NetSnmpSession::NetSnmpSession(const SnmpOptions& options, const Clock& clock)
    : options_(options),
      clock_(clock),
      port_({}),
      bucket_(options.packets_per_second, std::chrono::steady_clock::now()),
      random_(std::random_device{}()) {}

NetSnmpSession::~NetSnmpSession() { Stop(); }

void NetSnmpSession::Start() {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_) return;
    stopping_ = false;
  }
  thread_ = std::jthread([this] { Run(); });
}

void NetSnmpSession::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  port_.Wake();
  if (thread_.joinable()) thread_.join();
}

void NetSnmpSession::Get(const SnmpPeer& peer, std::vector<Oid> objects, SnmpCallback done) {
  Submit(std::make_unique<Job>(peer, Exchange::Get(std::move(objects), peer.objects_at_once),
                               std::move(done)));
}

void NetSnmpSession::Walk(const SnmpPeer& peer, std::vector<Oid> subtrees, SnmpCallback done) {
  Submit(std::make_unique<Job>(
      peer, Exchange::Walk(std::move(subtrees), peer.bulk_values, peer.objects_at_once),
      std::move(done)));
}

SnmpCounters NetSnmpSession::counters() const {
  return {.packets_sent = packets_sent_,
          .bytes_sent = bytes_sent_,
          .packets_received = packets_received_,
          .bytes_received = bytes_received_,
          .retries = retries_,
          .dropped = dropped_};
}

void NetSnmpSession::Submit(JobPointer job) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_) {
      submitted_.push_back(std::move(job));
    }
  }
  if (job) {
    job->done({.detail = "the SNMP session is not running"});
  } else if (runs_on_ == std::this_thread::get_id()) {
    has_more_ = true;  // from a callback: no need to wake who is awake
  } else {
    port_.Wake();
  }
}

void NetSnmpSession::Run() {
  const auto on_error = [this](const Endpoint& to, int error) { OnError(to, error); };
  runs_on_ = std::this_thread::get_id();
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) break;
    }
    TakeSubmitted();
    if (!out_of_turn_.empty()) TryTurns();
    SendQueued();
    port_.Wait(has_more_ ? std::chrono::nanoseconds(0)
                         : UntilNext(std::chrono::steady_clock::now()));
    port_.TakeErrors(on_error);
    port_.Receive(
        [this](const Endpoint& from, std::string_view datagram) { OnDatagram(from, datagram); });
    Expire(std::chrono::steady_clock::now());
    finished_.clear();
  }
  FailAll();
  runs_on_ = std::thread::id();  // which another thread may have next
}

void NetSnmpSession::TakeSubmitted() {
  std::vector<JobPointer> jobs;
  has_more_ = false;
  {
    const std::lock_guard lock(mutex_);
    jobs.swap(submitted_);
  }
  for (JobPointer& job : jobs) {
    const auto endpoint = Endpoint::Parse(job->peer.address, job->peer.port);
    if (!endpoint) {
      job->done({.seen = SnmpSeen::kRefused,
                 .detail = fmt::format("'{}' is not an IP address", job->peer.address)});
    } else if (job->exchange.is_finished()) {
      job->done({.seen = SnmpSeen::kAnswered, .at = clock_.Now()});  // nothing was asked
    } else {
      Begin(*endpoint, std::move(job));
    }
  }
}

void NetSnmpSession::Begin(Endpoint endpoint, JobPointer job) {
  job->endpoint = endpoint;
  if (job->peer.credentials.empty()) job->peer.credentials.emplace_back();
  auto& line = peers_[endpoint];
  line.push_back(std::move(job));
  if (line.size() == 1) Ask(*line.front());
}

// Taken when the first packet leaves, not when the question is put into the queue of a ceiling.
bool NetSnmpSession::HasTurn(const Endpoint& endpoint) {
  if (!options_.turns || turns_.contains(endpoint)) return true;
  if (!options_.turns->Take(endpoint, this, [this] { port_.Wake(); })) return false;
  turns_.insert(endpoint);
  return true;
}

void NetSnmpSession::TryTurns() {
  for (const auto& [endpoint, request_id] : std::exchange(out_of_turn_, {})) {
    to_send_.push_front(request_id);
  }
}

void NetSnmpSession::Ask(Job& job) {
  if (job.request_id != 0) by_id_.erase(job.request_id);
  std::uniform_int_distribution<std::int32_t> any(1, std::numeric_limits<std::int32_t>::max());
  do {
    job.request_id = any(random_);
  } while (by_id_.contains(job.request_id));
  by_id_[job.request_id] = &job;

  job.request =
      job.exchange.request(job.peer.credentials[job.credentials].version != SnmpVersion::k1);
  job.sent = 0;
  // Who is being talked to is asked on first: the fewer are under way at once, the less memory their
  // answers take. A ceiling is for those who wait in turn.
  if (job.answered && options_.packets_per_second == 0) {
    to_send_.push_front(job.request_id);
  } else {
    to_send_.push_back(job.request_id);
  }
}

UsmWritten NetSnmpSession::Encode(const Job& job, Time now) {
  const SnmpCredentials& credentials = job.peer.credentials[job.credentials];
  if (credentials.version == SnmpVersion::k3) {
    static const UsmEngine kStranger;
    const auto engine = engines_.find(job.endpoint);
    return (engine == engines_.end() ? kStranger : engine->second)
        .Write({credentials, job.request_id, job.request}, secrets_, now);
  }
  UsmWritten written{.packet = EncodeRequest(credentials, job.request_id, job.request)};
  if (written.packet.empty()) written.problem = "the request cannot be put into a packet";
  return written;
}

void NetSnmpSession::SendQueued() {
  const Time now = std::chrono::steady_clock::now();
  if (now < blocked_until_) return;
  for (std::size_t sent = 0; !to_send_.empty() && in_flight_ < options_.max_in_flight; ++sent) {
    if (sent == kBurst) {
      has_more_ = true;
      return;
    }
    const auto found = by_id_.find(to_send_.front());
    if (found == by_id_.end() || found->second->waiting) {
      to_send_.pop_front();
      continue;
    }
    if (!HasTurn(found->second->endpoint)) {
      out_of_turn_[found->second->endpoint] = to_send_.front();
      to_send_.pop_front();
      continue;
    }
    if (!bucket_.Take(now)) return;
    to_send_.pop_front();
    if (SendOne(*found->second, now)) continue;
    blocked_until_ = now + kFullSocketWait;
    return;
  }
  bucket_.Rest();
}

bool NetSnmpSession::SendOne(Job& job, Time now) {
  const std::int32_t id = job.request_id;
  UsmWritten written = Encode(job, now);
  if (!written.problem.empty()) {
    TryNext(job, SnmpSeen::kRefused, std::move(written.problem));
    return true;
  }
  int error = 0;
  const auto sent = port_.Send(
      job.endpoint, written.packet, [this](const Endpoint& to, int e) { OnError(to, e); }, error);
  if (!by_id_.contains(id)) return true;  // an error that was taken off ended this very job
  if (sent == UdpPort::Sent::kLater) {
    to_send_.push_front(id);
    return false;
  }
  if (sent == UdpPort::Sent::kFailed) {
    Finish(job, SnmpSeen::kRefused, ErrorText(error));
    return true;
  }
  ++packets_sent_;
  bytes_sent_ += written.packet.size();
  if (job.sent++ > 0) ++retries_;
  job.deadline = now + job.peer.timeout;
  job.sent_at = now;
  job.waiting = true;
  ++in_flight_;
  deadlines_.push({job.deadline, id});
  return true;
}

void NetSnmpSession::StopWaiting(Job& job) {
  if (!job.waiting) return;
  job.waiting = false;
  job.waited += std::chrono::steady_clock::now() - job.sent_at;
  --in_flight_;
}

void NetSnmpSession::Expire(Time now) {
  while (!deadlines_.empty() && deadlines_.top().at <= now) {
    const Deadline due = deadlines_.top();
    deadlines_.pop();
    const auto found = by_id_.find(due.request_id);
    if (found == by_id_.end()) continue;
    Job& job = *found->second;
    if (job.waiting && job.deadline == due.at) OnDeadline(job);
  }
}

void NetSnmpSession::OnDeadline(Job& job) {
  StopWaiting(job);
  if (job.sent <= job.peer.retries) {
    if (!job.exchange.AskFewer()) return to_send_.push_back(job.request_id);
    const int sent = job.sent;
    Ask(job);
    job.sent = sent;  // it is the same question
    return;
  }
  if (job.exchange.GiveUpBulk()) return Ask(job);
  std::string detail =
      fmt::format("no answer within {} ms after {} tries", job.peer.timeout.count(), job.sent);
  if (!job.problem.empty()) detail += "; " + job.problem;
  if (const auto late = late_.find(job.endpoint); late != late_.end()) {
    detail +=
        fmt::format("; the time before an answer came after {} ms",
                    std::chrono::duration_cast<std::chrono::milliseconds>(late->second).count());
    late_.erase(late);
  }
  if (given_up_.size() >= kMostGivenUp) given_up_.clear();
  given_up_[job.endpoint] = {job.request_id, job.sent_at};
  SnmpSeen seen = job.silence;
  if (const auto engine = engines_.find(job.endpoint); engine != engines_.end()) {
    const std::string meaning = engine->second.SilenceMeans(job.peer.credentials[job.credentials]);
    if (!meaning.empty()) {
      seen = SnmpSeen::kRefused;
      detail = meaning;
      job.at = clock_.Now();
    }
  }
  TryNext(job, seen, std::move(detail));
}

void NetSnmpSession::Finish(Job& job, SnmpSeen seen, std::string detail) {
  StopWaiting(job);
  by_id_.erase(job.request_id);
  const auto line = peers_.find(job.endpoint);
  finished_.push_back(std::move(line->second.front()));
  line->second.pop_front();
  Job* const next = line->second.empty() ? nullptr : line->second.front().get();
  if (turns_.erase(job.endpoint) + out_of_turn_.erase(job.endpoint) > 0) {
    options_.turns->GiveBack(job.endpoint, this);
  }
  if (!next) peers_.erase(line);

  SnmpResult result{.seen = seen,
                    .detail = std::move(detail),
                    .table = job.exchange.TakeTable(),
                    .cut = job.exchange.TakeCut(),
                    .at = job.at,
                    .bulk = job.exchange.bulk()};
  if (job.answered) result.credentials = job.peer.credentials[job.credentials];
  job.done(std::move(result));
  if (next) Ask(*next);
}

std::chrono::nanoseconds NetSnmpSession::UntilNext(Time now) const {
  std::chrono::nanoseconds wait = kLongestWait;
  if (!deadlines_.empty())
    wait = std::min<std::chrono::nanoseconds>(wait, deadlines_.top().at - now);
  if (!to_send_.empty() && in_flight_ < options_.max_in_flight) {
    const Time when =
        std::max(options_.packets_per_second > 0 ? bucket_.next() : now, blocked_until_);
    wait = std::min<std::chrono::nanoseconds>(wait, when - now);
  }
  return std::max(wait, std::chrono::nanoseconds(0));
}

void NetSnmpSession::FailAll() {
  TakeSubmitted();
  while (!peers_.empty()) {
    Finish(*peers_.begin()->second.front(), SnmpSeen::kStopped, "the SNMP session was stopped");
  }
  finished_.clear();
  to_send_.clear();
  deadlines_ = {};
}

}  // namespace plotmeter
