#include "tests/simulator/snmp_answer.h"

#include <algorithm>
#include <numeric>
#include <optional>

namespace plotmeter::simulator {

namespace {

using Kind = SnmpVariable::Kind;

std::size_t OidSize(const Oid& oid) {
  std::size_t size = 4;  // tag and length, generously
  for (std::uint32_t part : oid) {
    do {
      ++size;
      part >>= 7;
    } while (part != 0);
  }
  return size;
}

SnmpVariable GetOne(const Oid& name, const Mib& mib, SnmpVersion version) {
  const MibValue* value = mib.Find(name);
  if (value != nullptr && !(version == SnmpVersion::kV1 && value->type == MibType::kCounter64)) {
    return {.name = name, .value = *value};
  }
  // Does the object have instances, only not this one (RFC 3416 section 4.2.1)? Its siblings tell.
  Oid object = name;
  if (!object.empty()) object.pop_back();
  const Mib::Row* row = mib.HasBelow(object) ? mib.After(object) : nullptr;
  const bool has_others = row != nullptr && row->first.size() == name.size();
  return {.name = name, .kind = has_others ? Kind::kNoSuchInstance : Kind::kNoSuchObject};
}

// How a walk goes on where the agent is mad; empty: as it should.
std::optional<SnmpVariable> GetNextOfTheMad(const Oid& name, const Mib& mib, const Oddities& odd) {
  if (odd.Has("stuck-walk")) {
    const MibValue* same = mib.Find(name);
    if (same != nullptr) return SnmpVariable{.name = name, .value = *same};
  }
  // One row in eight is followed by the very first.
  if (odd.Has("backward-walk") && mib.size() > 0 && mib.Find(name) != nullptr &&
      std::accumulate(name.begin(), name.end(), 0u) % 8 == 0) {
    return SnmpVariable{.name = mib.begin()->first, .value = mib.begin()->second};
  }
  if (odd.Has("endless-walk") && name.size() > 1) {
    const Oid column(name.begin(), name.end() - 1);
    const auto under = [&](const Mib::Row* row) {
      return row != nullptr && row->first.size() > column.size() &&
             std::equal(column.begin(), column.end(), row->first.begin());
    };
    const Mib::Row* first = mib.After(column);
    if (under(first) && !under(mib.After(name)) && name.back() != 0xFFFFFFFFu) {
      SnmpVariable made{.name = name, .value = first->second};
      ++made.name.back();
      return made;
    }
  }
  return std::nullopt;
}

SnmpVariable GetNextOne(const Oid& name, const Mib& mib, SnmpVersion version, const Oddities& odd) {
  if (!odd.empty()) {
    auto mad = GetNextOfTheMad(name, mib, odd);
    if (mad) return std::move(*mad);
  }
  const Mib::Row* row = mib.After(name);
  while (row != nullptr && version == SnmpVersion::kV1 && row->second.type == MibType::kCounter64) {
    row = mib.After(row->first);  // v1 walks past what it cannot say
  }
  if (row == nullptr) return {.name = name, .kind = Kind::kEndOfMibView};
  return {.name = row->first, .value = row->second};
}

std::vector<SnmpVariable> Unanswered(const std::vector<Oid>& names) {
  std::vector<SnmpVariable> variables;
  for (const Oid& name : names) variables.push_back({.name = name});
  return variables;
}

SnmpReply Refuse(const SnmpRequest& request, SnmpError error, int index) {
  return {.error = error, .error_index = index, .variables = Unanswered(request.names)};
}

SnmpReply AnswerOneByOne(const SnmpRequest& request, const Mib& mib, std::size_t room,
                         const Oddities& odd) {
  SnmpReply reply;
  std::size_t size = 0;
  for (const Oid& name : request.names) {
    SnmpVariable variable = request.operation == Operation::kGet
                                ? GetOne(name, mib, request.version)
                                : GetNextOne(name, mib, request.version, odd);
    if (request.version == SnmpVersion::kV1 && variable.kind != Kind::kValue) {
      return Refuse(request, SnmpError::kNoSuchName, static_cast<int>(reply.variables.size()) + 1);
    }
    size += EncodedSize(variable);
    reply.variables.push_back(std::move(variable));
  }
  if (size <= room) return reply;
  // RFC 1157 section 4.1.2 repeats the variables, RFC 3416 section 4.2.1 leaves them out.
  if (request.version == SnmpVersion::kV1) return Refuse(request, SnmpError::kTooBig, 0);
  return {.error = SnmpError::kTooBig};
}

SnmpReply AnswerBulk(const SnmpRequest& request, const Mib& mib, std::size_t room,
                     const Oddities& odd) {
  SnmpReply reply;
  std::size_t size = 0;
  const auto add = [&](SnmpVariable variable) {  // false: no room for it
    size += EncodedSize(variable);
    if (size > room) return false;
    reply.variables.push_back(std::move(variable));
    return true;
  };
  const auto alone = static_cast<std::size_t>(std::clamp<std::int64_t>(
      request.non_repeaters, 0, static_cast<std::int64_t>(request.names.size())));
  for (std::size_t i = 0; i < alone; ++i) {
    if (!add(GetNextOne(request.names[i], mib, request.version, odd))) return reply;
  }
  std::vector<Oid> at(request.names.begin() + static_cast<std::ptrdiff_t>(alone),
                      request.names.end());
  for (std::int64_t turn = 0; turn < request.max_repetitions && !at.empty(); ++turn) {
    bool all_ended = true;
    for (Oid& name : at) {
      SnmpVariable next = GetNextOne(name, mib, request.version, odd);
      name = next.name;
      all_ended = all_ended && next.kind == Kind::kEndOfMibView;
      if (!add(std::move(next))) return reply;
    }
    if (all_ended) break;
  }
  return reply;
}

}  // namespace

std::size_t EncodedSize(const SnmpVariable& variable) {
  std::size_t size = 4 + OidSize(variable.name);
  if (variable.kind != Kind::kValue) return size + 2;
  switch (variable.value.type) {
    case MibType::kOid:
      return size + OidSize(variable.value.oid);
    case MibType::kOctets:
    case MibType::kOpaque:
      return size + 4 + variable.value.octets.size();
    default:
      return size + 11;  // a Counter64 at its longest
  }
}

SnmpReply Answer(const SnmpRequest& request, const Mib& mib, std::size_t max_reply,
                 std::size_t overhead, const Oddities& odd) {
  const std::size_t room = max_reply > overhead ? max_reply - overhead : 0;
  switch (request.operation) {
    case Operation::kGet:
    case Operation::kGetNext:
      return AnswerOneByOne(request, mib, room, odd);
    case Operation::kGetBulk: {
      const std::string bulk = odd.Has("bulk") ? odd.Word("bulk") : "";
      if (bulk == "generr") return Refuse(request, SnmpError::kGenErr, 0);
      SnmpReply reply = AnswerBulk(request, mib, room, odd);
      if (bulk == "garbage") std::ranges::reverse(reply.variables);
      return reply;
    }
    case Operation::kSet:
      break;
  }
  // Nothing here can be written. v1 says noSuchName for that (RFC 1157 section 4.1.5).
  const bool v1 = request.version == SnmpVersion::kV1;
  return Refuse(request, v1 ? SnmpError::kNoSuchName : SnmpError::kNotWritable,
                request.names.empty() ? 0 : 1);
}

}  // namespace plotmeter::simulator
