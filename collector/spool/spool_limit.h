// What goes first when the spool is full, in this order and never otherwise. Each kind goes wholly,
// oldest first, before the next is touched; what has to be told is noted in the transaction in which
// it goes, and told to the portal as an event of the printer (kind spool-full) at the end, or at
// the beginning of the next call if it did not come to that.
//
//    copies-refused   what a refused batch carried lies in its message too      nothing is lost
//    copies           messages of batches that have their receipt; those older
//                     than 35 days went long before                            nothing is lost [1]
//    supplies-midday  supply levels, media and states between the first and
//                     the last reading of a day                                told
//    supplies         the same of all other waiting readings                   told
//    alerts           waiting alerts that are over                             told
//    readings-midday  meter readings between the first and the last of a day   told
//    readings-of-days meter readings of days that neither begin nor end a
//                     month                                                    told
//    jobs             waiting jobs                                             told
//
// What is then left stays, whatever the limit says: the first and the last readings of each month,
// and all of the day that is not over. Days and months are of UTC; a billing period of any time
// zone begins within a day that is kept.
//
// [1] A portal that is restored from a backup asks for them; what has no receipt is nowhere else.

#pragma once

#include <array>
#include <string_view>

namespace plotmeter {

enum class MakesRoom {
  kCopiesRefused,
  kCopies,
  kSuppliesMidday,
  kSupplies,
  kAlerts,
  kReadingsMidday,
  kReadingsOfDays,
  kJobs,
};
inline constexpr std::array kMakesRoom = {MakesRoom::kCopiesRefused,  MakesRoom::kCopies,
                                          MakesRoom::kSuppliesMidday, MakesRoom::kSupplies,
                                          MakesRoom::kAlerts,         MakesRoom::kReadingsMidday,
                                          MakesRoom::kReadingsOfDays, MakesRoom::kJobs};

std::string_view ToText(MakesRoom step);   // "supplies-midday"
std::string_view WordsOf(MakesRoom step);  // for people: "supply levels between the first …"

}  // namespace plotmeter
