// What the collector is doing, for people: status.json in the state directory. The running service
// writes it; `status` reads it, because the collector listens on nothing.
//
//    {"written_at":…, "last_receipt_at":…, "trouble":"…" or null, "next_try_at":…,
//     "printers":[{"address":"10.0.0.7:161","model":…,"serial":…,"last_success":…,"last_kept":…,
//                  "last_error":… or null,"remarks":[…]}],
//     "events":[{"at":…,"kind":"moved","serial":…,"was":… or null,"is":… or null}]}
//
// Times are RFC 3339; what has not happened is null. A printer that moved is shown where it answers
// now, and no longer at the address where it does not.

#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "collector/poll/poller.h"
#include "common/event.h"
#include "common/json.h"

namespace plotmeter {

struct PrinterStatus {
  std::string model = {};
  std::string serial = {};
  std::optional<Instant> last_success = {};  // any channel answered
  std::optional<Instant> last_kept = {};     // its readings went into the spool
  std::string last_error = {};               // of the last round, in words; empty: it went well
  std::vector<std::string> remarks = {};
};

class StatusBook {
 public:
  // Goes on from what `directory` has; a damaged file is as good as none.
  explicit StatusBook(std::string directory);

  PrinterStatus& Of(const PrinterAddress& address);
  // The newest kMostEvents are kept.
  void AddEvent(const std::string& serial, const PrinterEvent& event);
  void Save(Instant now) const;
  Json ToJson(Instant now) const;

  std::optional<Instant> last_receipt_at = {};
  std::string trouble = {};  // what stands in the way of sending; empty: nothing
  std::optional<Instant> next_try_at = {};

 private:
  static constexpr std::size_t kMostEvents = 100;

  std::string path_;
  std::map<std::string, PrinterStatus> printers_;
  Json events_ = Json::array();  // oldest first
};

}  // namespace plotmeter
