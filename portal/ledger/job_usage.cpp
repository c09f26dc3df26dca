#include "portal/ledger/job_usage.h"

#include <algorithm>
#include <array>

#include "portal/ledger/period.h"
#include "portal/ledger/quantity.h"

namespace plotmeter {
namespace {

constexpr std::size_t kMostColorants = 100;  // no printer has more

struct Word {
  std::string_view text;
  JobWord word;
};
constexpr Word kWords[] = {{"type", JobWord::kType},         {"media", JobWord::kMedia},
                           {"quality", JobWord::kQuality},   {"color", JobWord::kColor},
                           {"coverage", JobWord::kCoverage}, {"day", JobWord::kDay}};

// Inks that are no colour: grays, and what is laid under or over the picture (domain:
// InkAgentType).
constexpr std::array<std::string_view, 11> kNoColor = {
    "black",          "matte-black",   "photo-black",   "gray",      "light-gray", "dark-gray",
    "post-treatment", "pre-treatment", "scratch-agent", "optimizer", "overcoat"};

void AddTo(std::optional<JobSum>& sum, const std::optional<BaseAmount>& amount) {
  if (!amount) return;
  if (!sum) sum.emplace();
  // Nobody prints as much as does not fit.
  if (__builtin_add_overflow(sum->amount, amount->amount, &sum->amount)) sum->amount = INT64_MAX;
  ++sum->jobs;
}

void AddTo(JobUsageRow& row, const JobAmounts& amounts) {
  ++row.jobs;
  AddTo(row.pages, amounts.pages);
  AddTo(row.area, amounts.area);
  AddTo(row.length, amounts.length);
  for (const auto& [colorant, amount] : amounts.ink) {
    if (row.ink.size() >= kMostColorants && !row.ink.contains(colorant)) continue;
    JobSum& sum = row.ink[colorant];
    if (__builtin_add_overflow(sum.amount, amount.amount, &sum.amount)) sum.amount = INT64_MAX;
    ++sum.jobs;
  }
}

std::optional<std::string> ColorOf(const JobAmounts& amounts) {
  bool any = false;
  for (const auto& [colorant, amount] : amounts.ink) {
    if (amount.amount == 0) continue;
    if (std::ranges::find(kNoColor, colorant) == kNoColor.end()) return "color";
    any = true;
  }
  return any ? std::optional<std::string>("mono") : std::nullopt;
}

std::optional<std::string> CoverageOf(const JobAmounts& amounts) {
  if (!amounts.area || amounts.area->amount <= 0 || amounts.ink.empty()) return std::nullopt;
  Int128 ink = 0;  // nL
  for (const auto& [colorant, amount] : amounts.ink) ink += amount.amount;
  // 1 ml/m2 is a hundredth of a nL on 1/100 mm2.
  const CoverageBand* band = &kCoverageBands[0];
  for (const CoverageBand& next : kCoverageBands) {
    if (ink * 100 >= Int128{next.from} * amounts.area->amount) band = &next;
  }
  return std::string(band->name);
}

bool Counts(const JobRow& job, const JobAmounts& amounts) {
  if (job.status == "printed") return true;
  if (job.status == "pending" || job.status == "held") return false;  // it says what it would use
  return amounts.pages.value_or(BaseAmount{}).amount > 0 || amounts.area || amounts.length ||
         !amounts.ink.empty();
}

}  // namespace

std::optional<JobWordName> JobWordName::Parse(std::string_view text) {
  const auto found = std::ranges::find(kWords, text, &Word::text);
  if (found == std::end(kWords)) return std::nullopt;
  return JobWordName{found->word, found->text};
}

std::optional<std::string> JobUsage::WordOf(const JobRow& job, const JobAmounts& amounts,
                                            const std::string& time_zone) const {
  switch (word_) {
    case JobWord::kType:
      return job.type == "unknown" ? std::nullopt : std::optional(job.type);
    case JobWord::kMedia:
      return job.media;
    case JobWord::kQuality:
      return job.quality;
    case JobWord::kColor:
      return ColorOf(amounts);
    case JobWord::kCoverage:
      return CoverageOf(amounts);
    case JobWord::kDay:
      return FormatInstant(LocalTime(job.ended_at, time_zone)).substr(0, 10);
  }
  return std::nullopt;
}

void JobUsage::Add(const JobRow& job, const std::string& time_zone) {
  const JobAmounts amounts = AmountsOf(job);
  if (!Counts(job, amounts)) return;
  const auto word = WordOf(job, amounts, time_zone);
  if (!word || word->empty()) return AddTo(unsaid_, amounts);
  if (rows_.size() >= kMostWords && !rows_.contains(*word)) return AddTo(rest_, amounts);
  JobUsageRow& row = rows_[*word];
  row.key = *word;
  AddTo(row, amounts);
}

std::vector<JobUsageRow> JobUsage::Rows() const {
  std::vector<JobUsageRow> rows;
  for (const auto& [word, row] : rows_) rows.push_back(row);
  if (unsaid_.jobs > 0) rows.push_back(unsaid_);
  if (rest_.jobs > 0) rows.push_back(rest_);
  return rows;
}

}  // namespace plotmeter
