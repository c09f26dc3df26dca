// What the portal counts of itself, in the text that Prometheus reads (exposition format 0.0.4).
//
//    CounterFamily batches("plotmeter_batches_total", "Batches by what became of them.", "check",
//                          {"stored", "form", "fork"});
//    batches.Add("stored");
//    batches.Write(text)      plotmeter_batches_total{check="stored"} 1
//
// Counting takes no lock and allocates nothing: the labels are known from the start, what is none
// of them counts as "other". Safe from any thread.

#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace plotmeter {

class CounterFamily {
 public:
  CounterFamily(std::string name, std::string help, std::string label,
                std::vector<std::string> values);

  void Add(std::string_view value);
  void Write(std::string& text) const;

 private:
  struct Count {
    explicit Count(std::string value_in) : value(std::move(value_in)) {}
    std::string value;
    std::atomic<std::uint64_t> count = 0;
  };
  const std::string name_, help_, label_;
  std::deque<Count> counts_;  // the last is "other"
};

// Requests of one route: how many with which status, and how long their handlers took. A long
// answer's time is that to its first part.
class RouteCounts {
 public:
  // Upper ends of the histogram's buckets; the last is open.
  static constexpr std::array<std::chrono::milliseconds, 11> kBuckets = {
      std::chrono::milliseconds(5),    std::chrono::milliseconds(10),
      std::chrono::milliseconds(25),   std::chrono::milliseconds(50),
      std::chrono::milliseconds(100),  std::chrono::milliseconds(250),
      std::chrono::milliseconds(500),  std::chrono::seconds(1),
      std::chrono::milliseconds(2500), std::chrono::seconds(10),
      std::chrono::seconds(30)};

  void Add(int status, std::chrono::microseconds took);

  // Lines of plotmeter_requests_total, and of plotmeter_request_seconds; nothing before the first
  // request.
  void WriteRequests(const std::string& route, std::string& text) const;
  void WriteSeconds(const std::string& route, std::string& text) const;

 private:
  // Those that the portal answers.
  static constexpr std::array<int, 20> kStatuses = {200, 201, 204, 304, 400, 401, 403,
                                                    404, 405, 409, 410, 411, 412, 413,
                                                    415, 422, 429, 500, 503, 0};
  std::array<std::atomic<std::uint64_t>, kStatuses.size()> by_status_ = {};  // the last: others
  std::array<std::atomic<std::uint64_t>, kBuckets.size() + 1> by_time_ = {};
  std::atomic<std::uint64_t> micros_ = 0;
};

// "# HELP …" and "# TYPE …"; `kind` is counter, gauge or histogram.
void WriteHead(const std::string& name, const std::string& help, const char* kind,
               std::string& text);

// Everything but the requests, which the router has.
class Metrics {
 public:
  // `counters` must outlive this; a gauge is asked whenever somebody looks. Before it is shared.
  void Show(const CounterFamily& counters) { counters_.push_back(&counters); }
  void Show(std::string name, std::string help, std::function<std::uint64_t()> gauge) {
    gauges_.push_back({std::move(name), std::move(help), std::move(gauge)});
  }

  void Write(std::string& text) const;

 private:
  struct Gauge {
    std::string name = {};
    std::string help = {};
    std::function<std::uint64_t()> value = {};
  };
  std::vector<const CounterFamily*> counters_;
  std::vector<Gauge> gauges_;
};

}  // namespace plotmeter
