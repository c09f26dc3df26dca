// Which traits of each printer were told today already. Of a printer's sixty nearly all stay as they
// are, and a portal keeps what was said last: each is told when it changes, and once a day.
//
//    TraitBook book;
//    book.WithNews(reading).traits    all of them
//    book.Note(reading);              once that is kept: what is not is told again
//    book.WithNews(reading).traits    none
//
// Who keeps a reading after one that was not kept, or may be lost, tells all of it. Days are UTC's,
// by the reading's time. What is remembered is a number of 64 bits a trait. One thread at a time.

#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/reading.h"

namespace plotmeter {

class TraitBook {
 public:
  Reading WithNews(Reading reading) const;
  void Note(const Reading& reading);

 private:
  struct Told {
    std::int64_t day = 0;
    std::set<std::uint64_t> traits = {};
  };
  std::map<std::pair<std::string, ChannelKind>, Told> told_;  // by printer, as NameOf says it
};

}  // namespace plotmeter
