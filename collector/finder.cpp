#include "collector/finder.h"

#include <future>
#include <utility>

#include "collector/by_web.h"

namespace plotmeter {

Finder::Finder(const Arguments& arguments, const Clock& clock, HostTurns* turns,
               std::function<void()> wake)
    : arguments_(arguments), clock_(clock), turns_(turns), wake_(std::move(wake)) {}

Finder::~Finder() = default;

void Finder::Begin(SearchProfile profile, SweepState from,
                   std::map<std::string, std::string> certificates) {
  busy_ = true;
  news_ = {.profile = profile.name};
  cut_ = false;
  thread_ = std::jthread([this, profile = std::move(profile), from = std::move(from),
                          certificates = std::move(certificates)](std::stop_token stop) {
    std::string trouble;
    try {
      Run(profile, from, certificates, stop);
    } catch (const std::exception& error) {
      trouble = error.what();
    }
    {
      const std::lock_guard lock(mutex_);
      news_.finished = true;
      news_.whole = trouble.empty() && !stop.stop_requested();
      news_.trouble = trouble;
    }
    wake_();
  });
}

void Finder::Run(const SearchProfile& profile, SweepState from,
                 std::map<std::string, std::string> certificates, std::stop_token stop) {
  SweepPlan plan = PlanOf(profile);
  plan.options.from = GoesOnAt(plan, std::move(from));
  {
    const std::lock_guard lock(mutex_);
    news_.unresolved = plan.unresolved;
    news_.narrowed = plan.narrowed;
  }
  constexpr int kPolite = 100;  // strangers are asked at this ceiling
  Ways ways(profile, arguments_, clock_, kPolite,
            {.certificates = std::move(certificates), .turns = turns_});
  plan.options.window = WindowFor(ways.session.packets_per_second(), profile.timeout);
  std::promise<void> done;
  Sweep sweep(ways.session, plan.options);
  {
    const std::lock_guard lock(mutex_);
    sweep_ = &sweep;
  }
  const std::stop_callback end(stop, [&] {
    ways.session.Stop();
    ways.web.Stop();
  });
  sweep.Start(
      [&](SweepRow row) {
        Looked looked = LookedOf(profile, plan, std::move(row));
        const bool is_ours = looked.fingerprint.verdict == Verdict::kLargeFormat;
        const bool is_listed = !looked.row.at.host.empty();
        if (!is_ours && !(is_listed && IsUnsettled(looked.fingerprint))) return;
        {
          const std::lock_guard lock(mutex_);
          ++unidentified_;
        }
        const PrinterAddress address = looked.address;
        if (!is_ours) {
          AskWeb(ways.piws, ways.ledm, address,
                 [this, &ways, stop,
                  looked = std::move(looked)](std::vector<ChannelTold> told) mutable {
                   SettleByWeb(looked, std::move(told), ways.profiles);
                   Keep(std::move(looked), stop.stop_requested());
                 });
          return;
        }
        ways.piws.Identify(address, [this, &ways, looked = std::move(looked)](Told told) mutable {
          looked.told = {{ChannelKind::kPiws, std::move(told)}};
          TakeIdentity(looked, ways.profiles);
          Keep(std::move(looked));
        });
      },
      [&](SweepProgress progress) {
        const std::lock_guard lock(mutex_);
        news_.progress = progress;
      },
      [&] { done.set_value(); });
  done.get_future().wait();
  // What is still being asked calls back before the channels are gone; then nothing is under way.
  std::unique_lock lock(mutex_);
  identified_.wait(lock, [&] { return unidentified_ == 0; });
  if (!cut_) news_.state = sweep.state();
  sweep_ = nullptr;
  news_.certificates.merge(ways.certificates.TakeNew());
}

void Finder::Keep(Looked looked, bool cut) {
  {
    const std::lock_guard lock(mutex_);
    cut_ = cut_ || (cut && IsUnsettled(looked.fingerprint));
    if (looked.fingerprint.verdict == Verdict::kLargeFormat) {
      news_.printers.push_back(std::move(looked));
    }
    --unidentified_;
    identified_.notify_all();
  }
  wake_();
}

Finder::News Finder::Take() {
  const std::lock_guard lock(mutex_);
  if (sweep_ != nullptr && unidentified_ == 0 && !cut_) news_.state = sweep_->state();
  News news = std::exchange(news_, {});
  news_.profile = news.profile;
  if (news.finished) busy_ = false;
  return news;
}

}  // namespace plotmeter
