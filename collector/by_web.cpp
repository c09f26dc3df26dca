#include "collector/by_web.h"

#include <fmt/format.h>

#include <utility>

#include "collector/channel/large_format.h"

namespace plotmeter {

bool IsUnsettled(const Fingerprint& fingerprint) {
  return fingerprint.verdict == Verdict::kSilent || fingerprint.verdict == Verdict::kUnknown;
}

void AskWeb(Channel& piws, Channel& ledm, const PrinterAddress& address,
            std::function<void(std::vector<ChannelTold>)> told) {
  piws.Identify(address, [&ledm, address, told = std::move(told)](Told by_piws) {
    std::vector<ChannelTold> all = {{ChannelKind::kPiws, std::move(by_piws)}};
    if (all.front().told.seen == Seen::kAnswered) return told(std::move(all));
    ledm.Identify(address, [all = std::move(all), told](Told by_ledm) mutable {
      all.push_back({ChannelKind::kLedm, std::move(by_ledm)});
      told(std::move(all));
    });
  });
}

void SettleByWeb(Looked& looked, std::vector<ChannelTold> told, const Profiles& profiles) {
  Fingerprint& found = looked.fingerprint;
  const bool silent = found.verdict == Verdict::kSilent;
  const std::string who = silent ? "it is silent over SNMP, but it" : "it";
  std::string unseen;
  for (const auto& [channel, answer] : told) {
    if (answer.seen != Seen::kAnswered) {
      unseen += fmt::format("; {}: {}", ToText(channel),
                            answer.detail.empty() ? ToText(answer.seen) : answer.detail);
      continue;
    }
    const std::string& model = answer.answers.identity.model;
    if (channel == ChannelKind::kPiws) {
      found.verdict = Verdict::kLargeFormat;
      found.rule = who + " answers the information web services of large-format printers";
    } else if (NamesLargeFormat(model)) {
      found.verdict = Verdict::kLargeFormat;
      found.rule = who + " answers LEDM, which names a large-format model";
    } else {  // which office printers speak too
      found.verdict = Verdict::kOffice;
      found.rule = who + " answers LEDM, which names no large-format model";
    }
    looked.told = std::move(told);
    return TakeIdentity(looked, profiles);
  }
  found.rule += unseen;
}

}  // namespace plotmeter
