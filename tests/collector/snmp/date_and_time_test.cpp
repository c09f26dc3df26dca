#include "collector/snmp/date_and_time.h"

#include <gtest/gtest.h>

#include <string>

namespace plotmeter {
namespace {

// 2026-11-22 10:30:05.0 +01:00
const std::string kHalfPastTen("\x07\xEA\x0B\x16\x0A\x1E\x05\x00+\x01\x00", 11);

std::string With(std::size_t at, char octet) {
  std::string octets = kHalfPastTen;
  octets[at] = octet;
  return octets;
}

TEST(DateAndTimeTest, ReadsAnInstantToTheTenthOfASecond) {
  EXPECT_EQ(DateAndTime(kHalfPastTen), ParseInstant("2026-11-22T09:30:05Z"));
  EXPECT_EQ(DateAndTime(With(7, '\x07')), ParseInstant("2026-11-22T09:30:05.700Z"));
  EXPECT_EQ(DateAndTime(With(8, '-')), ParseInstant("2026-11-22T11:30:05Z"));
}

TEST(DateAndTimeTest, WhatNamesNoTimeZoneOrNoDateIsNoInstant) {
  for (const std::string& octets :
       {std::string(), kHalfPastTen.substr(0, 8), kHalfPastTen + '\0', With(2, '\x0D'),
        With(4, '\x19'), With(7, '\x0A'), std::string(11, '\xFF'),
        std::string("\x07\xB2\x01\x01\x00\x00\x00\x00+\x00\x00", 11)}) {
    EXPECT_EQ(DateAndTime(octets), std::nullopt);
  }
}

}  // namespace
}  // namespace plotmeter
