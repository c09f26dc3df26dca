#include "portal/http/metrics.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace plotmeter {
namespace {

using std::chrono::microseconds;

TEST(MetricsTest, WritesABucketForEachTime) {
  RouteCounts counts;
  std::string text;
  counts.WriteSeconds("GET /x", text);
  EXPECT_EQ(text, "") << "nothing was asked yet";
  counts.Add(200, microseconds(5000));
  counts.Add(200, microseconds(5001));
  counts.Add(418, microseconds(60'000'000));
  counts.WriteRequests("GET /x", text);
  counts.WriteSeconds("GET /x", text);
  EXPECT_EQ(text,
            "plotmeter_requests_total{route=\"GET /x\",status=\"200\"} 2\n"
            "plotmeter_requests_total{route=\"GET /x\",status=\"other\"} 1\n"
            "plotmeter_request_seconds_bucket{route=\"GET /x\",le=\"0.005000\"} 1\n"
            "plotmeter_request_seconds_bucket{route=\"GET /x\",le=\"0.010000\"} 2\n"
            "plotmeter_request_seconds_bucket{route=\"GET /x\",le=\"0.025000\"} 2\n"
            "plotmeter_request_seconds_bucket{route=\"GET /x\",le=\"0.050000\"} 2\n"
            "plotmeter_request_seconds_bucket{route=\"GET /x\",le=\"0.100000\"} 2\n"
            "plotmeter_request_seconds_bucket{route=\"GET /x\",le=\"0.250000\"} 2\n"
            "plotmeter_request_seconds_bucket{route=\"GET /x\",le=\"0.500000\"} 2\n"
            "plotmeter_request_seconds_bucket{route=\"GET /x\",le=\"1.000000\"} 2\n"
            "plotmeter_request_seconds_bucket{route=\"GET /x\",le=\"2.500000\"} 2\n"
            "plotmeter_request_seconds_bucket{route=\"GET /x\",le=\"10.000000\"} 2\n"
            "plotmeter_request_seconds_bucket{route=\"GET /x\",le=\"30.000000\"} 2\n"
            "plotmeter_request_seconds_bucket{route=\"GET /x\",le=\"+Inf\"} 3\n"
            "plotmeter_request_seconds_sum{route=\"GET /x\"} 60.010001\n"
            "plotmeter_request_seconds_count{route=\"GET /x\"} 3\n");
}

TEST(MetricsTest, LosesNothingThatThreadsCountTogether) {
  CounterFamily counters("all", "Help.", "kind", {"a", "b"});
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int n = 0; n < 10'000; ++n) counters.Add(n % 2 == 0 ? "a" : "never heard of");
      });
    }
  }
  std::string text;
  counters.Write(text);
  EXPECT_EQ(text,
            "# HELP all Help.\n# TYPE all counter\nall{kind=\"a\"} 20000\nall{kind=\"b\"} 0\n"
            "all{kind=\"other\"} 20000\n");
}

}  // namespace
}  // namespace plotmeter
