// LEDM, HP's XML device model, as a Channel: XML over the printer's web server, GET only, one
// request at a time a printer.
//
//    PrinterWeb web(clock, certificates);
//    LedmChannel ledm(web);
//    ledm.Read({.host = "10.0.0.7"}, [](Told told) { … });
//    ledm.Watch({.host = "10.0.0.7"}, [](Told told) { … });
//
// The discovery tree says what a printer has, and nothing else is asked for but what the profile of
// its model has beside it; the tree is read again once a week, and when the printer was started or
// has other firmware. Without a tree, what answers at the usual places is taken, and the tree asked
// for again after an hour.
//
// Read asks for everything that is listed. Watch asks for the event table and then only for alerts,
// jobs and supplies, and for these only if their stamp there is another one than when they were
// read last, or if a job was under way: mostly one request. What it does not ask for it leaves out,
// so nothing in an answer is older than the answer. A PowerUpEvent with another stamp is the event
// "restarted".
//
// TLS comes first (port 443, key remembered as for PIWS), and again whenever the tree is asked for.
// Only where nothing speaks TLS there, and only on the site's own network, is plain HTTP spoken; a
// printer that once showed a key is refused without one.
//
// Seen is as for PIWS; without ProductConfigDyn there is no answer. Jobs are left out at a printer
// whose PIWS tells them, for there they come with area and ink, and would count twice; and where no
// PowerUpEvent was seen yet, for their numbers come again after a start.

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "collector/channel/channel.h"
#include "collector/channel/profiles.h"
#include "collector/ledm/tree.h"
#include "collector/web/printer_web.h"

namespace plotmeter {

struct LedmSettings {
  std::chrono::hours tree_for{7 * 24};  // how long a discovery tree is good
  std::chrono::hours assumed_for{1};    // and the usual one: a printer that starts may say 404
  std::uint16_t http_port = 80;         // 0: TLS only
  const Profiles* profiles = &BuiltInProfiles();  // must outlive the channel
};

class LedmChannel : public Channel {
 public:
  // Keeps a reference to `web`, which must outlive it.
  explicit LedmChannel(PrinterWeb& web, LedmSettings settings = {});
  ~LedmChannel() override;  // Stops `web`: all visits have ended when it returns.

  ChannelKind kind() const override { return ChannelKind::kLedm; }
  void Identify(const PrinterAddress& address, std::function<void(Told)> told) override;
  void Read(const PrinterAddress& address, std::function<void(Told)> told) override;
  void Watch(const PrinterAddress& address, std::function<void(Told)> told) override;
  void ProbeAgain(const PrinterAddress& address) override;

 private:
  enum class Wish { kIdentity, kEverything, kNews };
  class Visit;

  // What stays known of a printer between visits; forgotten when another serial answers there.
  struct Known {
    PrinterIdentity identity = {};
    std::string plain_base = {};   // "http://10.0.0.7:80", where it has no TLS
    std::string fingerprint = {};  // of its key; proves that it is the same printer
    LedmTree tree = {};
    std::optional<Instant> tree_at = {};
    bool tree_listed = false;            // by the printer, not assumed
    std::set<LedmResource> beside = {};  // of the tree: assumed by the profile
    std::string power_up = {};
    std::map<LedmResource, std::string> stamps = {};  // of what was read, when it was read
    bool jobs_under_way = false;
  };

  PrinterWeb& web_;
  const LedmSettings settings_;
  std::map<std::string, Known> known_;  // by printer; for the thread of `web_` only
};

}  // namespace plotmeter
