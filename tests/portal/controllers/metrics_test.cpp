// What the portal tells of itself, and to whom.

#include "tests/portal/controllers/fleet_world.h"

namespace plotmeter {
namespace {

using testing::HasSubstr;
using testing::Not;

class MetricsTest : public FleetTest {
 protected:
  Response From(const std::string& address) {
    return Ask(Request("GET", "/metrics").WithPeer({.address = address}));
  }
};

TEST_F(MetricsTest, CountsRequestsAndBatches) {
  Get("/api/v1/printers", admin());
  Get("/api/v1/printers", admin());
  Get("/api/v1/printers", "pmt_wrong");
  router_.Handle(Request("GET", "/nowhere"));
  Store(north, "NORTH1");
  Post("/api/v1/batches", "nonsense");
  metrics_.Show(batch_counts_);
  metrics_.Show("plotmeter_queue", "Waiting.", [] { return std::uint64_t{7}; });
  const std::string text = From("127.0.0.1").body;
  for (const char* line : {
           "plotmeter_requests_total{route=\"GET /api/v1/printers\",status=\"200\"} 2\n",
           "plotmeter_requests_total{route=\"GET /api/v1/printers\",status=\"401\"} 1\n",
           "plotmeter_requests_total{route=\"none\",status=\"404\"} 1\n",
           "plotmeter_request_seconds_bucket{route=\"GET /api/v1/printers\",le=\"+Inf\"} 3\n",
           "plotmeter_request_seconds_count{route=\"GET /api/v1/printers\"} 3\n",
           "# TYPE plotmeter_request_seconds histogram\n",
           "plotmeter_batches_total{check=\"stored\"} 1\n",
           "plotmeter_batches_total{check=\"form\"} 1\n",
           "plotmeter_batches_total{check=\"fork\"} 0\n",
           "# TYPE plotmeter_queue gauge\nplotmeter_queue 7\n",
       }) {
    EXPECT_THAT(text, HasSubstr(line));
  }
  EXPECT_THAT(text, Not(HasSubstr("NORTH1")));
  EXPECT_THAT(text, Not(HasSubstr(north.id)));
}

TEST_F(MetricsTest, TellsThemToItsOwnMachineWithoutCredentials) {
  for (const char* address : {"127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"}) {
    EXPECT_EQ(From(address).status, 200) << address;
  }
  for (const char* address : {"", "192.0.2.7", "1127.0.0.1", "::2", "fe80::1", "10.127.0.1"}) {
    EXPECT_EQ(From(address).status, 401) << address;
  }
}

TEST_F(MetricsTest, TellsThemElsewhereToTheOperatorAlone) {
  const auto token = [&](const std::string& scope) {
    return IssueToken(store, kTheOperator,
                      {.role = "operator", .name = "prometheus", .scopes = {scope}}, clock.now,
                      kPortalItself)
        ->text.Reveal();
  };
  const Response shown = Get("/metrics", token("metrics.read"));
  EXPECT_EQ(shown.status, 200);
  EXPECT_EQ(shown.content_type, "text/plain; version=0.0.4");
  EXPECT_EQ(Get("/metrics", token("*")).status, 200);
  EXPECT_EQ(Get("/metrics", token("resellers.read")).status, 403);
  for (const std::string& of_a_tenant : {admin(), viewer(), customer()}) {
    EXPECT_EQ(Get("/metrics", of_a_tenant).status, 403);
  }
}

}  // namespace
}  // namespace plotmeter
