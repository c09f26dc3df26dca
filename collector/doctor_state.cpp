// doctor: the state directory and what lies there; its disk is in doctor_disk_….cpp.

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "collector/doctor.h"
#include "collector/doctor_disk.h"
#include "collector/spool/spool_schema.h"
#include "collector/state_lock.h"
#include "collector/system_words.h"
#include "common/path.h"
#include "common/sqlite.h"

namespace plotmeter {
namespace {

// True when it is a spool of ours, whole, and of this program's version.
bool ExamineSpool(const std::string& path, Findings& findings) {
  const std::string keep = fmt::format(
      "start the service again: it moves {} aside as it is, with spool.db-wal, and goes on with "
      "what "
      "it can read of it in a new spool (docs/operating.md, The spool)",
      path);
  if (!std::filesystem::exists(PathOf(path))) {
    findings.Warn("spool", "there is none yet: nothing was read",
                  "plotmeter-collector discover finds printers, run reads them");
    return false;
  }
  std::array<char, 16> head{};
  std::ifstream(PathOf(path), std::ios::binary).read(head.data(), head.size());
  if (std::filesystem::file_size(PathOf(path)) > 0 &&
      std::string_view(head.data(), head.size()) != std::string_view("SQLite format 3\0", 16)) {
    findings.Fail("spool", fmt::format("{} is no spool: it begins like another kind of file", path),
                  keep);
    return false;
  }
  try {
    Database db(path, Database::Mode::kReadOnly);
    Statement check = db.Prepare("PRAGMA quick_check(1)");
    if (!check.Step() || check.Text(0) != "ok") {
      findings.Fail("spool", fmt::format("{} is damaged: {}", path, check.Text(0)), keep);
      return false;
    }
    Statement tables = db.Prepare(
        "SELECT count(*) FROM sqlite_master WHERE name IN ('stream', 'batch', 'known_printer')");
    tables.Step();
    Statement version = db.Prepare("PRAGMA user_version");
    version.Step();
    if (version.Int(0) > NewestSpoolVersion()) {
      findings.Fail("spool",
                    fmt::format("{} is of version {}, this program knows {}", path, version.Int(0),
                                NewestSpoolVersion()),
                    "use the newer program, which wrote it");
      return false;
    }
    if (tables.Int(0) != 3) {
      findings.Fail("spool", fmt::format("{} is the database of another program", path), keep);
      return false;
    }
    findings.Ok("spool", fmt::format("{} is sound, {} kB", path,
                                     std::filesystem::file_size(PathOf(path)) / 1000));
    return version.Int(0) == NewestSpoolVersion();
  } catch (const SqliteBusy&) {
    findings.Warn("spool", "another process keeps it busy", "look again in a minute");
  } catch (const SqliteError& error) {
    findings.Fail("spool", error.what(), keep);
  }
  return false;
}

std::optional<Identity> ExamineEnrolment(const std::string& directory, Findings& findings) {
  constexpr const char* kCheck = "enrolment";
  try {
    std::optional<Identity> identity = LoadIdentity(directory);
    if (!identity) {
      findings.Fail(kCheck, "this collector is not enrolled: what it reads waits here",
                    "ask the reseller for a code, then plotmeter-collector enrol --portal URL "
                    "--code CODE");
      return {};
    }
    if (!LoadKey(directory)) {
      findings.Fail(kCheck,
                    fmt::format("the key of {} is gone: {}/key.pem is missing", identity->collector,
                                directory),
                    "restore it, or enrol again with a new code");
      return identity;
    }
    findings.Ok(kCheck, fmt::format("enrolled as {}{} at {}", identity->collector,
                                    identity->site.empty() ? "" : ", " + identity->site,
                                    identity->portal_url));
    return identity;
  } catch (const std::exception& error) {
    // The words say what to do, too.
    findings.Fail(kCheck, error.what(), "then call the doctor again");
  }
  try {
    return LoadIdentity(directory);  // it was the key that was at fault
  } catch (const std::exception&) {
    return {};
  }
}

}  // namespace

StateSeen ExamineState(const std::string& directory, Findings& findings) {
  StateSeen seen;
  if (!ExaminePermissions(directory, findings)) return seen;
  ExamineRoom(directory, findings);
  const bool sound = ExamineSpool(directory + "/spool.db", findings);
  seen.has_spool = sound && std::filesystem::exists(PathOf(directory + "/masking.key"));
  seen.identity = ExamineEnrolment(directory, findings);
  const int process = LockHolder(directory);
  if (process != 0) {
    findings.Ok("service", fmt::format("it runs, as process {}", process));
  } else {
    findings.Warn("service", "none runs on this directory",
                  fmt::format("start it ({}, or plotmeter-collector run)", Words().start));
  }
  return seen;
}

}  // namespace plotmeter
