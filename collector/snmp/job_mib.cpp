#include "collector/snmp/job_mib.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string_view>

#include "collector/channel/ascii.h"
#include "collector/snmp/date_and_time.h"
#include "collector/snmp/mib.h"
#include "collector/snmp/text.h"

namespace plotmeter {
namespace {

constexpr std::size_t kMaxFinished = 200;

// Attributes of RFC 2707 (JmAttributeTypeTC).
enum Attribute : std::uint32_t {
  kJobName = 23,
  kDocumentName = 35,
  kPrintQualityUsed = 71,
  kJobCopiesRequested = 90,
  kJobCopiesCompleted = 91,
  kPagesRequested = 130,
  kPagesCompleted = 131,
  kSheetsRequested = 150,
  kSheetsCompleted = 151,
  kMediumConsumed = 171,
  kColorantRequested = 172,
  kColorantConsumed = 173,
  kMediumTypeConsumed = 174,
  kMediumSizeConsumed = 175,
  kJobSubmissionTime = 191,
  kJobStartedProcessingTime = 193,
  kJobCompletionTime = 194,
};

constexpr std::uint32_t kNumbers[] = {kPrintQualityUsed, kJobCopiesRequested, kJobCopiesCompleted,
                                      kPagesRequested,   kPagesCompleted,     kSheetsRequested,
                                      kSheetsCompleted,  kJobSubmissionTime};
constexpr std::uint32_t kTexts[] = {kJobName,
                                    kDocumentName,
                                    kMediumConsumed,
                                    kJobSubmissionTime,
                                    kJobStartedProcessingTime,
                                    kJobCompletionTime};

// What may have several rows, a colorant or a medium each, numbered from 1. The number beside a
// colorant's name is its prtMarkerColorantIndex, and may stand there alone; that beside a medium
// counts sheets and names nothing.
struct Rows {
  std::uint32_t type;
  std::string_view trait;
  bool has_index;
};
constexpr Rows kRows[] = {{kColorantRequested, "colorant-requested", true},
                          {kColorantConsumed, "colorant-consumed", true},
                          {kMediumTypeConsumed, "medium-type", false},
                          {kMediumSizeConsumed, "medium-size", false}};
constexpr std::uint32_t kMostRows = 12;  // as many inks as any DesignJet has

// Fields of HP's job-info. Of its attribute strings the fifth alone: JobAcct5, the client's job id.
constexpr std::uint32_t kHpName = 1;
constexpr std::uint32_t kHpNameGoesOn = 2;
constexpr std::uint32_t kHpPagesPrinted = 13;
constexpr std::uint32_t kHpState = 15;
const Oid kHpStateColumn = mib::kHpJobInfo + Oid{kHpState};
const Oid kHpClientJob = mib::kHpJobInfo + Oid{23, 5};
constexpr std::string_view kClientJobKey = "JobAcct5=";

struct Listed {
  Oid state;  // the object
  Oid index;
  std::int64_t number;
};

struct StateWord {
  std::int64_t number;
  std::string_view status;
};
constexpr StateWord kStates[] = {{3, "pending"},   {4, "held"},   {5, "printing"}, {6, "held"},
                                 {7, "cancelled"}, {8, "failed"}, {9, "printed"}};
constexpr StateWord kHpStates[] = {{3, "failed"},   {4, "pending"},    {5, "printed"},
                                   {7, "printing"}, {10, "cancelled"}, {11, "printing"}};

template <std::size_t N>
std::string_view StatusOf(const StateWord (&table)[N], std::int64_t number) {
  const auto* row = std::ranges::find(table, number, &StateWord::number);
  return row != std::end(table) ? row->status : "unknown";
}

std::string_view StatusOf(const Listed& job) {
  return kHpStateColumn.Contains(job.state) ? StatusOf(kHpStates, job.number)
                                            : StatusOf(kStates, job.number);
}

bool IsAtItsEnd(const Listed& job) {
  const std::string_view status = StatusOf(job);
  return status == "printed" || status == "cancelled" || status == "failed";
}

// The jobs of one column; those of RFC 2707 if there are any.
std::vector<Listed> ListedJobs(const SnmpTable& table) {
  std::vector<Listed> jobs;
  for (const Oid& column : {mib::kJmJobState, kHpStateColumn}) {
    if (!jobs.empty()) break;
    for (const auto& [oid, value] : table.Below(column)) {
      Oid index = oid.After(column);
      const auto number = value.AsNumber();
      if (number && index.size() == 2) jobs.push_back({oid, std::move(index), *number});
    }
  }
  return jobs;
}

const FinishedJob* Known(const std::vector<FinishedJob>& finished, const Listed& job) {
  const auto known = std::ranges::find(finished, job.state, &FinishedJob::state);
  return known != finished.end() && known->number == job.number ? &*known : nullptr;
}

// The jobs to ask for.
std::vector<Listed> Chosen(const SnmpTable& table, const std::vector<FinishedJob>& finished) {
  std::vector<Listed> jobs = ListedJobs(table);
  std::erase_if(jobs, [&](const Listed& job) { return Known(finished, job) != nullptr; });
  std::ranges::sort(jobs, [](const Listed& a, const Listed& b) {
    if (IsAtItsEnd(a) != IsAtItsEnd(b)) return IsAtItsEnd(a);
    return b.index < a.index;
  });
  if (jobs.size() > kJobsARead) jobs.resize(kJobsARead);
  return jobs;
}

Oid AttributeOf(const Oid& column, const Oid& job, std::uint32_t type, std::uint32_t row = 1) {
  return column + job + Oid{type, row};
}

// The objects of one row.
void AddRow(const Rows& rows, const Oid& job, std::uint32_t row, std::vector<Oid>& oids) {
  if (rows.has_index) oids.push_back(AttributeOf(mib::kJmAttributeNumber, job, rows.type, row));
  oids.push_back(AttributeOf(mib::kJmAttributeOctets, job, rows.type, row));
}

class JobReader {
 public:
  JobReader(const SnmpTable& table, const Listed& job, const std::optional<Instant>& started_at)
      : table_(table), job_(job), started_at_(started_at) {}

