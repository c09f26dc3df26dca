#include "portal/ledger/monthly_exports.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <exception>
#include <set>
#include <system_error>

#include "common/log.h"
#include "common/private_file.h"
#include "common/stoppable_wait.h"
#include "portal/ledger/export.h"

namespace plotmeter {
namespace {

namespace fs = std::filesystem;

constexpr auto kFirst = std::chrono::minutes(5);
constexpr auto kAfterLeap = std::chrono::hours(24);
constexpr auto kAfterFailure = std::chrono::hours(1);
constexpr auto kClockIsSet = std::chrono::hours(1);
constexpr std::uint32_t kLongestSettle = 90 * 24;  // hours
constexpr mode_t kMode = 0640;                     // for whoever imports it, by the folder's group

[[noreturn]] void Fail(const fs::path& path) {
  throw std::system_error(errno, std::generic_category(), "cannot write " + path.string());
}

// A file that is written whole and to the disk, or not at all.
class PartFile {
 public:
  explicit PartFile(fs::path path)
      : path_(std::move(path)),
        file_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, kMode)) {
    if (file_ < 0 || ::fchmod(file_, kMode) != 0) {
      const int error = errno;
      if (file_ >= 0) ::close(file_);
      errno = error;
      Fail(path_);
    }
  }
  ~PartFile() {
    ::close(file_);
    if (!is_whole_) ::unlink(path_.c_str());
  }
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  void Write(std::string_view text) {
    while (!text.empty()) {
      const ssize_t written = ::write(file_, text.data(), text.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) Fail(path_);
      text.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  void Finish() {
    if (::fsync(file_) != 0) Fail(path_);
    is_whole_ = true;
  }

 private:
  const fs::path path_;
  const int file_;
  bool is_whole_ = false;
};

// "usage-2026-11-sch_7Q2M9K4T.csv"
std::string NameOf(const ScheduledExport& schedule, const Month& month) {
  return fmt::format("{}-{}-{}.{}", schedule.what, month.text(), schedule.id, schedule.format);
}

}  // namespace

std::optional<std::chrono::hours> ParseSettle(std::string_view text) {
  if (text == "0") return std::chrono::hours(0);
  std::uint32_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop + 1 != end || (*stop != 'h' && *stop != 'd')) {
    return std::nullopt;
  }
  if (number > kLongestSettle) return std::nullopt;
  const std::uint32_t hours = *stop == 'd' ? number * 24 : number;
  if (hours > kLongestSettle) return std::nullopt;
  return std::chrono::hours(hours);
}

fs::path FolderDelivery::PartOf(const ScheduledExport& schedule, const std::string& name) const {
  return fs::path(schedule.folder) / ("." + name + ".part");
}

void FolderDelivery::Deliver(const ScheduledExport& schedule, const std::string& name) {
  const fs::path part = PartOf(schedule, name);
  if (!fs::exists(part)) {
    // Delivered before, unless the folder itself is away, as when nothing is mounted there.
    if (!fs::is_directory(schedule.folder)) {
      errno = ENOENT;
      Fail(fs::path(schedule.folder));
    }
    return;
  }
  fs::rename(part, fs::path(schedule.folder) / name);
  SyncFolder(schedule.folder);
}

MonthlyExports::MonthlyExports(Store& store, Lists& lists, Books& books, Schedules& schedules,
                               Directory& directory, FileDelivery& delivery, const Clock& clock,
                               std::chrono::hours settle)
    : store_(store),
      lists_(lists),
      books_(books),
      schedules_(schedules),
      directory_(directory),
      delivery_(delivery),
      clock_(clock),
      settle_(settle),
      watch_(clock, kClockIsSet),
      due_(*watch_.seen().steady + kFirst) {}

Instant MonthlyExports::DueAt(const ScheduledExport& schedule, const Month& month,
                              const std::vector<Site>& sites, std::chrono::hours settle) {
  const Instant over = month.Next().first_day();
  const Instant asked =
      FromLocalTime(over + std::chrono::days(schedule.day - 1) + std::chrono::hours(schedule.hour),
                    schedule.time_zone);
  Instant settled = FromLocalTime(over, schedule.time_zone);
  for (const Site& site : sites) settled = std::max(settled, FromLocalTime(over, site.time_zone));
  return std::max(asked, settled + settle);
}

