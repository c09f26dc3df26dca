#include "collector/channel/profile_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <functional>

#include "common/json.h"
#include "common/path.h"
#include "common/settings.h"
#include "common/suggestion.h"

namespace plotmeter {
namespace {

using Strings = std::vector<std::string>;

// The units that the ledger can reckon with. A unit it does not know would stay as raw as "?".
const Strings kUnits = {"cc", "ml", "m2", "cm2", "mm2", "in2", "ft2", "m", "mm", "in", "feet"};

// Those of HP's private ink objects, which are numbers only.
const Strings kPrivateInkUnits = {"1/1000 ml", "1/10 ml", "ml", "cc"};

const Strings kMeters = {"*",      "ink.used",     "media.area",     "media.length",
                         "sheets", "impressions",  "prints",         "scans",
                         "copies", "engine.hours", "cartridges.used"};

const Strings kJobAmounts = {"job.area", "job.length", "job.ink"};

// One value of the file with the way that leads to it, so that every complaint can name both.
class Place {
 public:
  Place(const std::string& file, std::string path, const Json& value)
      : file_(file), path_(std::move(path)), value_(value) {}

  [[noreturn]] void Refuse(const std::string& why) const {
    throw UsageError(fmt::format("{}: {}{}", file_, path_.empty() ? "" : path_ + " ", why));
  }

  // Every member, in the order of the names. Throws for a name that is not in `known`.
  void Members(const Strings& known,
               const std::function<void(const std::string&, const Place&)>& each) const {
    Members([&](const std::string& name, const Place& place) {
      if (std::ranges::find(known, name) == known.end()) {
        RefuseName(name, Suggestion(name, known));
      }
      each(name, place);
    });
  }

  void Members(const std::function<void(const std::string&, const Place&)>& each) const {
    if (!value_.is_object()) Refuse("is no object");
    for (const auto& [name, value] : value_.items()) {
      each(name, Place(file_, path_.empty() ? name : path_ + "." + name, value));
    }
  }

  [[noreturn]] void RefuseName(const std::string& name, const std::string& more) const {
    throw UsageError(fmt::format("{}: '{}' is not known{}{}", file_, name,
                                 path_.empty() ? "" : " in " + path_, more));
  }

  Place At(const char* name) const {
    if (!value_.is_object() || !value_.contains(name)) Refuse(fmt::format("has no '{}'", name));
    return {file_, path_.empty() ? name : path_ + "." + name, value_.at(name)};
  }

  std::vector<Place> Items() const {
    if (!value_.is_array() || value_.empty()) Refuse("is no list with something in it");
    std::vector<Place> items;
    for (std::size_t i = 0; i < value_.size(); ++i) {
      items.emplace_back(file_, fmt::format("{}[{}]", path_, i), value_[i]);
    }
    return items;
  }

  std::string Text() const {
    if (!value_.is_string() || value_.get_ref<const std::string&>().empty()) {
      Refuse("is no text");
    }
    return value_.get<std::string>();
  }

  std::string OneOf(const Strings& known) const {
    const std::string word = Text();
    if (std::ranges::find(known, word) != known.end()) return word;
    Refuse(fmt::format("is '{}'; expected one of {}", word, fmt::join(known, ", ")));
  }

  std::int64_t Number(std::int64_t low, std::int64_t high) const {
    const bool whole = value_.is_number_integer();
    if (whole && value_.get<std::int64_t>() >= low && value_.get<std::int64_t>() <= high) {
      return value_.get<std::int64_t>();
    }
    Refuse(
        fmt::format("is {}; expected a whole number from {} to {}", JsonText(value_), low, high));
  }

