// What real printers (small ones, for want of others) were recorded to say. The recordings lie
// outside the project; without them this is skipped.

#include <gtest/gtest.h>

#include <algorithm>

#include "collector/ledm/documents.h"
#include "collector/ledm/happenings.h"
#include "collector/ledm/tree.h"
#include "common/json.h"
#include "tests/collector/ledm/written.h"
#include "tests/paths.h"

namespace plotmeter {
namespace {

// Whatever a document is, as every reader of LEDM sees it.
std::string Seen(const Node& document) {
  Json seen = Json::object();
  if (const auto tree = ReadDiscoveryTree(document)) {
    for (const auto& [resource, paths] : *tree) seen["tree"][ToText(resource)] = paths;
  }
  if (const auto stamps = ReadEventTable(document)) seen["stamps"] = *stamps;
  Answers answers;
  if (const auto jobs = ReadJobs(document, "163-1")) answers.jobs = *jobs;
  if (const auto identity = ReadProductConfig(document)) answers.identity = *identity;
  ReadProductUsage(document, answers);
  ReadConsumables(document, answers);
  ReadMediaHandling(document, answers);
  ReadProductStatus(document, answers);
  ReadProductLogs(document, {}, answers);
  seen["answers"] = ParseJson(WrittenLedm(answers));
  return seen.dump(2) + "\n";
}

TEST(LedmRecordingsTest, EachHasItsGolden) {
  const std::filesystem::path folder = std::filesystem::path(PLOTMETER_RECORDINGS) / "ledm";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no recordings at " << folder;
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string golden = "recordings_ledm/" + entry.path().stem().string() + ".json";
    ExpectLedmGolden(golden, Seen(ReadDocument(ContentsOf(entry.path()))));
    ++files;
  }
  EXPECT_GE(files, 7);
}

}  // namespace
}  // namespace plotmeter
