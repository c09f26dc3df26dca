// PIWS, HP's Printer Information Web Services, as a Channel: HTTPS to the printer, GET only, one
// request at a time a printer.
//
//    PiwsChannel piws(clock, certificates);
//    piws.Read({.host = "10.0.0.7"}, [](Told told) { … });
//
// Read asks for Identification, InkSystem, DeviceStatus, the paper list (once an hour),
// MediaSystem, Alerts and the job queue. What it does not get, it leaves out and says why in
// answers.remarks; only without Identification is there no answer:
//
//    404 kNotSpoken     503 kAsleep     401 kRefused     no answer in time kUnreachable
//    bytes that are something else kUnreadable
//
// Alerts and the job queue may answer 404 or 503 when they have nothing to say: no statement, no
// failure. 401 on the queue leaves the remark "job queue wants credentials". Two requests in a row
// without an answer end the visit.

#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "collector/channel/channel.h"
#include "collector/channel/profiles.h"
#include "collector/piws/documents.h"
#include "common/clock.h"
#include "common/http/fetch.h"

namespace plotmeter {

// Which key a printer had at first contact. Printers sign their own certificates, so this is what
// there is to go by. It is kept by serial number, because addresses wander; a printer that says no
// serial is kept by its address.
//
// A changed key is refused (kRefused, remark "certificate changed") until a person has the old one
// forgotten: somebody may stand in between, or the printer was reset.
class CertificateMemory {
 public:
  virtual ~CertificateMemory() = default;
  // Both are called from the channel's thread. `printer` is "serial CN9541H01M" or
  // "address 10.0.0.7:443".
  virtual std::optional<std::string> Get(const std::string& printer) = 0;
  virtual void Set(const std::string& printer, const std::string& fingerprint) = 0;
};

struct PiwsSettings {
  // Before each request to the job queue, which firmware serves slowly; absent: what the profile of
  // the model says.
  std::optional<std::chrono::milliseconds> queue_pause = {};
  const Profiles* profiles = &BuiltInProfiles();  // must outlive the channel
  std::chrono::milliseconds deadline{15'000};     // of one request
  std::chrono::milliseconds connect{5'000};       // of TCP and TLS, within it
  std::chrono::minutes papers_for{60};            // how long a paper list is good
  std::size_t max_bytes = std::size_t{4} << 20;
  FetchRules rules = FetchRules::Printers();
};

class PiwsChannel : public Channel {
 public:
  // Keeps references to `clock` and `certificates`, which must outlive it.
  PiwsChannel(const Clock& clock, CertificateMemory& certificates, PiwsSettings settings = {});
  ~PiwsChannel() override;  // Ends all visits; each has called back when it returns.

  ChannelKind kind() const override { return ChannelKind::kPiws; }
  void Identify(const PrinterAddress& address, std::function<void(Told)> told) override;
  void Read(const PrinterAddress& address, std::function<void(Told)> told) override;

  FetchTraffic traffic() const { return fetch_.traffic(); }

 private:
  class Visit;

  // What stays known of a printer between visits; forgotten when another serial answers there.
  struct Known {
    std::string serial = {};
    std::string queue = {};
    PaperNames papers = {};
    std::optional<Instant> papers_at = {};
  };

  void Enter(const std::string& base, std::shared_ptr<Visit> visit);
  void Leave(const std::string& base);

  const Clock& clock_;
  CertificateMemory& certificates_;
  const PiwsSettings settings_;

  // Both by base, "https://10.0.0.7:443". The first visit of a printer is under way.
  using Queue = std::deque<std::shared_ptr<Visit>>;
  std::mutex mutex_;  // guards visits_
  std::map<std::string, Queue> visits_;
  std::map<std::string, Known> known_;  // the Fetch thread's own

  Fetch fetch_;  // last: its callbacks use all of the above until it is gone
};

}  // namespace plotmeter
