// What a channel counted, as far as it is the one that is believed (StoredMeter::elsewhere). Pure.
//
//    Believed(meter, entry)      {the entry, not outranked}: it counts
//                                {the entry, outranked}: another channel counts it
//                                {a gap, not outranked}: both did, each a part of it
//
// Where another channel begins to count, or ends, between two readings of this one, how much of
// what this one saw is in that one's count is not known: at least nothing, at most all of it.

#pragma once

#include "portal/ledger/account.h"
#include "portal/store/books.h"

namespace plotmeter {

struct BelievedEntry {
  Entry entry = {};
  bool outranked = false;
};

BelievedEntry Believed(const StoredMeter& meter, const Entry& entry);

}  // namespace plotmeter
