#include "collector/channel/bounds.h"

#include <fmt/format.h>

#include <string_view>

#include "collector/channel/trait_words.h"

namespace plotmeter {
namespace {

template <typename Entry>
void Cut(std::vector<Entry>& entries, std::string_view what, std::size_t most, Answers& of) {
  if (entries.size() <= most) return;
  const std::size_t all = entries.size();
  entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(most), entries.end());
  of.remarks.insert(of.remarks.begin(),
                    fmt::format("{} {}; only the first {} are taken", all, what, most));
}

void CutText(std::string& text, std::size_t most) {
  if (text.size() <= most) return;
  std::size_t end = most;  // not in the middle of a character
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
}

}  // namespace

void Bound(Answers& answers) {
  const auto stays = [](const Trait& trait) { return !IsTraitWord(trait.trait); };  // at the site
  std::erase_if(answers.traits, stays);
  for (JobRecord& job : answers.jobs) std::erase_if(job.traits, stays);
  Cut(answers.meters, "meters", kMaxEntries, answers);
  Cut(answers.supplies, "supplies", kMaxEntries, answers);
  Cut(answers.media, "papers", kMaxEntries, answers);
  Cut(answers.traits, "traits", kMaxEntries, answers);
  Cut(answers.events, "events", kMaxEntries, answers);
  Cut(answers.jobs, "jobs", kMaxJobs, answers);
  if (answers.alerts && answers.alerts->size() > kMaxEntries) {
    answers.remarks.insert(answers.remarks.begin(),
                           fmt::format("{} alerts; more than {} are no statement",
                                       answers.alerts->size(), kMaxEntries));
    answers.alerts.reset();
  }
  if (answers.remarks.size() > kMaxRemarks) answers.remarks.resize(kMaxRemarks);
  for (std::string& remark : answers.remarks) CutText(remark, kMaxRemark);
}

}  // namespace plotmeter
