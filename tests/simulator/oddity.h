// The ways in which a simulated device can be sick, as one table: --odd, the control channel and
// --help are made from it.
//
//    Oddities odd;
//    odd.Add("slow=5s");              throws std::invalid_argument for what is not in the table
//    odd.Has("slow")                  true
//    odd.Seconds("slow")              5s
//    odd.Has("slwo")                  throws std::logic_error: the table is the only dictionary
//
// A new oddity is one row in oddity.cpp and the place that looks for it: the SNMP agent, the web
// server, or OddMib. Values only.

#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace plotmeter::simulator {

enum class OddityValue { kNone, kSeconds, kNumber, kWord };

struct OddityKind {
  std::string_view name = {};  // "slow"
  std::string_view side = {};  // "SNMP", "web" or "both"
  OddityValue value = OddityValue::kNone;
  std::string_view fallback = {};  // the value when none is given: "30s"
  std::string_view words = {};     // of kWord: the values it takes, "drop|generr|garbage"
  std::string_view help = {};      // one short sentence without its full stop
};

const std::vector<OddityKind>& OddityKinds();

// A line for every row, as --help shows them.
std::string OddityHelp();

class Oddities {
 public:
  // "slow", "slow=5s" or "slow=500ms"; a second value of the same name replaces the first.
  void Add(std::string_view what);
  void Remove(std::string_view name);  // nothing happens when it was not there

  bool empty() const { return values_.empty(); }
  bool Has(std::string_view name) const;
  // The value, or the table's fallback; only where Has.
  std::string Word(std::string_view name) const;
  std::uint64_t Number(std::string_view name) const;
  std::chrono::milliseconds Seconds(std::string_view name) const;

  // "slow=5s,v1-only": in the order of their names.
  std::string Text() const;

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

// Whom an oddity is for: "3" is the third device, "all" everyone, "10%" so many of those that
// nothing was said of yet, spread evenly.
struct OddityRule {
  std::string who = {};
  std::string what = {};
};

// "3:slow=5s". Throws std::invalid_argument that says what came and what was expected.
OddityRule ParseOddityRule(std::string_view text);

// The oddities of `devices` devices. Throws std::invalid_argument for a number that is no device.
std::vector<Oddities> Distribute(const std::vector<OddityRule>& rules, std::size_t devices);

}  // namespace plotmeter::simulator
