// What we know of one model, or of a family of them: data, read from a file (profile_file.h).
//
//    const ModelProfile& profile = profiles.Of(identity);       // profiles.h
//    profile.name                        "designjet-z9"
//    profile.Skips(ChannelKind::kLedm)   true where it is known that the model has no LEDM
//    profile.Order("ink.used")           {kPiws, kLedm, kSnmp}, the one to be believed first
//
// A profile never says what a printer said: it says whom to ask, and whom to believe when two
// channels give the same meter. Both counts are kept (docs/decisions/0007).

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/job.h"
#include "common/reading.h"

namespace plotmeter {

enum class Spoken { kUnknown, kYes, kNo };

// "HP DesignJet Z9+ 24in" as {"hp", "designjet", "z9", "24in"}; of a pattern the `*` stays.
std::vector<std::string> WordsOfModel(std::string_view text);

struct ModelProfile {
  std::string name = {};   // of its file, "designjet-t770"
  std::string title = {};  // for people: "HP DesignJet T770"

  // Whole words of a model's text, in any case and one after the other: "designjet t1600" is in "HP
  // Designjet T1600 PostScript", not in "HP DesignJet T16000". A `*` at the end of a word stands
  // for more letters, not for digits: "t1600*" is T1600, T1600dr and T1600PS.
  std::vector<std::string> models = {};
  std::vector<std::string> products = {};  // product numbers, "W3Z71A"

  // `models` split into their words (WordsOfModel), as Fits wants them; Profiles fills it in.
  std::vector<std::vector<std::string>> patterns = {};

  std::map<ChannelKind, Spoken> channels = {};  // absent: unknown

  // By meter, the most believed channel first; "*" is for the meters that are not named.
  std::map<std::string, std::vector<ChannelKind>> believe = {};

  // Units that a source confirms and the channel does not say: {kPiws, "job.area"} to "in2". Keys
  // are names of meters, or job.area, job.length, job.ink.
  std::map<std::pair<ChannelKind, std::string>, std::string> units = {};

  // Which ink has which number in HP's private objects: 1 to "cyan".
  std::map<std::uint32_t, std::string> private_ink = {};
  std::string private_ink_unit = "?";  // of what they count; "?": not confirmed, so not billed

  // Paths of LEDM documents that the model has and its discovery tree does not list.
  std::vector<std::string> beside_tree = {};

  // Before each request to the job queue of PIWS.
  std::optional<std::chrono::milliseconds> queue_pause = {};

  // True where the model surely does not speak the channel, so that it need not be asked.
  bool Skips(ChannelKind channel) const;

  // All channels; those that the profile does not name for this meter come last.
  std::vector<ChannelKind> Order(std::string_view meter) const;

  // How much of a model's text, given as its words, the profile's best pattern matches, in
  // characters of the pattern; 0: it is not for this model.
  std::size_t Fits(const std::vector<std::string>& words) const;

  // True for one of its product numbers; what follows a '#' ("W3Z71A#B19", the region) is ignored.
  bool HasProduct(std::string_view product) const;

  // Gives the quantities of an answer that have no unit ("?") the confirmed one, if there is one.
  void SettleUnit(ChannelKind channel, MeterValue& meter) const;
  void SettleUnits(ChannelKind channel, JobRecord& job) const;
};

}  // namespace plotmeter
