#include "collector/discovery/address_range.h"

#include <gtest/gtest.h>

#include <string>

#include "common/settings.h"

namespace plotmeter {
namespace {

AddressRange Range(std::string_view text) { return AddressRange::Parse("range", text); }

std::string Error(std::string_view text) {
  try {
    Range(text);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

std::string Walked(AddressWalk walk) {
  std::string out;
  for (Ipv4 address; walk.Next(address);) out += address.ToText() + " ";
  return out;
}

TEST(AddressRangeTest, CountsAndNamesItsEnds) {
  struct Case {
    const char* text;
    std::uint64_t size;
    const char* first;
    const char* last;
  };
  const Case cases[] = {
      {"10.0.0.7", 1, "10.0.0.7", "10.0.0.7"},
      {"10.0.0.7/32", 1, "10.0.0.7", "10.0.0.7"},
      {"10.0.0.7/31", 2, "10.0.0.6", "10.0.0.7"},
      {"10.0.0.7/30", 2, "10.0.0.5", "10.0.0.6"},
      {"10.0.0.0/24", 254, "10.0.0.1", "10.0.0.254"},
      {"10.0.0.99/24", 254, "10.0.0.1", "10.0.0.254"},
      {"10.1.16.0/20", 4094, "10.1.16.1", "10.1.31.254"},
      {"127.60.0.0/16", 65534, "127.60.0.1", "127.60.255.254"},
      {"1-223.0-255.0-255.0-255", 3741319168, "1.0.0.0", "223.255.255.255"},
      {"192.168.1-10.1-254", 2540, "192.168.1.1", "192.168.10.254"},
      {"10.0.0.0-255", 256, "10.0.0.0", "10.0.0.255"},
      {"1-2.3-4.5-6.7-8", 16, "1.3.5.7", "2.4.6.8"},
  };
  for (const Case& c : cases) {
    const AddressRange range = Range(c.text);
    EXPECT_EQ(range.size(), c.size) << c.text;
    EXPECT_EQ(range.at(0).ToText(), c.first) << c.text;
    EXPECT_EQ(range.at(range.size() - 1).ToText(), c.last) << c.text;
  }
}

TEST(AddressRangeTest, NamesFieldWhatCameAndWhatWasExpected) {
  EXPECT_EQ(Error("10.0.0.0/33"),
            "'range' is '10.0.0.0/33'; expected a prefix length of 0 to 32 after the slash");
  EXPECT_EQ(
      Error("10.0.0"),
      "'range' is '10.0.0'; expected an IPv4 address, a block such as 10.0.0.0/24 or spans such "
      "as 192.168.1-10.1-254");
  EXPECT_EQ(Error("10.0.0.9-1"),
            "'range' is '10.0.0.9-1'; expected spans that rise, such as 1-254");
  EXPECT_EQ(Error("10.0.1-2.0/24"),
            "'range' is '10.0.1-2.0/24'; expected either a prefix length or spans, not both");
  for (const char* text :
       {"", "/", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/24/24", "10.0.0.256", "10.0.0.",
        "10.0.0.1.2", "10.0.0.1-2-3", "10.0.0.-1", "10.0.0.1-", "010.0.0.1", "+1.0.0.1",
        " 10.0.0.1", "10.0.0.1 ", "host", "::1", "10.0.0.0/08"}) {
    EXPECT_NE(Error(text), "") << text;
  }
}

TEST(AddressRangeTest, IsUnicastOnly) {
  EXPECT_EQ(Error("224.0.0.0/4"),
            "'range' is '224.0.0.0/4'; expected addresses that one host may have, from 1.0.0.0 to "
            "223.255.255.255: nobody is asked by multicast or broadcast");
  for (const char* text : {"224.0.0.1", "239.255.255.250", "240.0.0.0/4", "255.255.255.255",
                           "0.0.0.0/8", "0.0.0.0", "0.1.2.3", "0.0.0.0/0", "0-10.1.1.1",
                           "220-230.0.0.1", "128.0.0.0/1", "223.255.255.0-255.0"}) {
    EXPECT_NE(Error(text), "") << text;
  }
  for (const char* text : {"1.0.0.0/8", "223.255.255.0/24", "223.255.255.255", "10.0.0.255"}) {
    EXPECT_EQ(Error(text), "") << text;
  }
  const AddressRange all = AddressRange::ParseExclude("exclude", "0.0.0.0/0");
  EXPECT_EQ(all.size(), 4294967294U);
  EXPECT_TRUE(all.Contains(Ipv4{0xFFFFFFFF})) << "nobody is asked at what is excluded";
}

TEST(AddressWalkTest, MeetsEveryAddressOnceAndNoExcludedOne) {
  EXPECT_EQ(Walked({{Range("10.0.0.0/29"), Range("10.0.0.4-8")}, {Range("10.0.0.2-3")}}),
            "10.0.0.1 10.0.0.4 10.0.0.5 10.0.0.6 10.0.0.7 10.0.0.8 ");
  // An excluded block is excluded whole, its network and broadcast addresses too.
  EXPECT_EQ(Walked({{Range("10.0.0.254-255"), Range("10.0.1.0-1")}, {Range("10.0.0.0/24")}}),
            "10.0.1.0 10.0.1.1 ");
  EXPECT_EQ(Walked({{}, {}}), "");
}

TEST(AddressWalkTest, RefusesMoreThanItSays) {
  EXPECT_EQ(AddressWalk({Range("10.0.0.0/12")}, {}).size(), (1U << 20) - 2);
  EXPECT_THROW(AddressWalk({Range("10.0.0.0/11")}, {}), UsageError);
  EXPECT_THROW(AddressWalk({Range("10.0.0.0/12"), Range("11.0.0.0/29")}, {}), UsageError);
}

TEST(AddressWalkTest, GivesEveryAddressAPlace) {
  AddressWalk walk({AddressRange::Parse("range", "10.0.0.1-4")},
                   {AddressRange::Parse("exclude", "10.0.0.2")},
                   {Ipv4{0x0A000103}, Ipv4{0x0A000004}, Ipv4{0x0A000101}, Ipv4{0x0A000103}});
  EXPECT_EQ(walk.size(), 7U);
  EXPECT_EQ(walk.At(0), Ipv4{0x0A000001});
  EXPECT_FALSE(walk.At(1)) << "excluded";
  EXPECT_FALSE(walk.At(4)) << "10.0.0.4 was in the range";
  EXPECT_EQ(walk.At(5), Ipv4{0x0A000101});
  EXPECT_FALSE(walk.At(7));
  walk.Seek(3);
  Ipv4 address;
  std::string rest;
  while (walk.Next(address)) rest += address.ToText() + " ";
  EXPECT_EQ(rest, "10.0.0.4 10.0.1.1 10.0.1.3 ");
}

TEST(Ipv4Test, IsFourNumbersAndNothingElse) {
  EXPECT_EQ(Ipv4::Parse("10.0.0.255"), Ipv4{0x0A0000FF});
  for (const char* bad : {"", "10.0.0", "10.0.0.256", "10.0.0.07", "10.0.0.1.2", "10.0.0.x"}) {
    EXPECT_FALSE(Ipv4::Parse(bad)) << bad;
  }
}

}  // namespace
}  // namespace plotmeter
