// What a printer sends, XML or JSON, through every reader of collector/piws.
//
// Nothing but DocumentError may come out, and whatever was read must keep its promises: text fit to
// keep, nobody's name, no negative amount, no 0 for unknown, "printed" only with a time.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "collector/piws/counters.h"
#include "collector/piws/documents.h"
#include "collector/piws/jobs.h"
#include "collector/piws/wear.h"

namespace {

using plotmeter::Answers;
using plotmeter::JobRecord;
using plotmeter::Node;

void Must(bool promise) {
  if (!promise) std::abort();
}

void Check(const Node& node) {
  Must(!plotmeter::IsNeverRead(node.name));
  Must(plotmeter::CleanText(node.text) == node.text);
  for (const Node& child : node.children) Check(child);
}

void Check(const JobRecord& job) {
  Must(!job.job.empty());
  Must(job.status != "printed" || job.finished);
  Must(!job.area || job.area->value.digits() > 0);
  Must(!job.length || job.length->value.digits() > 0);
  Must(!job.submitted || plotmeter::ToMillis(*job.submitted) != 0);
  for (const auto& use : job.ink) Must(use.amount.value.digits() >= 0);
}

void Check(const Answers& answers) {
  for (const auto& meter : answers.meters) {
    Must(meter.value.value.digits() >= 0);
    Must(meter.meter.starts_with("x-") || !meter.colorant.value_or("").empty());
    Must(meter.meter.size() <= 64);
    Must(meter.meter.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-") ==
         std::string::npos);
  }
  for (const auto& supply : answers.supplies) {
    Must(!supply.level || supply.level->value.digits() >= 0);
    Must(!supply.capacity || supply.capacity->value.digits() > 0);
  }
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
  Answers answers;
  const auto papers = plotmeter::ReadPaperList(document);
  plotmeter::ReadIdentification(document);
  plotmeter::ReadTraits(document, answers);
  plotmeter::ReadInkSystem(document, answers);
  plotmeter::ReadDeviceStatus(document, answers);
  plotmeter::ReadMediaSystem(document, papers.value_or(plotmeter::PaperNames{}), answers);
  plotmeter::ReadActiveAlerts(document, answers);
  plotmeter::ReadPrintheads(document, answers);
  plotmeter::ReadMaintenance(document, answers);
  plotmeter::ReadDiscovery(document, {});
  plotmeter::ReadCounters(document, answers);
  Check(answers);
  plotmeter::QueueId(document);
  if (const auto queue = plotmeter::ReadJobQueue(document, {})) {
    for (const JobRecord& job : queue->jobs) Check(job);
  }
  return 0;
}
