// The way to the web servers of printers, which all web channels share: one request at a time a
// printer whoever asks, many printers at once, connections kept between channels.
//
//    PrinterWeb web(clock, certificates);
//    PiwsChannel piws(web);
//    LedmChannel ledm(web);
//
// A visit is one Identify or Read of one channel. Visits of one printer wait for each other; all
// that visits know lives on one thread, that of Fetch.

#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "collector/channel/channel.h"
#include "collector/web/certificate_memory.h"
#include "collector/web/presence.h"
#include "common/clock.h"
#include "common/http/fetch.h"

namespace plotmeter {

class WebVisit;

// For printers, and http where a visit asks for it. More at once than there are slow ones.
inline FetchRules PrinterWebRules() {
  FetchRules rules = FetchRules::Printers();
  rules.plain_http = true;
  rules.at_once = 256;
  return rules;
}

// One question to a web server, and what came of it, for people: "HTTP 404".
struct WebAsked {
  std::string url = {};
  std::string answer = {};  // nothing that the printer sent
};

struct WebSettings {
  std::chrono::milliseconds deadline{15'000};  // of one request
  std::chrono::milliseconds connect{5'000};    // of TCP and TLS, within it
  std::chrono::milliseconds visit{90'000};     // of all requests of a visit; none begins after it
  std::size_t max_bytes = std::size_t{4} << 20;
  FetchRules rules = PrinterWebRules();
  std::function<void(const WebAsked&)> witness = {};  // told of each, on the thread of Fetch
};

class PrinterWeb {
 public:
  // Keeps references to `clock` and `certificates`, which must outlive it.
  PrinterWeb(const Clock& clock, CertificateMemory& certificates, WebSettings settings = {});
  ~PrinterWeb();

  // Lets the visit begin as soon as those before it at the same printer have ended. Where the
  // channel was not there, and it is too soon to look again (presence.h), the visit asks nothing
  // and says what was seen then, unless `always`. From any thread; once stopped, the visit ends at
  // once, on the caller's.
  void Enter(std::shared_ptr<WebVisit> visit, bool always = false);

  // The next visit looks again whether the channel is there, and at all paths. From any thread.
  void ProbeAgain(const PrinterAddress& address, ChannelKind channel);

  // Ends all visits; each has called back when it returns. Every channel calls it when it dies, so
  // channels that share a PrinterWeb end together.
  void Stop();

  FetchTraffic traffic() const { return fetch_.traffic(); }

 private:
  friend class WebVisit;

  void Leave(const std::string& printer);

  const Clock& clock_;
  CertificateMemory& certificates_;
  const WebSettings settings_;

  struct Waiting {
    std::shared_ptr<WebVisit> visit;
    bool always = false;
  };

  // All by printer, "10.0.0.7:443"; the Fetch thread's own.
  std::map<std::string, std::deque<Waiting>> visits_;  // the first of each is under way
  std::map<std::pair<std::string, ChannelKind>, Presence> presences_;
  std::map<std::string, std::map<std::string, Presence>> absent_;  // paths that were not there
  std::map<std::string, std::string> serials_;                     // who was there last
  // The channel that tells the jobs; kNone where PIWS will not.
  std::map<std::string, ChannelKind> job_tellers_;

  Fetch fetch_;  // last: its callbacks use all of the above until it is gone
};

}  // namespace plotmeter
