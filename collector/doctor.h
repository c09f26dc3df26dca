// What stands in the collector's way, and what to do about it: the checks of `doctor`.
//
//    std::vector<Finding> findings;
//    ExamineState(directory, findings);     // disk, permissions, keys, spool, enrolment
//    ExaminePortal(visit, findings);        // name, proxy, TLS, clock, who answers
//    ExaminePrinters(visit, findings);      // SNMP reach
//    for (const Finding& finding : findings) Print(finding);
//
// Nothing is changed. What is sent: a name to the resolver, one GET of /api/v1/keys to the portal
// (the way there included), and to each printer what discovery asks. No reading, no identity, no
// credential leaves but the communities and users that printers are asked with anyway, and those of
// the proxy.

#pragma once

#include <string>
#include <vector>

#include "collector/enrol/identity.h"
#include "collector/spool/spool.h"
#include "common/clock.h"
#include "common/json.h"
#include "common/settings.h"

namespace plotmeter {

enum class Health { kOk, kWarn, kFail };

std::string_view ToText(Health health);  // "ok", "warn", "FAIL"

struct Finding {
  Health health = Health::kFail;
  std::string check = {};   // "disk", "clock": one word or two, the same every time
  std::string seen = {};    // one sentence without its full stop
  std::string advice = {};  // what to do; empty when all is well
};

class Findings {
 public:
  void Ok(std::string check, std::string seen);
  void Warn(std::string check, std::string seen, std::string advice);
  void Fail(std::string check, std::string seen, std::string advice);

  const std::vector<Finding>& list() const { return list_; }
  bool failed() const;

 private:
  std::vector<Finding> list_;
};

// {"version":1,"at":…,"well":true,"findings":[{"check":"disk","result":"ok","seen":…,
//  "advice":null}]}; "result" is ok, warn or fail.
Json ToJson(const Findings& findings, Instant at);

// What the state directory told, for the checks that follow.
struct StateSeen {
  std::optional<Identity> identity = {};
  bool has_spool = false;  // one that may be opened without changing it
};

// `directory` and all that is kept there: is it ours alone, writable, with room, sound?
StateSeen ExamineState(const std::string& directory, Findings& findings);

// The way to the portal. `url` empty: nobody said which.
struct PortalVisit {
  std::string url = {};
  // What is known of it, whose keys its document must follow from; empty: not enrolled yet.
  std::optional<KeysTrust> portal = {};
  const Arguments& arguments;
  const Clock& clock;
  std::string ca_file = {};  // as it was remembered at enrolment
};
void ExaminePortal(const PortalVisit& visit, Findings& findings);

// What the service saw when it sent last, and what waits.
void ExamineSending(const std::string& directory, Spool& spool, const Clock& clock,
                    Findings& findings);

// Whether each of these printers answers by SNMP; with `spool`, those that are known.
void ExaminePrinters(const Arguments& arguments, const Clock& clock, Spool* spool,
                     Findings& findings);

// "3 minutes", "2 days": for people, the two digits that matter.
std::string SpanText(std::chrono::milliseconds span);

}  // namespace plotmeter
