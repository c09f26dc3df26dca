#include "proto/evidence_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace plotmeter {
namespace {

constexpr std::size_t kMostShown = 20;  // of each kind; --json has them all

std::string Listed(std::string_view title, const std::vector<std::string>& lines) {
  std::string words;
  for (std::size_t i = 0; i < std::min(lines.size(), kMostShown); ++i) {
    words += fmt::format("{}  {}\n", title, lines[i]);
  }
  if (lines.size() > kMostShown) {
    words += fmt::format("{}  … and {} more\n", title, lines.size() - kMostShown);
  }
  return words;
}

}  // namespace

Json ToJson(const EvidenceReport& report) {
  return {{"clean", report.is_clean()},
          {"batches", report.batches},
          {"streams", report.streams},
          {"readings", report.readings},
          {"jobs", report.jobs},
          {"erased", report.erased},
          {"names_erased", report.names_erased},
          {"voids", report.voids},
          {"missing", report.missing},
          {"notes", report.notes},
          {"faults", report.faults}};
}

std::string ToWords(const EvidenceReport& report) {
  std::string words = Listed("FAULT  ", report.faults);
  words += fmt::format("{} batches in {} streams: {} readings, {} jobs", report.batches,
                       report.streams, report.readings, report.jobs);
  if (report.erased > 0) words += fmt::format("; {} erased, hash and place kept", report.erased);
  if (report.names_erased > 0) words += fmt::format("; {} without names", report.names_erased);
  words += '\n';
  words += Listed("missing", report.missing);
  words += Listed("void   ", report.voids);
  words += Listed("note   ", report.notes);
  words +=
      report.is_clean()
          ? "clean: each batch is what its collector signed, and names the one before it\n"
          : fmt::format("NOT CLEAN: {} faults; the first is at the top\n", report.faults.size());
  return words;
}

int SayEvidence(const EvidenceReport& report, bool json) {
  fmt::print("{}", json ? JsonText(ToJson(report)) + "\n" : ToWords(report));
  return report.is_clean() ? 0 : 1;
}

}  // namespace plotmeter
