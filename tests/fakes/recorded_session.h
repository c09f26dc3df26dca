// Answers SNMP questions from a recorded walk, without a network: at once, in the caller's thread.
//
//    RecordedSession session(ReadRecording(PLOTMETER_RECORDINGS "/snmp/canon_tm5300.snmprec"));
//    session.asked()   every object and subtree that was asked for, in order
//
// A recording is lines `OID|tag|value`: 2 INTEGER, 4 OCTET STRING, 4x the same in hex, 5 NULL,
// 6 OBJECT IDENTIFIER, 64 IpAddress, 65 Counter32, 66 Gauge32, 67 TimeTicks, 68x Opaque, 70
// Counter64.

#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "collector/snmp/session.h"
#include "tests/paths.h"

namespace plotmeter {

inline std::string FromHex(const std::string& hex) {
  std::string octets;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    octets.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return octets;
}

inline Value RecordedValue(const std::string& tag, const std::string& text) {
  if (tag == "2") return Value::Number(ValueType::kInteger, std::stoll(text));
  if (tag == "4") return Value::Octets(text);
  if (tag == "4x") return Value::Octets(FromHex(text));
  if (tag == "5") return {};
  if (tag == "6") return Value::ObjectId(Oid::Parse(text).value());
  if (tag == "64") return Value::Octets(text, ValueType::kIpAddress);
  if (tag == "65") return Value::Number(ValueType::kCounter32, std::stoll(text));
  if (tag == "66") return Value::Number(ValueType::kGauge32, std::stoll(text));
  if (tag == "67") return Value::Number(ValueType::kTimeTicks, std::stoll(text));
  if (tag == "68x") return Value::Octets(FromHex(text), ValueType::kOpaque);
  if (tag == "70") return Value::Counter64(std::stoull(text));
  throw std::runtime_error("a recording has the tag '" + tag + "'");
}

inline SnmpTable ReadRecording(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) throw std::runtime_error("no recording " + file.string());
  SnmpTable table;
  for (std::string line; std::getline(in, line);) {
    const std::size_t first = line.find('|');
    const std::size_t second = line.find('|', first + 1);
    if (second == std::string::npos) throw std::runtime_error("no recording: " + line);
    table[Oid::Parse(line.substr(0, first)).value()] =
        RecordedValue(line.substr(first + 1, second - first - 1), line.substr(second + 1));
  }
  return table;
}

class RecordedSession : public SnmpSession {
 public:
  explicit RecordedSession(SnmpTable table) : table_(std::move(table)) {}

  void Get(const SnmpPeer& peer, std::vector<Oid> objects, SnmpCallback done) override {
    SnmpTable answer;
    for (const Oid& object : objects) {
      asked_.push_back(object);
      if (object == dropped_) return done({.seen = SnmpSeen::kTimedOut});
      const auto row = table_.find(object);
      if (row != table_.end()) Put(*row, answer);
    }
    Answer(peer, std::move(answer), done);
  }

  void Walk(const SnmpPeer& peer, std::vector<Oid> subtrees, SnmpCallback done) override {
    SnmpTable answer;
    for (const Oid& subtree : subtrees) {
      asked_.push_back(subtree);
      if (peer.bulk_values > 0) in_bulk_.insert(subtree);
      if (!cut_.empty() && subtree == cut_) continue;
      for (auto row = table_.upper_bound(subtree);  // as GETNEXT does, not the subtree itself
           row != table_.end() && subtree.Contains(row->first); ++row) {
        Put(*row, answer);
      }
    }
    Answer(peer, std::move(answer), done);
  }

  const std::vector<Oid>& asked() const { return asked_; }
  void ForgetAsked() { asked_.clear(); }

  // What it says from now on, and when.
  SnmpTable& table() { return table_; }
  void SetNow(Instant now) { now_ = now; }
  // Walks of this subtree end before its first row from now on; empty: none does.
  void CutShort(Oid subtree) { cut_ = std::move(subtree); }
  // Questions with this object in them are not answered from now on.
  void Drop(Oid object) { dropped_ = std::move(object); }
  // The subtrees of which GETBULK was ever allowed.
  const std::set<Oid>& in_bulk() const { return in_bulk_; }
  // From now on it does not answer.
  void FallSilent() { silent_ = true; }

 private:
  static void Put(const SnmpTable::Row& row, SnmpTable& answer) {
    if (!row.second.is_absent()) answer.emplace(row.first, row.second);
  }

  void Answer(const SnmpPeer& peer, SnmpTable answer, const SnmpCallback& done) {
    if (silent_) return done({.seen = SnmpSeen::kTimedOut});
    done({.seen = SnmpSeen::kAnswered,
          .table = std::move(answer),
          .cut = cut_.empty() ? std::vector<Oid>() : std::vector<Oid>{cut_},
          .at = now_,
          .credentials = peer.credentials.front()});
  }

  SnmpTable table_;
  std::vector<Oid> asked_ = {};
  std::set<Oid> in_bulk_ = {};
  Oid cut_ = {};
  Oid dropped_ = {};
  bool silent_ = false;
  Instant now_ = FromMillis(1'000);
};

}  // namespace plotmeter