void MonthlyExports::Tick(const Pause& pause) {
  const bool was_set = watch_.WasSet();
  const std::chrono::milliseconds now = *watch_.seen().steady;
  if (was_set) {
    due_ = now + kAfterLeap;
    Log(LogLevel::kInfo, "scheduled_exports_put_off", {{"why", "somebody set the clock"}});
  }
  if (now < due_) return;
  try {
    std::set<std::string> present;
    for (const Reseller& reseller : directory_.Resellers()) {
      for (const ScheduledExport& schedule : schedules_.ScheduledExports(reseller.id)) {
        present.insert(schedule.id);
        if (!pause()) return;
        const auto trouble = troubles_.find(schedule.id);
        if (trouble != troubles_.end() && now < trouble->second.again) continue;
        try {
          Look(reseller.id, schedule, pause);
          troubles_.erase(schedule.id);
        } catch (const std::exception& error) {
          Complain(schedule.id, error.what());
        }
      }
    }
    std::erase_if(troubles_, [&](const auto& trouble) { return !present.contains(trouble.first); });
  } catch (const std::exception& error) {
    Complain("", error.what());
  }
}

void MonthlyExports::Complain(const std::string& schedule, const std::string& why) {
  Trouble& trouble = troubles_[schedule];
  trouble.again = *watch_.seen().steady + kAfterFailure;
  if (trouble.why == why) return;
  trouble.why = why;
  Log(LogLevel::kWarning, "scheduled_export_failed", {{"schedule", schedule}, {"why", why}});
}

void MonthlyExports::Look(const ResellerId& reseller, const ScheduledExport& schedule,
                          const Pause& pause) {
  std::set<std::string> known;
  std::vector<ScheduledMonth> unfinished;
  for (const ScheduledMonth& month : schedules_.MonthsOf(reseller, schedule.id)) {
    known.insert(month.month);
    if (!month.is_done) unfinished.push_back(month);
  }
  const std::vector<Site> sites = store_.Sites(reseller);
  const auto first = Month::Parse(schedule.first_month);
  if (!first) throw std::runtime_error("its first month is '" + schedule.first_month + "'");
  // What stays in the way of one month holds up no other.
  std::exception_ptr trouble;
  const auto attempt = [&](const auto& work) {
    try {
      work();
    } catch (const std::exception&) {
      if (!trouble) trouble = std::current_exception();
    }
  };
  for (Month month = *first;; month = month.Next()) {
    if (known.contains(month.text())) continue;
    if (DueAt(schedule, month, sites, settle_) > watch_.seen().wall) break;
    if (!pause()) return;
    attempt([&] { Write(reseller, schedule, month, pause); });
  }
  for (const ScheduledMonth& month : unfinished) {
    if (!pause()) return;
    attempt([&] { Finish(reseller, schedule, month); });
  }
  if (trouble) std::rethrow_exception(trouble);
}

void MonthlyExports::Write(const ResellerId& reseller, const ScheduledExport& schedule,
                           const Month& month, const Pause& pause) {
  const ExportKind* kind = FindExport(schedule.what);
  if (kind == nullptr) throw std::runtime_error("there is no export '" + schedule.what + "'");
  RowShape shape = schedule.format == "csv" ? ExportFormat::kCsv : ExportFormat::kNdjson;
  if (!schedule.columns.empty()) {
    shape.layout = std::make_shared<const Layout>(
        ReadLayout("its column profile", schedule.columns, kind->columns));
  }
  std::optional<Period> period;
  if (kind->period != PeriodUse::kNone) {
    period = Period{*PeriodEdge::Parse(month.text() + "-01"),
                    *PeriodEdge::Parse(month.Next().text() + "-01")};
  }
  const std::string name = NameOf(schedule, month);
  PartFile part(delivery_.PartOf(schedule, name));
  const auto rows = MakeExport(*kind, {store_, lists_, books_, reseller, schedule.filter, period},
                               std::move(shape));
  std::string chunk;
  for (bool more = true; more; chunk.clear()) {
    more = rows->Next(chunk);
    part.Write(chunk);
    if (!pause()) return;
  }
  part.Finish();
  SyncFolder(delivery_.PartOf(schedule, name).parent_path());
  const ScheduledMonth noted{.month = month.text(), .file = name};
  if (!schedules_.NoteMonth(reseller, schedule.id, noted, clock_.Now())) {
    // It was removed meanwhile.
    std::error_code ignored;
    fs::remove(delivery_.PartOf(schedule, name), ignored);
    return;
  }
  Finish(reseller, schedule, noted);
}

void MonthlyExports::Finish(const ResellerId& reseller, const ScheduledExport& schedule,
                            const ScheduledMonth& month) {
  delivery_.Deliver(schedule, month.file);
  schedules_.EndMonth(reseller, schedule.id, month.month, clock_.Now());
  Log(LogLevel::kInfo, "scheduled_export",
      {{"schedule", schedule.id},
       {"month", month.month},
       {"file", (fs::path(schedule.folder) / month.file).string()}});
}

void MonthlyExports::Run(const std::stop_token& stop) {
  StoppableWait wait(stop);
  while (wait.For(std::chrono::minutes(1))) {
    Tick([&] { return !stop.stop_requested(); });
  }
}

}  // namespace plotmeter
