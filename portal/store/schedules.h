// Exports that are written every month, and which months are written.
//
//    auto id = store.AddSchedule(reseller, {.what = "usage", .folder = "/srv/erp", …}, now, actor);
//    store.NoteMonth(reseller, *id, {.month = "2026-11", .file = "usage-2026-11-….csv"}, now);
//    store.EndMonth(reseller, *id, "2026-11", now);     it is where it belongs
//
// A month is noted when its file is whole, and ended when that is in its place: whoever was
// interrupted in between knows what is left to do. Safe from any thread.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/reseller.h"
#include "common/time.h"
#include "portal/store/audit.h"
#include "portal/store/store.h"

namespace plotmeter {

struct ScheduledExport {
  std::string id = {};           // "sch_7Q2M9K4T"
  std::string what = {};         // "usage"
  PrinterFilter filter = {};     // customer, site and printer
  std::string format = {};       // csv, ndjson
  std::string columns = {};      // the text of a column profile; empty: none
  std::string folder = {};       // an absolute path
  std::string mail = {};         // to this address, too; empty: to nobody
  std::string first_month = {};  // "2026-11"
  int day = 1;                   // 1 to 28, of the month after
  int hour = 0;
  std::string time_zone = {};  // IANA; day and hour are by its clocks
  Instant created_at = {};
};

struct ScheduledMonth {
  std::string month = {};  // "2026-11"
  std::string file = {};   // its name in the folder
  bool is_done = false;    // it is there; otherwise whole, and on its way
  Instant at = {};
};

class Schedules {
 public:
  virtual ~Schedules() = default;

  // The new id.
  virtual std::string AddSchedule(const ResellerId& reseller, const ScheduledExport& schedule,
                                  const Actor& actor, Instant now) = 0;
  // False where it is not this reseller's. Files that were written stay.
  virtual bool RemoveSchedule(const ResellerId& reseller, const std::string& id, const Actor& actor,
                              Instant now) = 0;
  // By id.
  virtual std::vector<ScheduledExport> ScheduledExports(const ResellerId& reseller) = 0;
  // Rising.
  virtual std::vector<ScheduledMonth> MonthsOf(const ResellerId& reseller,
                                               const std::string& schedule) = 0;
  // False where there is no such schedule any more, or the month was noted before.
  virtual bool NoteMonth(const ResellerId& reseller, const std::string& schedule,
                         const ScheduledMonth& month, Instant now) = 0;
  virtual void EndMonth(const ResellerId& reseller, const std::string& schedule,
                        const std::string& month, Instant now) = 0;
};

}  // namespace plotmeter
