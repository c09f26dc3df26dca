#include "collector/snmp/exchange.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

namespace plotmeter {
namespace {

constexpr std::size_t kRowsOfOneColumn = 2;  // expected of a column that stands alone

// Whether `other` is the column so many steps after `root` in the same table.
bool IsSibling(const Oid& root, std::uint32_t steps, const Oid& other) {
  const auto mine = root.parts();
  const auto theirs = other.parts();
  return !mine.empty() && mine.size() == theirs.size() && mine.back() <= UINT32_MAX - steps &&
         theirs.back() == mine.back() + steps &&
         std::equal(mine.begin(), mine.end() - 1, theirs.begin());
}

Oid Sibling(const Oid& root, std::uint32_t steps) {
  std::vector<std::uint32_t> parts(root.parts().begin(), root.parts().end());
  parts.back() += steps;
  return Oid(parts);
}

}  // namespace

bool Exchange::Part::Holds(const Oid& oid) const {
  const auto mine = root.parts();
  const auto theirs = oid.parts();
  if (mine.empty()) return true;
  const std::size_t last = mine.size() - 1;
  return theirs.size() > last && std::equal(mine.begin(), mine.end() - 1, theirs.begin()) &&
         theirs[last] >= mine[last] && theirs[last] - mine[last] < width;
}

void Exchange::Part::Went(const Oid& to) {
  if (width > 1 && first == 0 && rows > 0 && !root.Contains(to)) first = rows;
  ++rows;
  at = to;
}

// The columns of a table are as long as its first, most often.
std::size_t Exchange::Part::Expected() const {
  if (width == 1 && rows < kRowsOfOneColumn) return kRowsOfOneColumn - rows;
  if (first == 0 || first * width < rows) return SIZE_MAX;
  return first * width - rows + 1;
}

Exchange::Exchange(bool walk, std::vector<Oid> roots, int bulk_values, std::size_t at_once)
    : walk_(walk), bulk_values_(bulk_values), group_(std::max<std::size_t>(at_once, 1)) {
  parts_.reserve(roots.size());
  for (Oid& root : roots) parts_.push_back({.root = root, .at = root});
  if (bulk_values_ > 0) JoinNeighbours();
  if (walk) GivePlaces();
}

void Exchange::GivePlaces() {
  std::vector<Part*> order;
  for (Part& part : parts_) order.push_back(&part);
  std::ranges::stable_sort(order, {}, [](const Part* part) -> const Oid& { return part->root; });
  std::uint32_t place = 0;
  for (Part* part : order) part->place = place++;
}

// The rows of a part came in their order, and parts lie side by side: nearly always this is all the
// sorting there is.
SnmpTable Exchange::TakeTable() {
  if (std::ranges::is_sorted(places_)) return SnmpTable(std::exchange(kept_, {}));
  // Of each place: where its next row goes.
  std::vector<std::size_t> next(std::ranges::max(places_) + 1);
  for (const std::uint32_t place : places_) ++next[place];
  std::exclusive_scan(next.begin(), next.end(), next.begin(), std::size_t{0});
  std::vector<std::size_t> order(kept_.size());
  for (std::size_t row = 0; row < kept_.size(); ++row) order[next[places_[row]]++] = row;
  std::vector<SnmpTable::Row> rows;
  rows.reserve(kept_.size());
  for (const std::size_t row : order) rows.push_back(std::move(kept_[row]));
  kept_.clear();
  return SnmpTable(std::move(rows));
}

void Exchange::JoinNeighbours() {
  std::vector<Part> runs;
  runs.reserve(parts_.size());
  for (Part& part : parts_) {
    Part* const before = runs.empty() ? nullptr : &runs.back();
    if (before && IsSibling(before->root, before->width, part.root)) {
      ++before->width;
    } else {
      runs.push_back(std::move(part));
    }
  }
  std::ranges::stable_partition(runs, [](const Part& part) { return part.width == 1; });
  parts_ = std::move(runs);
}

// For GETNEXT, which brings one row at a time of each part.
void Exchange::SplitRuns() {
  std::vector<Part> columns;
  for (const Part& part : parts_) {
    for (Oid& column : LeftOf(part)) {
      const bool is_begun = column.Contains(part.at);
      columns.push_back({.root = column, .at = is_begun ? part.at : column, .place = part.place});
    }
  }
  parts_ = std::move(columns);
}

std::vector<Oid> Exchange::LeftOf(const Part& part) const {
  if (part.width == 1) return {part.root};
  const std::size_t last = part.root.size() - 1;
  std::vector<Oid> left;
  for (std::uint32_t i = part.at.parts()[last] - part.root.parts()[last]; i < part.width; ++i) {
    left.push_back(Sibling(part.root, i));
  }
  return left;
}

int Exchange::Repetitions() const {
  const std::size_t count = asked();
  const std::size_t most = std::max(static_cast<std::size_t>(bulk_values_) / count, std::size_t{1});
  if (parts_.size() == 1 && parts_.front().width == 1) return static_cast<int>(most);
  std::size_t expected = 1;
  for (std::size_t i = 0; i < count; ++i) expected = std::max(expected, parts_[i].Expected());
  return static_cast<int>(std::min(most, expected));
}

Exchange Exchange::Get(std::vector<Oid> objects, std::size_t at_once) {
  return {false, std::move(objects), 0, at_once};
}

Exchange Exchange::Walk(std::vector<Oid> subtrees, int bulk_values, std::size_t at_once) {
  return {true, std::move(subtrees), bulk_values, at_once};
}

// Columns that stand alone are not asked together with runs, which want more rows.
std::size_t Exchange::asked() const {
  const std::size_t most = std::min(group_, parts_.size());
  if (bulk_values_ == 0 || parts_.front().rows > 0 || parts_.front().width > 1) return most;
  std::size_t count = 1;
  while (count < most && parts_[count].width == 1) ++count;
  return count;
}

SnmpRequest Exchange::request(bool may_bulk) {
  SnmpRequest request;
  bulk_asked_ = walk_ && may_bulk && bulk_values_ > 0;
  if (bulk_asked_) {
    request.kind = SnmpRequest::Kind::kGetBulk;
    request.max_repetitions = Repetitions();
  } else if (walk_) {
    request.kind = SnmpRequest::Kind::kGetNext;
  }
  const std::size_t count = asked();
  request.objects.reserve(count);
  for (std::size_t i = 0; i < count; ++i) request.objects.push_back(parts_[i].at);
  return request;
}

bool Exchange::Accept(SnmpReply reply) {
  if (is_finished()) return false;
  if (kept_.empty()) kept_.reserve(walk_ ? 2 * reply.varbinds.size() : reply.varbinds.size());
  answered_since_ = bulk_given_up_;
  if (bulk_asked_ && !IsRightBulk(reply) && GiveUpBulk()) return answered_since_ = true;
  if (reply.error != SnmpError::kNone) return AcceptError(reply.error);
  walk_ ? AcceptWalk(reply) : AcceptGet(reply);
  return !is_finished();
}

bool Exchange::GiveUpBulk() {
  if (!bulk_asked_) return false;
  bulk_values_ = 0;
  bulk_asked_ = false;
  bulk_given_up_ = true;
  SplitRuns();
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
    for (Oid& left : LeftOf(parts_.front())) cut_.push_back(std::move(left));
  }
  parts_.erase(parts_.begin());
  return !is_finished();
}

