// PIWS, HP's Printer Information Web Services, as a Channel: HTTPS to the printer, GET only, one
// request at a time a printer.
//
//    PrinterWeb web(clock, certificates);
//    PiwsChannel piws(web);
//    piws.Read({.host = "10.0.0.7"}, [](Told told) { … });
//    piws.Watch({.host = "10.0.0.7"}, [](Told told) { … });
//
// Read asks for Identification, InkSystem, DeviceStatus, the paper list (once an hour),
// MediaSystem, PrintheadsStatus, PrinterMaintenance, Discovery, three documents of counters, Alerts
// and the job queue. Of the heads, the maintenance, Discovery and the counters, those a printer has
// not (404, 401, another document) are asked for again after a week or with new firmware. What it
// does not get, it leaves out and says why in answers.remarks; only without Identification is there
// no answer:
//
//    404 kNotSpoken     503 kAsleep     401 kRefused
//    no answer in time kUnreachable     bytes that are something else kUnreadable
//
// Watch asks for Identification, Alerts and the job queue. DeviceStatus comes only where the alerts
// answer 503 or not at all, to tell a printer that has nothing to say from one that sleeps, and
// Discovery where the queue does not say the printer's clock.
//
// A paper that was told without its name is looked up in the paper list at once, for customers
// delete theirs: at most once a visit, and of papers that are not listed either once an hour. Names
// that were known stay.
//
// The id of the queue is another one after each start of the printer. Where one was known before,
// that is the event "restarted".
//
// Alerts and the job queue may answer 404 or 503 when they have nothing to say: no statement, no
// failure. 401 on the queue leaves the remark "job queue wants credentials". Two requests in a row
// without an answer end the visit.

#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "collector/channel/channel.h"
#include "collector/channel/profiles.h"
#include "collector/piws/documents.h"
#include "collector/web/printer_web.h"

namespace plotmeter {

struct PiwsSettings {
  // Before each request to the job queue, which firmware serves slowly; absent: what the profile of
  // the model says.
  std::optional<std::chrono::milliseconds> queue_pause = {};
  const Profiles* profiles = &BuiltInProfiles();  // must outlive the channel
  std::chrono::minutes papers_for{60};   // how long a paper list is good, also for what it lacks
  std::chrono::hours lacks_for{7 * 24};  // how long a document that is not there is believed absent
  Curiosity curiosity = {};
};

class PiwsChannel : public Channel {
 public:
  // Keeps a reference to `web`, which must outlive it.
  explicit PiwsChannel(PrinterWeb& web, PiwsSettings settings = {});
  ~PiwsChannel() override;  // Stops `web`: all visits have ended when it returns.

  ChannelKind kind() const override { return ChannelKind::kPiws; }
  void Identify(const PrinterAddress& address, std::function<void(Told)> told) override;
  void Read(const PrinterAddress& address, std::function<void(Told)> told) override;
  void Watch(const PrinterAddress& address, std::function<void(Told)> told) override;
  void ProbeAgain(const PrinterAddress& address) override;

 private:
  enum class Wish { kIdentity, kEverything, kNews };
  class Visit;

  // What stays known of a printer between visits; forgotten when another serial answers there.
  struct Known {
    std::string serial = {};
    std::string queue = {};
    std::string queue_before = {};  // the last that was known
    PaperNames papers = {};
    std::optional<Instant> papers_at = {};
    bool papers_failed = false;                    // when the list was asked for last
    std::map<std::string, Instant> nameless = {};  // papers, and when they were looked up
    std::string firmware = {};
    std::optional<Instant> explored_at = {};  // when `lacks` began anew
    std::set<std::string_view> lacks = {};    // documents, by name
  };

  PrinterWeb& web_;
  const PiwsSettings settings_;
  std::map<std::string, Known> known_;  // by printer; for the thread of `web_` only
};

}  // namespace plotmeter
