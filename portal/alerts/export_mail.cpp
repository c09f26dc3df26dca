#include "portal/alerts/export_mail.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "common/log.h"
#include "common/private_file.h"

namespace plotmeter {
namespace {

namespace fs = std::filesystem;

fs::path Kept(const ScheduledExport& schedule, const std::string& name) {
  return fs::path(schedule.folder) / ("." + name + ".mail");
}

std::string BytesOf(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string bytes(std::istreambuf_iterator<char>(in), {});
  if (!in.is_open() || in.bad()) throw std::runtime_error("cannot read " + path.string());
  return bytes;
}

Mail MailOf(const ScheduledExport& schedule, const std::string& name, std::string bytes,
            Instant at) {
  std::string id = name;  // the same for the same month
  for (char& c : id) {
    if (c == '.' || c == '_') c = '-';
  }
  const bool is_csv = schedule.format == "csv";
  return {.to = schedule.mail,
          .subject = "[Plotmeter] " + name,
          .text = fmt::format("The {} of a month, as asked for with 'schedule add' ({}).\n"
                              "A mail that comes twice is the same one.\n",
                              schedule.what, schedule.id),
          .id = std::move(id),
          .at = at,
          .file = MailFile{name, is_csv ? "text/csv" : "application/x-ndjson", std::move(bytes)}};
}

void LogNotSent(const ScheduledExport& schedule, const std::string& name, const std::string& why) {
  Log(LogLevel::kWarning, "scheduled_mail_not_sent",
      {{"schedule", schedule.id}, {"file", name}, {"why", why}});
}

}  // namespace

void MailedFolder::Deliver(const ScheduledExport& schedule, const std::string& name) {
  if (!schedule.mail.empty()) KeepForMail(schedule, name);
  FolderDelivery::Deliver(schedule, name);
  MailKept(schedule, name);
}

void MailedFolder::KeepForMail(const ScheduledExport& schedule, const std::string& name) const {
  const fs::path part = PartOf(schedule, name);
  if (!fs::exists(part)) return;  // it was delivered before
  if (const auto size = fs::file_size(part); size > kMostMailed) {
    LogNotSent(schedule, name,
               fmt::format("it has {} bytes, and at most {} are mailed", size, kMostMailed));
    return;
  }
  std::error_code error;
  fs::remove(Kept(schedule, name));  // of an attempt that was cut short here
  fs::create_hard_link(part, Kept(schedule, name), error);
  // A file system that knows no second names.
  if (error) fs::copy_file(part, Kept(schedule, name), fs::copy_options::overwrite_existing);
}

void MailedFolder::MailKept(const ScheduledExport& schedule, const std::string& name) const {
  const fs::path kept = Kept(schedule, name);
  if (!fs::exists(kept)) return;
  if (!send_) throw std::runtime_error("no mail server is set (smtp-server)");
  const MailResult sent = send_(MailOf(schedule, name, BytesOf(kept), clock_.Now()));
  if (sent.seen != MailSeen::kTaken && sent.seen != MailSeen::kRefused) {
    throw std::runtime_error("its mail is not sent yet: " + sent.detail);
  }
  fs::remove(kept);
  SyncFolder(schedule.folder);
  if (sent.seen == MailSeen::kRefused) return LogNotSent(schedule, name, sent.detail);
  Log(LogLevel::kInfo, "scheduled_mail", {{"schedule", schedule.id}, {"file", name}});
}

}  // namespace plotmeter
