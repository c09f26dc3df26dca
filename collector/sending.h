// What goes to the portal and what comes back, and how long to leave it alone after that.
//
//    Sending sending({spool, book, disk, clock}, arguments, directory, stop);
//    Attempt a = sending.SendAll(budget);     all that waits, as far as portal and budget let it
//
// Not being enrolled is no error: what is read waits, and book.trouble says so. What another
// process does to identity and key (enrol, rotate-key) is noticed before anything is sent, and a
// change of the key that was begun is brought to its end. One thread uses it.

#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "collector/disk_care.h"
#include "collector/enrol/identity.h"
#include "collector/rhythm.h"
#include "collector/spool/spool.h"
#include "collector/status_book.h"
#include "collector/uplink/portal_client.h"
#include "collector/upload/heart.h"
#include "collector/upload/uploader.h"
#include "common/clock.h"
#include "common/settings.h"

namespace plotmeter {

class Sending {
 public:
  // All of them must outlive it.
  struct Parts {
    Spool& spool;
    StatusBook& book;
    DiskCare& disk;
    const Clock& clock;
  };
  // `arguments` must outlive it, too. `stand_in` is asked instead of the portal of the identity;
  // for tests.
  Sending(const Parts& parts, const Arguments& arguments, const std::string& directory,
          std::stop_token stop, Portal* stand_in = nullptr);

  // Called between one batch and the next.
  void set_pulse(std::function<void()> pulse) { pulse_ = std::move(pulse); }

  bool is_enrolled() const { return uploader_ != nullptr; }

  // Takes identity and key from the disk again when another process has replaced them; true when
  // that was so. SendAll and Beat do it, too.
  bool Renew();

  // Sends until nothing waits, the portal asks for patience, or `budget` is used up: printers are
  // not kept waiting by a long queue. Attempt::wait is 0 when nothing waits any more, or when only
  // the budget ended it; `left` says which.
  struct Outcome {
    Attempt attempt = {};
    bool left = false;  // something still waits
  };
  Outcome SendAll(std::optional<milliseconds> budget = {});

  // Says that we live, and hears what the portal says to that. Nothing while not enrolled.
  std::optional<HeartbeatStep> Beat(const std::optional<SettingsOutcome>& settings);

 private:
  // Takes identity and key from the disk.
  void Open();
  // Asks the portal about a key that was to follow ours, if that is not settled.
  void SettleKey();
  // Keeps newer keys of the portal. Throws std::runtime_error where that cannot be done now.
  void RememberKeys(const std::string& jws, const PortalKeys& keys);
  // Says once, over restarts too, that there is a newer version. Nothing more is done about it.
  void NoteNewest(const std::string& newest);
  HeartFacts Facts(const std::optional<SettingsOutcome>& settings);
  void SendSteps(Outcome& outcome, std::optional<milliseconds> budget);

  Parts parts_;
  const Arguments& arguments_;
  std::string directory_;
  std::stop_token stop_;
  std::optional<Identity> identity_;
  std::string files_ = {};  // how identity and key looked when they were read
  Portal* const stand_in_;
  std::unique_ptr<PortalClient> client_;
  Portal* portal_ = nullptr;
  std::unique_ptr<Uploader> uploader_;
  std::unique_ptr<Heart> heart_;
  bool settling_ = false;    // and holds the KeyLock
  std::string unread_ = {};  // what the portal called a version, and is none
  std::function<void()> pulse_ = [] {};
};

// How the portal of this identity is reached with these settings.
PortalClientSettings PortalClientSettingsOf(const Arguments& arguments, const std::string& url,
                                            const std::string& ca_file);

}  // namespace plotmeter
