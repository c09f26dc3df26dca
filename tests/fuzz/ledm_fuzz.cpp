// What a printer sends, XML or JSON, through every reader of collector/ledm.
//
// Nothing but DocumentError may come out, and whatever was read must keep its promises: no negative
// amount, no colour without a name, no path that leads elsewhere, nobody's name.

#include <cstdint>
#include <cstdlib>
#include <set>
#include <string_view>

#include "collector/ledm/documents.h"
#include "collector/ledm/happenings.h"
#include "collector/ledm/tree.h"

namespace {

using plotmeter::Answers;
using plotmeter::Node;

void Must(bool promise) {
  if (!promise) std::abort();
}

void Check(const Node& node) {
  Must(!plotmeter::IsNeverRead(node.name));
  for (const Node& child : node.children) Check(child);
}

void Check(const Answers& answers) {
  std::set<std::string> keys;
  for (const auto& meter : answers.meters) {
    Must(meter.value.value.digits() >= 0);
    Must(!meter.colorant || !meter.colorant->empty());
    Must(keys.insert(meter.meter + "/" + meter.colorant.value_or("")).second);
  }
  for (const auto& supply : answers.supplies) {
    Must(!supply.percent || supply.percent->digits() >= 0);
    Must(!supply.capacity || supply.capacity->value.digits() > 0);
  }
  for (const auto& event : answers.events) Must(!event.key.empty() && event.code);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Node document;
  try {
    document = plotmeter::ReadDocument({reinterpret_cast<const char*>(data), size});
  } catch (const plotmeter::DocumentError&) {
    return 0;
  }
  Check(document);
  if (const auto tree = plotmeter::ReadDiscoveryTree(document)) {
    for (const auto& [resource, paths] : *tree) {
      for (const std::string& path : paths) {
        Must(path.starts_with('/') && !path.starts_with("//"));
        Must(path.find_first_of("?#@:% \\") == std::string::npos);
      }
    }
  }
  Answers answers;
  plotmeter::ReadProductConfig(document);
  plotmeter::ReadEventTable(document);
  plotmeter::ReadProductUsage(document, answers);
  plotmeter::ReadConsumables(document, answers);
  plotmeter::ReadMediaHandling(document, answers);
  plotmeter::ReadWear(document, answers);
  plotmeter::ReadProductStatus(document, answers);
  plotmeter::ReadProductLogs(document, {}, answers);
  Check(answers);
  if (const auto jobs = plotmeter::ReadJobs(document, "31-1")) {
    for (const auto& job : *jobs) {
      Must(job.job.starts_with('/') && job.job.ends_with("@31-1") && !job.status.empty());
    }
  }
  return 0;
}
