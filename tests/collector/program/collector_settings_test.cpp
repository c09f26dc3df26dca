#include "collector/collector_settings.h"

#include <gtest/gtest.h>

namespace plotmeter {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

Arguments With(std::map<std::string, std::vector<std::string>> values) {
  Arguments arguments;
  arguments.values = {{"port", {"161"}}, {"https-port", {"443"}}, {"community", {"public"}}};
  for (auto& [name, value] : values) arguments.values[name] = value;
  return arguments;
}

std::string Complaint(const std::function<void()>& act) {
  try {
    act();
  } catch (const UsageError& error) {
    return error.what();
  }
  return "no complaint";
}

TEST(CollectorSettingsTest, ReadsTimesWithAndWithoutUnits) {
  EXPECT_EQ(ParseDuration("interval", "3h"), hours(3));
  EXPECT_EQ(ParseDuration("interval", "500ms"), milliseconds(500));
  EXPECT_EQ(ParseDuration("timeout", "2"), seconds(2));
  EXPECT_EQ(ParseDuration("timeout", "0"), seconds(0));
  EXPECT_EQ(ParseDuration("interval", "1d"), hours(24));
  for (const char* wrong : {"", "h", "3 h", "-1s", "1.5h", "3x", "99999999999s"}) {
    EXPECT_THROW(ParseDuration("interval", wrong), UsageError) << wrong;
  }
  EXPECT_EQ(Complaint([] { ParseDuration("interval", "soon"); }),
            "'interval' is 'soon'; expected a time such as 500ms, 90s, 10m or 3h");
}

TEST(CollectorSettingsTest, ReadsSizes) {
  EXPECT_EQ(ParseSize("spool-limit", "500MB"), 500'000'000);
  EXPECT_EQ(ParseSize("spool-limit", "4GB"), 4'000'000'000);
  EXPECT_EQ(ParseSize("spool-limit", "12345"), 12345);
  for (const char* wrong : {"", "GB", "4 GB", "-1", "1.5GB", "4gb", "4G", "99999999TB"}) {
    EXPECT_THROW(ParseSize("spool-limit", wrong), UsageError) << wrong;
  }
  EXPECT_EQ(Complaint([] { ParseSize("spool-limit", "big"); }),
            "'spool-limit' is 'big'; expected a size such as 500MB or 4GB, or 0 for none");
  EXPECT_EQ(SpoolSettingsOf(With({{"state", {"/x"}}, {"spool-limit", {"0"}}})).limit, 0);
  EXPECT_EQ(SpoolSettingsOf(With({{"state", {"/x"}}, {"spool-limit", {"10MB"}}})).limit,
            10'000'000);
  EXPECT_THROW(SpoolSettingsOf(With({{"state", {"/x"}}, {"spool-limit", {"9MB"}}})), UsageError);
}

TEST(CollectorSettingsTest, ReadsAnAddressWithItsPort) {
  EXPECT_EQ(ParseAddress(With({}), "10.0.0.7"), (PrinterAddress{.host = "10.0.0.7"}));
  EXPECT_EQ(ParseAddress(With({{"port", {"1161"}}}), "10.0.0.7").snmp_port, 1161);
  EXPECT_EQ(ParseAddress(With({{"port", {"1161"}}}), "10.0.0.7:2161").snmp_port, 2161);
  for (const char* wrong :
       {"", "10.0.0", "10.0.0.0/24", "10.0.0.7:", "10.0.0.7:0", "10.0.0.7:65536", "10.0.0.7:x"}) {
    EXPECT_THROW(ParseAddress(With({}), wrong), UsageError) << wrong;
  }
}

}  // namespace
}  // namespace plotmeter
