// What the collector is doing, for people: status.json in the state directory. The running service
// writes it; `status` reads it, because the collector listens on nothing.
//
//    {"written_at":…, "last_receipt_at":…, "trouble":"…" or null, "next_try_at":…,
//     "printers":[{"address":"10.0.0.7:161","model":…,"serial":…,"last_success":…,"last_kept":…,
//                  "last_error":… or null,"asleep":true or false,"remarks":[…]}],
//     "events":[{"at":…,"kind":"moved","serial":…,"was":… or null,"is":… or null}],
//     "last_heartbeat_at":…, "newer_version":… or null, "remote":{…} (remote_settings.h) or null,
//     "spool_checked_at":…, "aside_seen":{"spool.db.damaged-…":3600} (in s, spool/set_aside.h)}
//
// Times are RFC 3339; what has not happened is null. A printer that moved is shown where it answers
// now, and no longer at the address where it does not.

#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "collector/known_printers.h"
#include "collector/poll/poller.h"
#include "collector/spool/set_aside.h"
#include "common/clock.h"
#include "common/event.h"
#include "common/json.h"

namespace plotmeter {

struct PrinterStatus {
  std::string model = {};
  std::string serial = {};
  std::optional<Instant> last_success = {};  // any channel answered
  std::optional<Moment> last_kept = {};      // its readings went into the spool
  std::string last_error = {};               // of the last round, in words; empty: it went well
  bool asleep = false;  // its web server says so, or all of it: its last state is kept
  bool owed = false;    // it slept when its reading was due; not kept over a restart
  std::vector<std::string> remarks = {};
};

// How the printers of the book are, without naming any.
struct PrinterCounts {
  int known = 0;
  int answering = 0;
  int asleep = 0;
};

class StatusBook {
 public:
  // Goes on from what `directory` has; a damaged file is as good as none.
  explicit StatusBook(std::string directory);

  PrinterStatus& Of(const PrinterAddress& address);
  // What is read next is read in full, of all printers.
  void ReadAllAgain();
  // The newest kMostEvents are kept.
  void AddEvent(const std::string& serial, const PrinterEvent& event);
  // Says here, and in the log, what the spool says to the portal.
  void Note(const std::vector<IdentityEvent>& events);
  // What its address answered last, it answered as itself.
  bool IsThere(const KnownPrinter& printer);
  PrinterCounts Count(const std::vector<KnownPrinter>& printers);
  void Save(Instant now) const;
  std::string Text(Instant now) const;  // what Save writes, without the end of the line

  std::optional<Instant> last_receipt_at = {};
  std::string trouble = {};  // what stands in the way of sending; empty: nothing
  std::optional<Instant> next_try_at = {};
  std::optional<Instant> last_heartbeat_at = {};  // that the portal answered
  std::string newer_version = {};                 // of this program, as the portal says
  Json remote = {};                               // what the portal proposed, and what came of it
  std::optional<Instant> spool_checked_at = {};   // in full
  SeenAside aside_seen = {};

 private:
  static constexpr std::size_t kMostEvents = 100;

  // The printers of what Text wrote; the text without them. False, and none, for another JSON.
  bool TakePrinters(std::string& text);
  void ReadPrinters(const Json& printers);
  // Read elsewhere since: nobody waits for it at its old address any more.
  bool HasGone(const PrinterStatus& printer) const;

  std::string path_;
  std::map<std::string, PrinterStatus> printers_;
  Json events_ = Json::array();  // oldest first
};

}  // namespace plotmeter
