#include "portal/http/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace plotmeter {
namespace {

// Exact, since Prometheus wants seconds and we count microseconds.
std::string Seconds(std::uint64_t micros) {
  return fmt::format("{}.{:06}", micros / 1'000'000, micros % 1'000'000);
}

template <typename Atomics>
bool IsUnused(const Atomics& counts) {
  return std::ranges::all_of(counts, [](const auto& count) { return count == 0; });
}

}  // namespace

void WriteHead(const std::string& name, const std::string& help, const char* kind,
               std::string& text) {
  text += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", name, help, kind);
}

CounterFamily::CounterFamily(std::string name, std::string help, std::string label,
                             std::vector<std::string> values)
    : name_(std::move(name)), help_(std::move(help)), label_(std::move(label)) {
  for (std::string& value : values) counts_.emplace_back(std::move(value));
  counts_.emplace_back("other");
}

void CounterFamily::Add(std::string_view value) {
  const auto found =
      std::ranges::find_if(counts_, [value](const Count& count) { return count.value == value; });
  ++(found == counts_.end() ? counts_.back() : *found).count;
}

void CounterFamily::Write(std::string& text) const {
  WriteHead(name_, help_, "counter", text);
  for (const Count& count : counts_) {
    text += fmt::format("{}{{{}=\"{}\"}} {}\n", name_, label_, count.value, count.count.load());
  }
}

void RouteCounts::Add(int status, std::chrono::microseconds took) {
  const auto known = std::ranges::find(kStatuses, status);
  const auto place = std::min(std::distance(kStatuses.begin(), known),
                              static_cast<std::ptrdiff_t>(kStatuses.size()) - 1);
  ++by_status_[static_cast<std::size_t>(place)];
  const auto bucket = std::ranges::find_if(kBuckets, [took](auto end) { return took <= end; });
  ++by_time_[static_cast<std::size_t>(std::distance(kBuckets.begin(), bucket))];
  micros_ += static_cast<std::uint64_t>(std::max(took.count(), std::int64_t{0}));
}

void RouteCounts::WriteRequests(const std::string& route, std::string& text) const {
  for (std::size_t i = 0; i < kStatuses.size(); ++i) {
    const std::uint64_t count = by_status_[i];
    if (count == 0) continue;
    const std::string status = kStatuses[i] == 0 ? "other" : std::to_string(kStatuses[i]);
    text += fmt::format("plotmeter_requests_total{{route=\"{}\",status=\"{}\"}} {}\n", route,
                        status, count);
  }
}

void RouteCounts::WriteSeconds(const std::string& route, std::string& text) const {
  if (IsUnused(by_time_)) return;
  const auto line = [&](const std::string& end, std::uint64_t count) {
    text += fmt::format("plotmeter_request_seconds_bucket{{route=\"{}\",le=\"{}\"}} {}\n", route,
                        end, count);
  };
  std::uint64_t so_far = 0;
  for (std::size_t i = 0; i < kBuckets.size(); ++i) {
    so_far += by_time_[i];
    line(Seconds(static_cast<std::uint64_t>(kBuckets[i].count()) * 1000), so_far);
  }
  so_far += by_time_.back();
  line("+Inf", so_far);
  text += fmt::format(
      "plotmeter_request_seconds_sum{{route=\"{0}\"}} {1}\n"
      "plotmeter_request_seconds_count{{route=\"{0}\"}} {2}\n",
      route, Seconds(micros_), so_far);
}

void Metrics::Write(std::string& text) const {
  for (const CounterFamily* counters : counters_) counters->Write(text);
  for (const Gauge& gauge : gauges_) {
    WriteHead(gauge.name, gauge.help, "gauge", text);
    text += fmt::format("{} {}\n", gauge.name, gauge.value());
  }
}

}  // namespace plotmeter
