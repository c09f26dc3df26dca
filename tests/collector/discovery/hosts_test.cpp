#include "collector/discovery/hosts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/settings.h"

namespace plotmeter {
namespace {

std::string Complaint(std::string_view text) {
  try {
    ParseHosts("hosts.csv", text);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "no complaint";
}

TEST(HostsTest, SaysThatAnIpv6AddressIsNone) {
  for (const char* text : {"fe80::1", "fd00:1:2::7", "::1", "ff02::1"}) {
    try {
      HostName::Parse("range", text);
      FAIL() << text;
    } catch (const UsageError& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr("an IPv4 address such as")) << text;
    }
  }
}

TEST(HostsTest, ReadsColumnsInAnyOrder) {
  const auto hosts = ParseHosts("hosts.csv",
                                "Note, Label ,ADDRESS,profile,community\n"
                                "key at the desk,Archive,10.0.0.7,,\n"
                                ",\"Bridge & Partners, 2nd\",Plotter.Example.COM:1161,plant,blue\n"
                                ",,,,\n");
  ASSERT_EQ(hosts.size(), 2U);
  EXPECT_EQ(hosts[0].at.host, "10.0.0.7");
  EXPECT_FALSE(hosts[0].at.port);
  EXPECT_FALSE(hosts[0].at.is_name());
  EXPECT_EQ(hosts[0].label, "Archive");
  EXPECT_EQ(hosts[0].note, "key at the desk");
  EXPECT_EQ(hosts[1].line, 3U);
  EXPECT_EQ(hosts[1].at.host, "plotter.example.com");
  EXPECT_EQ(hosts[1].at.port, 1161);
  EXPECT_TRUE(hosts[1].at.is_name());
  EXPECT_EQ(hosts[1].profile, "plant");
  EXPECT_EQ(hosts[1].community, "blue");
  EXPECT_EQ(hosts[1].label, "Bridge & Partners, 2nd");
  EXPECT_EQ(ParseHosts("h", "address\n").size(), 0U);
}

TEST(HostsTest, NamesTheLineOfWhatIsWrong) {
  using testing::HasSubstr;
  EXPECT_THAT(Complaint(""),
              HasSubstr("line 1: there is no row; expected a header row of address"));
  EXPECT_THAT(Complaint("10.0.0.7\n"), HasSubstr("line 1: there is a column '10.0.0.7'"));
  EXPECT_THAT(Complaint("label,note\n"), HasSubstr("no column is called 'address'"));
  EXPECT_THAT(Complaint("address,note,note\n"), HasSubstr("the column 'note' is there twice"));
  EXPECT_EQ(Complaint("address,note\n10.0.0.7\n"),
            "hosts.csv, line 2: the row has 1 fields; expected 2 as in the header");
  EXPECT_EQ(Complaint("address\n\n10.0.0.7\n10.0.0.7\n"),
            "hosts.csv, line 4: the address '10.0.0.7' was in line 3 already; expected each "
            "address once");
  EXPECT_THAT(Complaint("address\n10.0.0.7\n10.0.0.7:1161\n"),
              HasSubstr("line 3: the address '10.0.0.7:1161' was in line 2 already"));
  EXPECT_EQ(
      Complaint("address\n10.0.0.300\n"),
      "'hosts.csv, line 2: address' is '10.0.0.300'; expected an IPv4 address such as "
      "10.0.0.7 or a host name such as plotter.example.com, and perhaps a port after a colon");
  for (const char* bad : {"10.0.0.0/24", "-a.example", "a..example", "fe80::1", "a b.example",
                          "10.0.0.1-9", "plotter_1", "10.0.0.07"}) {
    EXPECT_THAT(Complaint("address\n" + std::string(bad) + "\n"), HasSubstr("line 2: address"))
        << bad;
  }
  for (const char* bad : {"224.0.0.1", "255.255.255.255", "0.0.0.0:161", "240.0.0.1"}) {
    EXPECT_THAT(Complaint("address\n" + std::string(bad) + "\n"),
                HasSubstr("line 2: address' is '" + std::string(bad) +
                          "'; expected addresses that one host may have"));
  }
  for (const char* bad : {"10.0.0.7:", "10.0.0.7:0", "10.0.0.7:65536", "a.example:x"}) {
    EXPECT_THAT(Complaint("address\n" + std::string(bad) + "\n"),
                HasSubstr("a port from 1 to 65535"))
        << bad;
  }
  EXPECT_THROW(ReadHosts("/nowhere/hosts.csv"), UsageError);
}

}  // namespace
}  // namespace plotmeter
