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
#include <map>
#include <memory>
#include <string>

#include "collector/channel/channel.h"
#include "collector/web/certificate_memory.h"
#include "common/clock.h"
#include "common/http/fetch.h"

namespace plotmeter {

class WebVisit;

struct WebSettings {
  std::chrono::milliseconds deadline{15'000};  // of one request
  std::chrono::milliseconds connect{5'000};    // of TCP and TLS, within it
  std::size_t max_bytes = std::size_t{4} << 20;
  FetchRules rules = FetchRules::Printers();
};

class PrinterWeb {
 public:
  // Keeps references to `clock` and `certificates`, which must outlive it.
  PrinterWeb(const Clock& clock, CertificateMemory& certificates, WebSettings settings = {});
  ~PrinterWeb();

  // Lets the visit begin as soon as those before it at the same printer have ended. From any
  // thread; once stopped, the visit ends at once, on the caller's.
  void Enter(std::shared_ptr<WebVisit> visit);

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

  // By printer, "10.0.0.7:443"; the Fetch thread's own. The first visit of each is under way.
  std::map<std::string, std::deque<std::shared_ptr<WebVisit>>> visits_;

  Fetch fetch_;  // last: its callbacks use all of the above until it is gone
};

}  // namespace plotmeter
