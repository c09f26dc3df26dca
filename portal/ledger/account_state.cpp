// What a ChannelAccount knows, as JSON: {"last":{"at":…,"by":"col_…","up":…},"meters":{"7":{"last":
// [at,"433",batch]}},"doubted":{…}}. Members are left out
// where they say nothing, so that it is short, and the same bytes for the same account.

#include "common/json.h"
#include "portal/ledger/account.h"

namespace plotmeter {
namespace {

Json ToJson(const MeterStand& stand) {
  return {ToMillis(stand.at), stand.value.text(), stand.batch};
}

Decimal DecimalFrom(const Json& json) {
  const auto value = Decimal::Parse(json.get<std::string>());
  if (!value) throw JsonError("a meter's stand is no decimal");
  return *value;
}

MeterStand StandFrom(const Json& json) {
  return {FromMillis(json.at(0).get<std::int64_t>()), DecimalFrom(json.at(1)),
          json.at(2).get<std::int64_t>()};
}

template <typename Seen>
Json SeenJson(const Seen& seen) {
  Json json = {{"at", ToMillis(seen.at)}, {"by", seen.collector}};
  if (seen.up) json["up"] = seen.up->count();
  return json;
}

template <typename Seen>
Seen SeenFrom(const Json& json) {
  Seen seen{.at = FromMillis(json.at("at").get<std::int64_t>()),
            .collector = json.at("by").get<std::string>()};
  if (json.contains("up")) seen.up = std::chrono::milliseconds(json.at("up").get<std::int64_t>());
  return seen;
}

}  // namespace

std::string ChannelAccount::State() const {
  Json json = Json::object();
  if (last_) json["last"] = SeenJson(*last_);
  if (swapped_) json["swapped"] = true;
  for (const auto& [number, seen] : others_saw_) {
    json["others_saw"][std::to_string(number)] = {seen.value.text(), ToMillis(seen.at)};
  }
  for (const Meter& meter : meters_) {
    if (!meter.last) continue;
    Json& one = json["meters"][std::to_string(meter.what.number)];
    one["last"] = ToJson(*meter.last);
    if (meter.behind) one["behind"] = true;
    if (meter.former) one["former"] = meter.former->text();
    if (meter.largest) one["largest"] = meter.largest->Text();
  }
  if (doubted_) {
    Json& doubted = json["doubted"] = SeenJson(doubted_->seen);
    doubted["fallen"] = doubted_->fallen;
    for (const auto& [number, stand] : doubted_->values) {
      doubted["values"][std::to_string(number)] = ToJson(stand);
    }
  }
  return JsonText(json);
}

std::optional<Instant> ChannelAccount::DoubtedSince(std::string_view state) {
  const Json json = ParseJson(state);
  if (!json.contains("doubted")) return std::nullopt;
  return FromMillis(json.at("doubted").at("at").get<std::int64_t>());
}

void ChannelAccount::Resume(std::string_view state) {
  const Json json = ParseJson(state);
  if (!json.is_object()) throw JsonError("an account's state is no object");
  try {
    if (json.contains("last")) last_ = SeenFrom<Seen>(json.at("last"));
    swapped_ = json.contains("swapped");
    if (json.contains("others_saw")) {
      for (const auto& [number, seen] : json.at("others_saw").items()) {
        others_saw_.emplace(std::stoll(number), Sight{DecimalFrom(seen.at(0)),
                                                      FromMillis(seen.at(1).get<std::int64_t>())});
      }
    }
    for (Meter& meter : meters_) {
      const auto number = std::to_string(meter.what.number);
      if (!json.contains("meters") || !json.at("meters").contains(number)) continue;
      const Json& one = json.at("meters").at(number);
      meter.last = StandFrom(one.at("last"));
      meter.behind = one.contains("behind");
      if (one.contains("former")) meter.former = DecimalFrom(one.at("former"));
      if (one.contains("largest")) meter.largest = Exact::Of(DecimalFrom(one.at("largest")));
    }
    if (!json.contains("doubted")) return;
    const Json& doubted = json.at("doubted");
    doubted_ = {.seen = SeenFrom<Seen>(doubted),
                .fallen = doubted.at("fallen").get<std::set<std::int64_t>>()};
    for (const auto& [number, stand] : doubted.at("values").items()) {
      doubted_->values.emplace(std::stoll(number), StandFrom(stand));
    }
  } catch (const Json::exception& error) {
    throw JsonError(error.what());
  }
}

}  // namespace plotmeter