  JobRecord Read() {
    record_.channel = ChannelKind::kSnmp;
    record_.type = "print";
    record_.status = StatusOf(job_);
    record_.status_raw = fmt::format("{}", job_.number);
    kHpStateColumn.Contains(job_.state) ? ReadHp() : ReadPwg();
    // Like the web services' jobs: what was cancelled after a page has printed that page.
    if (record_.status == "cancelled" && record_.printed_pages) record_.status = "printed";
    return std::move(record_);
  }

 private:
  void ReadPwg() {
    record_.job = fmt::format("{}.{}{}", job_.index.parts()[0], job_.index.parts()[1],
                              Origin(SubmissionText()));
    record_.name = Text(kJobName);
    if (!record_.name) record_.name = Text(kDocumentName);
    record_.media_name = Text(kMediumConsumed);
    if (const auto quality = Count(kPrintQualityUsed)) {
      record_.quality = fmt::format("{}", *quality);
    }
    record_.copies = Count(kJobCopiesRequested);
    record_.pages = Count(kPagesRequested);
    record_.printed_copies = Count(kJobCopiesCompleted);
    record_.printed_pages = Count(kPagesCompleted);
    record_.submitted = Time(kJobSubmissionTime);
    record_.started = Time(kJobStartedProcessingTime);
    record_.finished = Time(kJobCompletionTime);
    TellCount("sheets-requested", kSheetsRequested);
    TellCount("sheets-completed", kSheetsCompleted);
    for (const Rows& rows : kRows) TellRows(rows);
  }

  void TellCount(std::string_view trait, std::uint32_t type) {
    const auto count = Count(type);
    if (!count) return;
    record_.traits.push_back({.trait = std::string(trait), .value = std::to_string(*count)});
  }

  void TellRows(const Rows& rows) {
    for (std::uint32_t row = 1; row <= kMostRows; ++row) {
      auto said = Text(rows.type, row);
      if (const auto index = Count(rows.type, row); !said && rows.has_index && index) {
        said = std::to_string(*index);
      }
      if (said) record_.traits.push_back({.trait = std::string(rows.trait), .value = *said});
    }
  }

  void ReadHp() {
    const std::string client = Pml(kHpClientJob);
    if (client.starts_with(kClientJobKey) && client.size() > kClientJobKey.size()) {
      record_.client_job = LowerAscii(client.substr(kClientJobKey.size()));
    }
    record_.job =
        fmt::format("{}{}", job_.index.parts()[0], Origin(record_.client_job.value_or("")));
    const std::string name =
        Pml(mib::kHpJobInfo + Oid{kHpName}) + Pml(mib::kHpJobInfo + Oid{kHpNameGoesOn});
    if (!name.empty()) record_.name = name;
    const auto pages = NumberAt(table_, mib::kHpJobInfo + Oid{kHpPagesPrinted} + job_.index);
    if (pages && *pages > 0) record_.printed_pages = pages;
  }