void Exchange::AcceptGet(SnmpReply& reply) {
  const std::size_t count = asked();
  if (reply.varbinds.size() != count) {
    return Stop(SnmpSeen::kMalformed,
                fmt::format("{} values for {} objects", reply.varbinds.size(), count));
  }
  std::size_t kept = 0;
  while (kept < count && reply.varbinds[kept].first == parts_[kept].root) {
    if (!Keep(0, reply.varbinds[kept])) return;
    ++kept;
  }
  parts_.erase(parts_.begin(), parts_.begin() + static_cast<std::ptrdiff_t>(kept));
  if (kept == count) return;
  Stop(SnmpSeen::kMalformed, fmt::format("{} came for {}", reply.varbinds[kept].first.ToText(),
                                         parts_.front().root.ToText()));
}

// Each column goes forward for as long as it is in its subtree. Fewer rows than were asked for are
// right: an agent fills a packet as far as it goes.
bool Exchange::IsRightBulk(const SnmpReply& reply) const {
  const std::size_t count = asked();
  const std::size_t most = count * static_cast<std::size_t>(Repetitions());
  if (reply.error != SnmpError::kNone || reply.varbinds.empty() || reply.varbinds.size() > most) {
    return false;
  }
  std::vector<const Oid*> last;
  last.reserve(count);
  for (std::size_t i = 0; i < count; ++i) last.push_back(&parts_[i].at);
  for (std::size_t i = 0; i < reply.varbinds.size(); ++i) {
    const Oid*& at = last[i % count];
    if (!at) continue;
    const auto& [oid, value] = reply.varbinds[i];
    const bool end_of_view = value.type() == ValueType::kEndOfMibView;
    if (!end_of_view && oid <= *at) return false;
    at = end_of_view || !parts_[i % count].Holds(oid) ? nullptr : &oid;
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
      for (Oid& left : LeftOf(part)) cut_.push_back(std::move(left));
      continue;
    }
    if (end_of_view || !part.Holds(oid)) {
      ended[i % count] = true;
      continue;
    }
    part.Went(oid);
    if (!Keep(part.place, reply.varbinds[i])) return;
  }
  for (std::size_t i = count; i-- > 0;) {
    if (ended[i]) parts_.erase(parts_.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

bool Exchange::Keep(std::uint32_t place, SnmpTable::Row& row) {
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
  if (value.is_absent()) return true;
  kept_.push_back(std::move(row));
  places_.push_back(place);
  return true;
}

void Exchange::Stop(SnmpSeen seen, std::string detail) {
  seen_ = seen;
  detail_ = std::move(detail);
  for (const Part& part : parts_) {
    for (Oid& left : LeftOf(part)) cut_.push_back(std::move(left));
  }
  parts_.clear();
}

}  // namespace plotmeter
