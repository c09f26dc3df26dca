#include "collector/diagnose_walk.h"

#include <fmt/format.h>

#include <future>
#include <utility>
#include <vector>

#include "collector/channel/ascii.h"
#include "collector/diagnose.h"
#include "collector/snmp/mib.h"
#include "collector/snmp/two_contexts.h"

namespace plotmeter {
namespace {

using std::chrono::steady_clock;

struct Group {
  std::string_view name = {};
  bool is_walk = true;
  std::vector<Oid> roots = {};
};

std::vector<Oid> Below(const Oid& root, std::initializer_list<std::uint32_t> parts) {
  std::vector<Oid> all;
  for (const std::uint32_t part : parts) all.push_back(root + Oid{part});
  return all;
}

// What is walked; whatever is in none of these is never asked for.
std::vector<Group> Groups() {
  const Oid interfaces = {1, 3, 6, 1, 2, 1, 2, 2, 1};
  const Oid resources = {1, 3, 6, 1, 2, 1, 25};
  const Oid printer = {1, 3, 6, 1, 2, 1, 43};
  const Oid general = printer + Oid{5, 1, 1};
  const Oid console = printer + Oid{16};
  std::vector<Oid> mib = Below(general, {1, 2, 3, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17, 18, 19});
  for (const Oid& root : Below(printer, {6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17, 18})) {
    mib.push_back(root);
  }
  for (const Oid& root : Below(console, {1, 2, 3, 4})) mib.push_back(root);
  // Without the table that finds jobs by what their submitters called them, and without owners.
  std::vector<Oid> jobs = Below(mib::kJobMib, {1, 4});
  for (const Oid& column : Below(mib::kJobMib + Oid{3, 1, 1}, {2, 3, 4, 5, 6, 7, 8})) {
    jobs.push_back(column);
  }
  // Of the PWG's Port Monitor MIB no name (2) and no community (7) of the printer.
  for (const Oid& column : Below(Oid{1, 3, 6, 1, 4, 1, 2699, 1, 2, 1, 2, 1, 1}, {3, 4, 5, 6, 8})) {
    jobs.push_back(column);
  }
  std::vector<Oid> hp = Below(mib::kHpPml, {1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16});
  hp.push_back(mib::kHpPrinterCard + Oid{1});
  return {{"system", false, {mib::kSysDescr, mib::kSysObjectId, mib::kSysUpTime}},
          {"interfaces", true, Below(interfaces, {1, 2, 3, 5, 7, 8})},
          {"Host-Resources-MIB devices", true, {resources + Oid{1, 1}, resources + Oid{3}}},
          {"Printer-MIB", true, std::move(mib)},
          {"PWG port and job monitoring", true, std::move(jobs)},
          {"HP", true, std::move(hp)}};
}

// What a job's attribute or another object names a person with, and what the contact is set to.
bool NamesAPerson(const Oid& object, const Value& value) {
  constexpr std::uint32_t kOwner = 29;
  constexpr std::uint32_t kAccount = 21;
  // HP's JOBATTR strings: user, host and domain stand in the first three, and say so.
  const Oid attributes = mib::kHpJobInfo + Oid{23};
  if (attributes.Contains(object)) {
    const Oid index = object.After(attributes);
    const std::string text = LowerAscii(value.AsOctets().value_or(""));
    const auto says = [&](const char* key) { return text.find(key) != std::string::npos; };
    return index.size() < 1 || index.parts()[0] <= 3 || says("jobacct1=") || says("jobacct2=") ||
           says("jobacct3=");
  }
  if ((mib::kHpPml + Oid{1, 3, 13}).Contains(object)) return true;
  if (!mib::kJmAttributeOctets.Contains(object)) return false;
  const Oid index = object.After(mib::kJmAttributeOctets);
  return index.size() >= 3 && (index.parts()[2] == kOwner || index.parts()[2] == kAccount);
}

class Walker {
 public:
  Walker(SnmpSession& session, const std::function<void()>& stop, const SnmpPeer& peer,
         Redaction& redaction, steady_clock::time_point until)
      : session_(session), stop_(stop), peer_(peer), redaction_(redaction), until_(until) {}

  Json Walk(const Group& group) {
    std::promise<SnmpResult> promise;
    std::future<SnmpResult> future = promise.get_future();
    const auto done = [&](SnmpResult result) { promise.set_value(std::move(result)); };
    group.is_walk ? session_.Walk(peer_, group.roots, done)
                  : session_.Get(peer_, group.roots, done);
    if (future.wait_until(until_) != std::future_status::ready) stop_();
    const SnmpResult result = future.get();
    silent_ = result.seen == SnmpSeen::kTimedOut && result.table.empty();
    Json objects = Json::object();
    for (const auto& [object, value] : result.table) {
      octets_ += value.AsOctets().value_or("").size();
      if (++rows_ > diagnosis::kMostRows || octets_ > diagnosis::kMostOctets) break;
      if (NamesAPerson(object, value)) continue;
      objects[Redaction::Object(object)] = redaction_.SnmpValue(object, value);
    }
    Json cut = Json::array();
    for (const Oid& oid : result.cut) cut.push_back(oid.ToText());
    return {{"of", group.name},
            {"seen", ToText(result.seen)},
            {"rows", result.table.size()},
            {"cut", std::move(cut)},
            {"objects", std::move(objects)}};
  }

  bool may_go_on() const {
    return !silent_ && rows_ <= diagnosis::kMostRows && octets_ <= diagnosis::kMostOctets &&
           steady_clock::now() < until_;
  }

 private:
  TwoContexts session_;
  const std::function<void()>& stop_;
  const SnmpPeer& peer_;
  Redaction& redaction_;
  const steady_clock::time_point until_;
  std::size_t rows_ = 0;
  std::size_t octets_ = 0;
  bool silent_ = false;
};

}  // namespace

Json WalkForDiagnosis(SnmpSession& session, const std::function<void()>& stop, const SnmpPeer& peer,
                      Redaction& redaction, steady_clock::time_point until,
                      const std::function<void(const std::string&)>& say) {
  Walker walker(session, stop, peer, redaction, until);
  Json walks = Json::array();
  for (const Group& group : Groups()) {
    if (!walker.may_go_on()) break;
    say(fmt::format("SNMP: {}", group.name));
    walks.push_back(walker.Walk(group));
  }
  return walks;
}

}  // namespace plotmeter
