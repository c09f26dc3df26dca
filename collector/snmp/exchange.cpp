#include "collector/snmp/exchange.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace plotmeter {

Exchange::Exchange(bool walk, std::vector<Oid> roots, int max_repetitions, std::size_t at_once)
    : walk_(walk), max_repetitions_(max_repetitions), group_(std::max<std::size_t>(at_once, 1)) {
  for (Oid& root : roots) parts_.push_back({.root = root, .at = root});
}

Exchange Exchange::Get(std::vector<Oid> objects, std::size_t at_once) {
  return {false, std::move(objects), 0, at_once};
}

Exchange Exchange::Walk(std::vector<Oid> subtrees, int max_repetitions, std::size_t at_once) {
  return {true, std::move(subtrees), max_repetitions, at_once};
}

std::size_t Exchange::asked() const { return std::min(group_, parts_.size()); }

SnmpRequest Exchange::request(bool may_bulk) {
  SnmpRequest request;
  bulk_asked_ = walk_ && may_bulk && max_repetitions_ > 0;
  if (bulk_asked_) {
    request.kind = SnmpRequest::Kind::kGetBulk;
    request.max_repetitions = max_repetitions_;
  } else if (walk_) {
    request.kind = SnmpRequest::Kind::kGetNext;
  }
  for (std::size_t i = 0; i < asked(); ++i) request.objects.push_back(parts_[i].at);
  return request;
}

bool Exchange::Accept(SnmpReply reply) {
  if (is_finished()) return false;
  answered_since_ = bulk_given_up_;
  if (bulk_asked_ && !IsRightBulk(reply) && GiveUpBulk()) return answered_since_ = true;
  if (reply.error != SnmpError::kNone) return AcceptError(reply.error);
  walk_ ? AcceptWalk(reply) : AcceptGet(reply);
  return !is_finished();
}

bool Exchange::GiveUpBulk() {
  if (!bulk_asked_) return false;
  max_repetitions_ = 0;
  bulk_asked_ = false;
  bulk_given_up_ = true;
  return true;
}

bool Exchange::AskFewer() {
  if (asked() <= kFew) return false;
  group_ = kFew;
  return true;
}

SnmpBulk Exchange::bulk() const {
  if (bulk_given_up_) return answered_since_ ? SnmpBulk::kFailed : SnmpBulk::kNotTried;
  return bulk_worked_ ? SnmpBulk::kWorked : SnmpBulk::kNotTried;
}

bool Exchange::AcceptError(SnmpError error) {
  const std::size_t count = asked();
  if (count > 1) {
    group_ = error == SnmpError::kTooBig ? count / 2 : 1;
    return true;
  }
  if (error != SnmpError::kNoSuchName) {
    detail_ = fmt::format("{}: error-status {}", parts_.front().at.ToText(),
                          static_cast<std::int64_t>(error));
    cut_.push_back(parts_.front().root);
  }
  parts_.pop_front();
  return !is_finished();
}

void Exchange::AcceptGet(SnmpReply& reply) {
  const std::size_t count = asked();
  if (reply.varbinds.size() != count) {
    return Stop(SnmpSeen::kMalformed,
                fmt::format("{} values for {} objects", reply.varbinds.size(), count));
  }
  for (auto& row : reply.varbinds) {
    const Oid& oid = row.first;
    if (oid != parts_.front().root) {
      return Stop(SnmpSeen::kMalformed,
                  fmt::format("{} came for {}", oid.ToText(), parts_.front().root.ToText()));
    }
    if (!Keep(row)) return;
    parts_.pop_front();
  }
}

// Each column goes forward for as long as it is in its subtree. Fewer rows than were asked for are
// right: an agent fills a packet as far as it goes.
bool Exchange::IsRightBulk(const SnmpReply& reply) const {
  const std::size_t count = asked();
  const std::size_t most = count * static_cast<std::size_t>(max_repetitions_);
  if (reply.error != SnmpError::kNone || reply.varbinds.empty() || reply.varbinds.size() > most) {
    return false;
  }
  std::vector<const Oid*> last;
  for (std::size_t i = 0; i < count; ++i) last.push_back(&parts_[i].at);
  for (std::size_t i = 0; i < reply.varbinds.size(); ++i) {
    const Oid*& at = last[i % count];
    if (!at) continue;
    const auto& [oid, value] = reply.varbinds[i];
    const bool end_of_view = value.type() == ValueType::kEndOfMibView;
    if (!end_of_view && oid <= *at) return false;
    at = end_of_view || !parts_[i % count].root.Contains(oid) ? nullptr : &oid;
  }
  return true;
}

void Exchange::AcceptWalk(SnmpReply& reply) {
  const std::size_t count = asked();
  if (!bulk_asked_ && reply.varbinds.size() != count) {
    return Stop(SnmpSeen::kMalformed,
                fmt::format("{} values for {} subtrees", reply.varbinds.size(), count));
  }
  bulk_worked_ |= bulk_asked_;
  std::vector<bool> ended(count, false);
  for (std::size_t i = 0; i < reply.varbinds.size(); ++i) {
    Part& part = parts_[i % count];
    if (ended[i % count]) continue;
    const auto& [oid, value] = reply.varbinds[i];
    const bool end_of_view = value.type() == ValueType::kEndOfMibView;
    if (!end_of_view && oid <= part.at) {
      seen_ = SnmpSeen::kNotIncreasing;
      detail_ = fmt::format("{} came after {}", oid.ToText(), part.at.ToText());
      ended[i % count] = true;
      cut_.push_back(part.root);
      continue;
    }
    if (end_of_view || !part.root.Contains(oid)) {
      ended[i % count] = true;
      continue;
    }
    part.at = oid;
    if (!Keep(reply.varbinds[i])) return;
  }
  for (std::size_t i = count; i-- > 0;) {
    if (ended[i]) parts_.erase(parts_.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

bool Exchange::Keep(SnmpTable::Row& row) {
  const Value& value = row.second;
  ++rows_;  // absent ones too: an agent can go on for ever with those
  octets_ += value.AsOctets().value_or("").size();
  if (rows_ > kMaxWalkRows) {
    Stop(SnmpSeen::kTooLong,
         fmt::format("a walk without end: {} values came, and more would follow", kMaxWalkRows));
    return false;
  }
  if (octets_ > kMaxWalkOctets) {
    Stop(SnmpSeen::kTooLong,
         fmt::format("too much text: more than {} octets came, and more would follow",
                     kMaxWalkOctets));
    return false;
  }
  if (!value.is_absent()) kept_.push_back(std::move(row));
  return true;
}

void Exchange::Stop(SnmpSeen seen, std::string detail) {
  seen_ = seen;
  detail_ = std::move(detail);
  for (Part& part : parts_) cut_.push_back(std::move(part.root));
  parts_.clear();
}

}  // namespace plotmeter
