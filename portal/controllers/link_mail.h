// Links that go to their person by mail, besides being shown to who asked for them.
//
//    if (mail.Send(reseller, "usr_3D8KX0PA", "invite", link, now)) …    it is on its way
//
// The link waits sealed in the outbox, and is gone from there once it was sent, or a day later.

#pragma once

#include <string>

#include "portal/access/webhook_secret.h"
#include "portal/store/outbox.h"

namespace plotmeter {

class LinkMail {
 public:
  // Both must outlive this. `has_mail`: the portal knows a mail server.
  LinkMail(Outbox& outbox, const SecondFactorKey& key, bool has_mail)
      : outbox_(outbox), key_(key), has_mail_(has_mail) {}

  // `what` is invite or reset. False: nobody gets mail here.
  bool Send(const ResellerId& reseller, const std::string& person, const std::string& what,
            const Secret& link, Instant now) const {
    if (!has_mail_) return false;
    outbox_.AddLinkMail(reseller, person, what, SealLink(key_, link, person), now);
    return true;
  }

 private:
  Outbox& outbox_;
  const SecondFactorKey& key_;
  const bool has_mail_;
};

}  // namespace plotmeter
