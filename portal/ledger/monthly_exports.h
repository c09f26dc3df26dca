// Writes what is to be exported every month, once, when the month is over and has settled.
//
//    MonthlyExports monthly(store, store, store, store, store, delivery, clock, 24 h);
//    monthly.Tick(go_on);                what is due
//    monthly.Run(stop_token);            the same, for ever; a thread of `serve`
//
// A month is due at the day and hour of its schedule, and not before it has been over for the
// settling time at every site of the reseller: collectors that were cut off send by then. What was
// missed, by a portal that did not run, is made up for, month by month.
//
// Once: the file is written beside its place under a name that begins with a dot; when it is whole
// and on the disk the month is noted; it is delivered; the month is ended. Cut short before the
// note, it is written anew; after it, only what is left of it is done.
//
// The log has one line a file, `scheduled_export`, or `scheduled_export_failed` when it begins to
// fail or fails differently; it is tried again every hour. The first look is five minutes after the
// start. A wall clock that was set by more than an hour since then puts all off for a day: one that
// leaps ahead must not bill a month that has not ended.

#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "common/clock.h"
#include "common/clock_watch.h"
#include "portal/ledger/month.h"
#include "portal/store/books.h"
#include "portal/store/directory.h"
#include "portal/store/lists.h"
#include "portal/store/schedules.h"
#include "portal/store/store.h"

namespace plotmeter {

// "36h", "2d", "0": at most 90 days. Empty for anything else.
std::optional<std::chrono::hours> ParseSettle(std::string_view text);

// How a whole file gets to where it belongs. Throws when it cannot; then it is asked again later.
class FileDelivery {
 public:
  virtual ~FileDelivery() = default;
  // Where to write the file before it is delivered; the same for the same month.
  virtual std::filesystem::path PartOf(const ScheduledExport& schedule,
                                       const std::string& name) const = 0;
  // The part is gone when it is delivered. A part that is not there was delivered before.
  virtual void Deliver(const ScheduledExport& schedule, const std::string& name) = 0;
};

// Into the folder of the schedule, by a rename within it.
class FolderDelivery : public FileDelivery {
 public:
  std::filesystem::path PartOf(const ScheduledExport& schedule,
                               const std::string& name) const override;
  void Deliver(const ScheduledExport& schedule, const std::string& name) override;
};

class MonthlyExports {
 public:
  // Between two parts; false: it is to end.
  using Pause = std::function<bool()>;

  // All of them must outlive this.
  MonthlyExports(Store& store, Lists& lists, Books& books, Schedules& schedules,
                 Directory& directory, FileDelivery& delivery, const Clock& clock,
                 std::chrono::hours settle);

  // Throws nothing: what fails is logged. One thread at a time.
  void Tick(const Pause& pause);
  void Run(const std::stop_token& stop);

  // From when on the month is to be written, given the sites of the reseller.
  static Instant DueAt(const ScheduledExport& schedule, const Month& month,
                       const std::vector<Site>& sites, std::chrono::hours settle);

 private:
  struct Trouble {
    std::string why = {};
    std::chrono::milliseconds again = {};  // by the steady clock
  };

  void Look(const ResellerId& reseller, const ScheduledExport& schedule, const Pause& pause);
  void Write(const ResellerId& reseller, const ScheduledExport& schedule, const Month& month,
             const Pause& pause);
  void Finish(const ResellerId& reseller, const ScheduledExport& schedule,
              const ScheduledMonth& month);
  void Complain(const std::string& schedule, const std::string& why);

  Store& store_;
  Lists& lists_;
  Books& books_;
  Schedules& schedules_;
  Directory& directory_;
  FileDelivery& delivery_;
  const Clock& clock_;
  const std::chrono::hours settle_;
  ClockWatch watch_;
  std::chrono::milliseconds due_;            // by the steady clock
  std::map<std::string, Trouble> troubles_;  // by schedule
};

}  // namespace plotmeter