  // What tells the job from another of its number, before and after a restart.
  std::string Origin(const std::string& said) const {
    if (!said.empty()) return "/" + said;
    if (!started_at_) return "";
    return "/~" + FormatInstant(std::chrono::floor<std::chrono::seconds>(*started_at_));
  }

  std::string SubmissionText() const {
    if (const auto seconds = Count(kJobSubmissionTime)) return fmt::format("{}", *seconds);
    const auto at = Time(kJobSubmissionTime);
    return at ? FormatInstant(*at) : std::string();
  }

  std::optional<std::int64_t> Count(std::uint32_t type, std::uint32_t row = 1) const {
    const auto number =
        NumberAt(table_, AttributeOf(mib::kJmAttributeNumber, job_.index, type, row));
    return number && *number > 0 ? number : std::nullopt;
  }
  std::optional<std::string> Text(std::uint32_t type, std::uint32_t row = 1) const {
    const auto octets =
        OctetsAt(table_, AttributeOf(mib::kJmAttributeOctets, job_.index, type, row));
    if (!octets) return std::nullopt;
    std::string text = DecodeText(*octets).utf8;
    return text.empty() ? std::nullopt : std::optional(std::move(text));
  }
  std::optional<Instant> Time(std::uint32_t type) const {
    const Oid object = AttributeOf(mib::kJmAttributeOctets, job_.index, type);
    return DateAndTime(OctetsAt(table_, object).value_or(""));
  }
  std::string Pml(const Oid& column) const {
    return DecodePml(OctetsAt(table_, column + job_.index).value_or("")).utf8;
  }

  const SnmpTable& table_;
  const Listed& job_;
  const std::optional<Instant>& started_at_;
  JobRecord record_ = {};
};

}  // namespace

const std::vector<Oid>& JobStateColumns() {
  static const std::vector<Oid> columns = {mib::kJmJobState, kHpStateColumn};
  return columns;
}

std::vector<Oid> JobObjects(const SnmpTable& table, const std::vector<FinishedJob>& finished) {
  std::vector<Oid> oids;
  for (const Listed& job : Chosen(table, finished)) {
    if (kHpStateColumn.Contains(job.state)) {
      for (const std::uint32_t field : {kHpName, kHpNameGoesOn, kHpPagesPrinted}) {
        oids.push_back(mib::kHpJobInfo + Oid{field} + job.index);
      }
      oids.push_back(kHpClientJob + job.index);
      continue;
    }
    for (const std::uint32_t type : kNumbers) {
      oids.push_back(AttributeOf(mib::kJmAttributeNumber, job.index, type));
    }
    for (const std::uint32_t type : kTexts) {
      oids.push_back(AttributeOf(mib::kJmAttributeOctets, job.index, type));
    }
    for (const Rows& rows : kRows) AddRow(rows, job.index, 1, oids);
  }
  return oids;
}

std::vector<Oid> MoreJobObjects(const SnmpTable& table, const std::vector<FinishedJob>& finished) {
  std::vector<Oid> oids;
  for (const Listed& job : Chosen(table, finished)) {
    if (kHpStateColumn.Contains(job.state)) continue;
    for (const Rows& rows : kRows) {
      std::vector<Oid> first;
      AddRow(rows, job.index, 1, first);
      if (std::ranges::none_of(first, [&](const Oid& oid) { return table.contains(oid); }))
        continue;
      for (std::uint32_t row = 2; row <= kMostRows; ++row) AddRow(rows, job.index, row, oids);
    }
  }
  return oids;
}

SnmpJobs ReadSnmpJobs(const SnmpTable& table, const std::vector<FinishedJob>& finished,
                      const std::optional<Instant>& started_at) {
  SnmpJobs read;
  for (const Listed& job : ListedJobs(table)) {
    const FinishedJob* known = Known(finished, job);
    if (!known) continue;
    read.finished.push_back(*known);
    read.jobs.push_back(known->record);
  }
  for (const Listed& job : Chosen(table, finished)) {
    JobRecord record = JobReader(table, job, started_at).Read();
    if (IsAtItsEnd(job)) {
      read.finished.push_back({.state = job.state, .number = job.number, .record = record});
    }
    read.jobs.push_back(std::move(record));
  }
  if (read.finished.size() > kMaxFinished) {
    read.finished.erase(read.finished.begin(),
                        read.finished.end() - static_cast<std::ptrdiff_t>(kMaxFinished));
  }
  return read;
}

}  // namespace plotmeter
