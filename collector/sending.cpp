#include "collector/sending.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <string_view>

#include "collector/collector_settings.h"
#include "collector/key_lock.h"
#include "collector/upload/key_rotation.h"
#include "common/log.h"
#include "common/path.h"
#include "common/semantic_version.h"
#include "common/version.h"

namespace plotmeter {
namespace {

constexpr std::chrono::minutes kDoubtfulOffset{10};  // of our clock, as the portal judges it
constexpr std::chrono::days kMishapTold{7};

// A flag that is up for a scope.
class Raised {
 public:
  explicit Raised(bool& flag) : flag_(flag) { flag_ = true; }
  ~Raised() { flag_ = false; }
  Raised(const Raised&) = delete;
  Raised& operator=(const Raised&) = delete;

 private:
  bool& flag_;
};

// Changes whenever one of them is replaced, which is how they are written.
std::string FilesOf(const std::string& directory) {
  std::string text;
  for (const char* name : {"/identity.json", "/key.pem"}) {
    std::error_code missing;
    const auto at = std::filesystem::last_write_time(PathOf(directory + name), missing);
    text += missing ? "-;" : fmt::format("{};", at.time_since_epoch().count());
  }
  return text;
}

std::function<double()> Chance() {
  return [random = std::mt19937_64(std::random_device()())]() mutable {
    return std::uniform_real_distribution<double>(0.0, 1.0)(random);
  };
}

}  // namespace

PortalClientSettings PortalClientSettingsOf(const Arguments& arguments, const std::string& url,
                                            const std::string& ca_file) {
  return {.url = url,
          .ca_file = arguments.Has("ca") ? arguments.Text("ca") : ca_file,
          .proxy = ProxyWishesOf(arguments)};
}

Sending::Sending(const Parts& parts, const Arguments& arguments, const std::string& directory,
                 std::stop_token stop, Portal* stand_in)
    : parts_(parts),
      arguments_(arguments),
      directory_(directory),
      stop_(std::move(stop)),
      stand_in_(stand_in) {
  Open();
}

void Sending::Open() {
  files_ = FilesOf(directory_);
  const std::string collector = identity_ ? identity_->collector : "";
  heart_.reset();
  uploader_.reset();
  client_.reset();
  identity_ = LoadIdentity(directory_);
  const std::optional<PrivateKey> key = LoadKey(directory_);
  if (!identity_ || !key) {
    parts_.book.trouble = "not enrolled: what is read waits here. Run plotmeter-collector enrol";
    return;
  }
  // It was enrolled anew meanwhile, and what was cut for another collector stays that one's.
  if (!collector.empty() && collector != identity_->collector) {
    parts_.spool.NewStream("enrolled as another collector");
  }
  portal_ = stand_in_;
  if (portal_ == nullptr) {
    client_ = std::make_unique<PortalClient>(
        PortalClientSettingsOf(arguments_, identity_->portal_url, identity_->ca_file));
    portal_ = client_.get();
  }
  uploader_ = std::make_unique<Uploader>(
      parts_.spool, *portal_, parts_.clock, Chance(),
      UploadIdentity{.portal = identity_->portal,
                     .collector = identity_->collector,
                     .keys = identity_->keys,
                     .key = key,
                     .remember_keys = [this](const std::string& jws, const PortalKeys& keys) {
                       RememberKeys(jws, keys);
                     }});
  heart_ = std::make_unique<Heart>(parts_.spool, *portal_, parts_.clock, uploader_->identity(),
                                   [this] { return uploader_->RefreshKeys(); });
}

bool Sending::Renew() {
  if (FilesOf(directory_) == files_) return false;
  try {
    Open();
    Log(LogLevel::kInfo, "identity_read_again",
        {{"collector", identity_ ? identity_->collector : ""}});
  } catch (const std::runtime_error& error) {
    parts_.book.trouble = error.what();
  }
  return true;
}

void Sending::RememberKeys(const std::string& jws, const PortalKeys& keys) {
  std::optional<KeyLock> lock;
  if (!settling_) lock.emplace(directory_, KeyLock::Try());
  // Who enrols or rotates just now knows more than we do; then they are fetched again.
  if ((lock && !lock->has()) || FilesOf(directory_) != files_) {
    throw std::runtime_error("another process changes identity or key");
  }
  identity_->keys_jws = jws;
  identity_->keys = keys;
  SaveIdentity(directory_, *identity_);
  files_ = FilesOf(directory_);
}

void Sending::SettleKey() {
  if (!uploader_) return;
  if (!parts_.spool.IsRetired(uploader_->identity().key->public_key())) return;
  // A command that is at it brings it to its end itself.
  const KeyLock lock(directory_, KeyLock::Try());
  if (!lock.has()) return;
  Renew();
  if (!uploader_ || !parts_.spool.IsRetired(uploader_->identity().key->public_key())) return;
  const UploadIdentity& ours = uploader_->identity();
  const std::optional<PrivateKey> next = LoadNextKey(directory_);
  if (!next) {  // somebody took it away, and whatever the portal says, there is no other
    parts_.spool.Reinstate(ours.key->public_key());
    return;
  }
  RotationStep step;
  {
    const std::stop_callback cancel(stop_, [this] { portal_->Cancel(); });
    const Raised settling(settling_);
    step = RotateKey(parts_.spool, *portal_, parts_.clock, ours, *next,
                     [this] { return uploader_->RefreshKeys(); });
  }
  if (step.end == RotationEnd::kRotated) {
    try {
      UseNextKey(directory_, *identity_);
      Open();
      Log(LogLevel::kInfo, "key_replaced", {{"key", identity_ ? identity_->key : ""}});
    } catch (const std::runtime_error& error) {  // the disk is full: asked again, answered the same
      parts_.book.trouble = error.what();
    }
  } else if (step.end == RotationEnd::kRefused) {
    Log(LogLevel::kWarning, "key_not_replaced", {{"why", step.words}});
  }
}

HeartFacts Sending::Facts(const std::optional<SettingsOutcome>& settings) {
  const PrinterCounts printers = parts_.book.Count(parts_.spool.KnownPrinters());
  HeartFacts facts{.version = kVersion,
                   .known = printers.known,
                   .answering = printers.answering,
                   .asleep = printers.asleep,
                   .disk = DiskWord(directory_),
                   .settings = settings};
  const auto say = [&](bool is_so, const char* word) {
    if (is_so) facts.troubles.emplace_back(word);
  };
  const std::optional<std::int64_t> offset = parts_.spool.stream_end().offset_ms;
  say(!parts_.disk.trouble().empty(), "disk");
  say(printers.known == 0, "no-printers");
  say(printers.known > printers.answering + printers.asleep, "silent-printers");
  say(parts_.spool.CountWaiting().aside > 0, "set-aside");
  for (const char* kind : {"damaged", "foreign", "full"}) {
    say(std::ranges::any_of(parts_.spool.Mishaps(),
                            [&](const Mishap& mishap) {
                              return mishap.kind == kind &&
                                     parts_.clock.Now() - mishap.at < kMishapTold;
                            }),
        kind == std::string_view("full") ? "spool-full" : "spool-damaged");
  }
  say(offset && std::chrono::abs(milliseconds(*offset)) > kDoubtfulOffset, "clock");
  return facts;
}

std::optional<HeartbeatStep> Sending::Beat(const std::optional<SettingsOutcome>& settings) {
  Renew();
  parts_.disk.Try([&] { SettleKey(); });
  if (!heart_) return {};
  const std::stop_callback cancel(stop_, [this] { portal_->Cancel(); });
  std::optional<HeartbeatStep> step;
  parts_.disk.Try([&] { step = heart_->Beat(Facts(settings)); });
  if (step && step->answered) {
    parts_.book.last_heartbeat_at = parts_.clock.Now();
    NoteNewest(step->newest);
  }
  return step;
}

void Sending::NoteNewest(const std::string& newest) {
  const std::string newer = IsNewer(newest, kVersion) ? newest : "";
  if (!newest.empty() && !ParseVersion(newest)) {
    if (newest != unread_) Log(LogLevel::kWarning, "version_not_understood", {{"what", newest}});
    unread_ = newest;
  }
  if (!newer.empty() && newer != parts_.book.newer_version) {
    Log(LogLevel::kInfo, "newer_version", {{"available", newer}, {"installed", kVersion}});
  }
  parts_.book.newer_version = newer;
}

Sending::Outcome Sending::SendAll(std::optional<milliseconds> budget) {
  Outcome outcome{.attempt = {.at = parts_.clock.Both()}};
  Renew();
  parts_.disk.Try([&] { SettleKey(); });
  if (!uploader_) return outcome;
  const std::stop_callback cancel(stop_, [this] { portal_->Cancel(); });
  // Even if nothing could be kept just now: what the portal has makes room.
  const bool on_disk = parts_.disk.Try([&] { SendSteps(outcome, budget); });
  if (!on_disk) {
    outcome.attempt.wait = kDiskAgain;
    outcome.left = true;
  }
  if (!parts_.disk.trouble().empty()) parts_.book.trouble = parts_.disk.trouble();
  outcome.attempt.at = parts_.clock.Both();
  return outcome;
}

void Sending::SendSteps(Outcome& outcome, std::optional<milliseconds> budget) {
  const milliseconds begun = parts_.clock.Steady();
  while (!stop_.stop_requested()) {
    if (budget && parts_.clock.Steady() - begun >= *budget) {
      outcome.left = true;
      return;
    }
    pulse_();
    const UploadStep step = uploader_->Step();
    if (step.did == UploadStep::Did::kNothing) {
      parts_.book.trouble.clear();
      return;
    }
    if (step.did == UploadStep::Did::kSent) {
      parts_.book.last_receipt_at = parts_.clock.Now();
      parts_.book.trouble.clear();
      parts_.disk.IsWell();
    } else {
      parts_.book.trouble = fmt::format("{}: {}", identity_->portal_url, step.trouble);
    }
    if (step.did == UploadStep::Did::kWaits) {
      outcome.left = true;
      outcome.attempt.wait = step.wait;
      outcome.attempt.asked = step.asked;
      return;
    }
  }
}

}  // namespace plotmeter
