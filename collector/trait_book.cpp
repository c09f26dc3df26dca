#include "collector/trait_book.h"

#include <chrono>
#include <functional>

namespace plotmeter {
namespace {

std::string NameOf(const PrinterIdentity& printer) {
  return printer.manufacturer + '\n' + printer.product + '\n' + printer.serial;
}

std::pair<std::string, std::string> NameOf(const Trait& trait) {
  return {trait.part.value_or(""), trait.trait};
}

std::int64_t DayOf(Instant at) {
  return std::chrono::floor<std::chrono::days>(at).time_since_epoch().count();
}

std::uint64_t NumberOf(const Trait& trait) {
  const std::string text =
      trait.trait + '\0' + trait.part.value_or("\n") + '\0' + trait.value + '\0' + trait.unit;
  return std::hash<std::string>{}(text);
}

}  // namespace

Reading TraitBook::WithNews(Reading reading) const {
  const auto told = told_.find({NameOf(reading.printer), reading.channel});
  if (told == told_.end() || told->second.day != DayOf(reading.at)) return reading;
  // Two inputs may have one name: what is said of a name is told together.
  std::set<std::pair<std::string, std::string>> news;
  for (const Trait& trait : reading.traits) {
    if (!told->second.traits.contains(NumberOf(trait))) news.insert(NameOf(trait));
  }
  std::erase_if(reading.traits, [&](const Trait& trait) { return !news.contains(NameOf(trait)); });
  return reading;
}

void TraitBook::Note(const Reading& reading) {
  if (reading.traits.empty()) return;
  Told told{.day = DayOf(reading.at)};
  for (const Trait& trait : reading.traits) told.traits.insert(NumberOf(trait));
  told_[{NameOf(reading.printer), reading.channel}] = std::move(told);
}

}  // namespace plotmeter
