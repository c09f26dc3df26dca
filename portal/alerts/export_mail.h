// Monthly exports by mail, beside their folder (portal/ledger/monthly_exports.h).
//
//    MailedFolder delivery([&](const Mail& mail) { return mailer.Send(mail); }, clock);
//    MonthlyExports monthly(store, store, store, store, store, delivery, clock, 24 h);
//
// The file is put into its folder first, whatever becomes of the mail. A second name of it,
// ".NAME.mail" in the same folder, says that the mail has still to go, and is gone when a server
// took it. So a crash in between sends it again, with the same Message-ID, and nothing else does.
// What fails is tried again every hour; what a server refuses for good is not.
//
// A file of more than kMostMailed bytes is not mailed. The log has `scheduled_mail` for each mail
// that was taken, `scheduled_mail_not_sent` for each that never will be. One thread at a time.

#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "common/clock.h"
#include "common/http/mail.h"
#include "portal/ledger/monthly_exports.h"

namespace plotmeter {

// 5 MiB, which are 7 on the way: what every mail server takes.
inline constexpr std::uintmax_t kMostMailed = std::uintmax_t{5} << 20;

class MailedFolder : public FolderDelivery {
 public:
  using Send = std::function<MailResult(const Mail&)>;

  // An empty `send`: the portal knows no mail server. The clock must outlive this.
  MailedFolder(Send send, const Clock& clock) : send_(std::move(send)), clock_(clock) {}

  void Deliver(const ScheduledExport& schedule, const std::string& name) override;

 private:
  void KeepForMail(const ScheduledExport& schedule, const std::string& name) const;
  void MailKept(const ScheduledExport& schedule, const std::string& name) const;

  const Send send_;
  const Clock& clock_;
};

}  // namespace plotmeter