 private:
  const std::string& file_;
  std::string path_;
  const Json& value_;
};

ChannelKind ChannelOf(const Place& place, const std::string& word) {
  const ChannelKind channel = plotmeter::ChannelOf(word);
  if (channel != ChannelKind::kNone) return channel;
  place.RefuseName(word, "; expected snmp, piws or ledm");
}

// {"<what>": …, "source": "…"}: a claim, and who made it. Gives the place of what is claimed.
Place Claim(const Place& place, const char* what) {
  place.Members({what, "source"}, [](const std::string&, const Place&) {});
  place.At("source").Text();
  return place.At(what);
}

std::vector<ChannelKind> OrderOf(const Place& list) {
  std::vector<ChannelKind> order;
  for (const Place& item : list.Items()) {
    const ChannelKind channel = ChannelOf(list, item.Text());
    if (std::ranges::find(order, channel) != order.end()) item.Refuse("stands there twice");
    order.push_back(channel);
  }
  return order;
}

// "piws job.area"
std::pair<ChannelKind, std::string> AmountOf(const Place& units, const std::string& key) {
  const std::size_t blank = key.find(' ');
  const ChannelKind channel = ChannelOf(units, key.substr(0, blank));
  const std::string what = blank == std::string::npos ? "" : key.substr(blank + 1);
  Strings known = kJobAmounts;
  known.insert(known.end(), kMeters.begin() + 1, kMeters.end());
  if (std::ranges::find(known, what) == known.end()) {
    units.RefuseName(key, "; expected a channel and an amount, such as 'piws job.area'" +
                              Suggestion(what, known));
  }
  return {channel, what};
}

std::map<std::uint32_t, std::string> InksOf(const Place& colorants) {
  std::map<std::uint32_t, std::string> inks;
  colorants.Members([&](const std::string& key, const Place& place) {
    std::uint32_t number = 0;
    const auto [stop, error] = std::from_chars(key.data(), key.data() + key.size(), number);
    if (error != std::errc{} || stop != key.data() + key.size() || number == 0) {
      colorants.RefuseName(key, "; expected the number of an ink, such as 1");
    }
    inks[number] = place.Text();
  });
  return inks;
}

Strings TextsOf(const Place& list) {
  Strings texts;
  for (const Place& item : list.Items()) texts.push_back(item.Text());
  return texts;
}

void ReadMember(const std::string& name, const Place& place, ModelProfile& profile) {
  if (name == "title") {
    profile.title = place.Text();
  } else if (name == "models") {
    profile.models = TextsOf(place);
  } else if (name == "products") {
    profile.products = TextsOf(place);
  } else if (name == "channels") {
    place.Members([&](const std::string& channel, const Place& claim) {
      const std::string spoken = Claim(claim, "spoken").OneOf({"yes", "no", "unknown"});
      profile.channels[ChannelOf(place, channel)] = spoken == "yes"  ? Spoken::kYes
                                                    : spoken == "no" ? Spoken::kNo
                                                                     : Spoken::kUnknown;
    });
  } else if (name == "believe") {
    place.Members(kMeters, [&](const std::string& meter, const Place& claim) {
      profile.believe[meter] = OrderOf(Claim(claim, "order"));
    });
  } else if (name == "units") {
    place.Members([&](const std::string& key, const Place& claim) {
      profile.units[AmountOf(place, key)] = Claim(claim, "unit").OneOf(kUnits);
    });
  } else if (name == "private_ink") {
    place.Members({"colorants", "unit", "source"}, [&](const std::string& what, const Place& said) {
      if (what == "unit") profile.private_ink_unit = said.OneOf(kPrivateInkUnits);
    });
    place.At("source").Text();
    profile.private_ink = InksOf(place.At("colorants"));
  } else if (name == "queue_pause") {
    profile.queue_pause = std::chrono::milliseconds(Claim(place, "ms").Number(0, 60'000));
  } else if (name == "beside_tree") {
    profile.beside_tree = TextsOf(Claim(place, "paths"));
  } else if (name == "unknown") {
    TextsOf(place);
  } else if (name == "notes") {
    for (const Place& note : place.Items()) Claim(note, "note").Text();
  }
}

}  // namespace

ModelProfile ParseProfile(const ProfileFile& file) {
  ModelProfile profile{.name = PathText(PathOf(file.name).stem())};
  Json json;
  try {
    json = ParseJson(file.text, {.max_bytes = 1 << 20});
  } catch (const JsonError& error) {
    throw UsageError(fmt::format("{}: {}", file.name, error.what()));
  }
  const Place root(file.name, "", json);
  root.Members(
      {"title", "models", "products", "channels", "believe", "units", "private_ink", "queue_pause",
       "beside_tree", "unknown", "notes"},
      [&](const std::string& name, const Place& place) { ReadMember(name, place, profile); });
  root.At("title");
  const bool claims = !profile.models.empty() || !profile.products.empty();
  if (profile.name == "default" && claims) root.Refuse("the default is for no model of its own");
  if (profile.name == "default" && !profile.believe.contains("*")) {
    root.Refuse("believe has no '*', so there would be meters for which nobody is believed first");
  }
  if (profile.name != "default" && !claims) root.Refuse("has neither 'models' nor 'products'");
  return profile;
}

}  // namespace plotmeter
