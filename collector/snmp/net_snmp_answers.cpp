// What comes back: which job an answer is for, whether it counts, and what follows from it. The
// sending half is net_snmp_session.cpp.

#include <fmt/format.h>

#include <utility>

#include "collector/snmp/codec.h"
#include "collector/snmp/net_snmp_session.h"
#include "common/net.h"
#include "common/system.h"

namespace plotmeter {
namespace {

// Reports of v3 in a row. Two are usual, the engine and its clock; an agent that was exchanged
// meanwhile takes two more.
constexpr int kMaxDetours = 6;

}  // namespace

void NetSnmpSession::OnDatagram(const Endpoint& from, std::string_view datagram) {
  ++packets_received_;
  bytes_received_ += datagram.size();
  LooksLikeV3(datagram) ? OnV3(from, datagram) : OnPlain(from, datagram);
}

// Nobody waits for it any more, but it is worth knowing when the next question goes unanswered too.
void NetSnmpSession::NoteLate(const Endpoint& from, std::int32_t request_id) {
  const auto asked = given_up_.find(from);
  if (asked == given_up_.end() || asked->second.request_id != request_id) return;
  late_[from] = std::chrono::steady_clock::now() - asked->second.asked;
  given_up_.erase(asked);
}

void NetSnmpSession::NoteOdd(const Endpoint& from, std::string problem) {
  ++dropped_;
  const auto line = peers_.find(from);
  if (line == peers_.end()) return;
  line->second.front()->silence = SnmpSeen::kMalformed;
  line->second.front()->problem = std::move(problem);
}

NetSnmpSession::Job* NetSnmpSession::Asked(std::int32_t request_id, const Endpoint& from) {
  const auto found = by_id_.find(request_id);
  if (found == by_id_.end() || found->second->sent == 0) {
    NoteLate(from, request_id);
    const auto line = peers_.find(from);
    if (line != peers_.end()) {
      line->second.front()->problem = "what came was for another request id: too late, or wrong";
    }
    return nullptr;
  }
  Job& job = *found->second;
  if (from == job.endpoint || options_.accept_other_source) return &job;
  job.problem = "an answer came from another address or port than was asked";
  return nullptr;
}

void NetSnmpSession::OnPlain(const Endpoint& from, std::string_view datagram) {
  Decoded decoded = DecodeMessage(datagram);
  if (!decoded.message) return NoteOdd(from, std::move(decoded.problem));
  SnmpMessage& message = *decoded.message;
  Job* const job = message.is_response ? Asked(message.request_id, from) : nullptr;
  const SnmpCredentials* used = job ? &job->peer.credentials[job->credentials] : nullptr;
  if (!used || message.version != used->version || message.community != used->community) {
    ++dropped_;
    return;
  }
  OnReply(*job, std::move(message.reply));
}

void NetSnmpSession::OnV3(const Endpoint& from, std::string_view datagram) {
  ReadV3Result read = ReadV3(datagram);
  if (!read.message) return NoteOdd(from, std::move(read.problem));
  Job* const job = Asked(read.message->id, from);
  const SnmpCredentials* used = job ? &job->peer.credentials[job->credentials] : nullptr;
  if (!used || used->version != SnmpVersion::k3) {
    ++dropped_;
    return;
  }
  UsmHeard heard = engines_[job->endpoint].Read({*used, job->request_id, job->request}, secrets_,
                                                datagram, std::chrono::steady_clock::now());
  if (!engines_[job->endpoint].is_known()) engines_.erase(job->endpoint);
  switch (heard.kind) {
    case UsmHeard::Kind::kReply:
      return OnReply(*job, std::move(heard.reply));
    case UsmHeard::Kind::kAgain:
      StopWaiting(*job);
      if (++job->detours <= kMaxDetours) return Ask(*job);
      heard.detail = "it answers with Reports and never with values";
      [[fallthrough]];
    case UsmHeard::Kind::kRefused:
      job->at = clock_.Now();
      return TryNext(*job, SnmpSeen::kRefused, std::move(heard.detail));
    case UsmHeard::Kind::kNothing:
      return NoteOdd(job->endpoint, std::move(heard.detail));
  }
}

void NetSnmpSession::OnReply(Job& job, SnmpReply reply) {
  StopWaiting(job);
  job.at = clock_.Now();
  if (reply.error == SnmpError::kAuthorizationError && !job.answered) {
    return TryNext(job, SnmpSeen::kRefused, "it does not let us read (authorizationError)");
  }
  job.answered = true;
  job.silence = SnmpSeen::kTimedOut;
  job.problem.clear();
  job.detours = 0;
  given_up_.erase(job.endpoint);
  late_.erase(job.endpoint);
  const bool goes_on = job.exchange.Accept(std::move(reply));
  if (goes_on && job.waited <= options_.longest_wait) return Ask(job);
  if (goes_on) {
    job.exchange.Abandon(fmt::format("not all had been answered after {} ms of waiting for it",
                                     options_.longest_wait.count()));
  }
  Finish(job, job.exchange.seen(), job.exchange.detail());
}

void NetSnmpSession::TryNext(Job& job, SnmpSeen seen, std::string detail) {
  StopWaiting(job);
  const auto version = [&](std::size_t i) { return job.peer.credentials[i].version; };
  std::size_t next = job.credentials + 1;
  if (seen == SnmpSeen::kTimedOut && !engines_.contains(job.endpoint)) {
    while (version(job.credentials) == SnmpVersion::k3 && next < job.peer.credentials.size() &&
           version(next) == SnmpVersion::k3) {
      ++next;
    }
  }
  if (job.answered || next >= job.peer.credentials.size()) {
    engines_.erase(job.endpoint);  // it may be another by the time it answers
    if (!job.refusals.empty()) seen = SnmpSeen::kRefused;
    return Finish(job, seen, job.refusals + detail);
  }
  if (seen == SnmpSeen::kRefused) job.refusals += detail + "; ";
  job.credentials = next;
  job.detours = 0;
  job.silence = SnmpSeen::kTimedOut;
  job.problem.clear();
  Ask(job);
}

void NetSnmpSession::OnError(const Endpoint& to, int error) {
  const auto line = peers_.find(to);
  if (line == peers_.end()) return;
  Job& job = *line->second.front();
  if (MeaningOf(error) == Reached::kRefused)
    return Finish(job, SnmpSeen::kRefused, "the port is closed (ICMP)");
  job.problem = ErrorText(error);  // may pass: a router that lost its way
}

}  // namespace plotmeter
