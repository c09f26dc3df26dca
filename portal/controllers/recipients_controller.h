// Who is told of incidents: by mail, or by a webhook.
//
//    GET    /api/v1/recipients
//    POST   /api/v1/recipients       {"kind":"email","name":"On call",
//                                     "address":"ops@north.example","severity":"critical",
//                                     "digest_at":"07:30","time_zone":"Europe/Berlin"}
//                                    201 {"recipient":{…}}, and for a webhook its "secret", once
//    GET, PATCH, DELETE /api/v1/recipients/{recipient}
//    GET    /api/v1/recipients/{recipient}/deliveries      the last hundred, and what troubled them
//    POST   /api/v1/recipients/{recipient}/tests           sends something, to see whether it
//                                                          arrives
//
// "severity" and "kinds" say what they hear of, "customer" of whom; "at_once" whether one by one,
// "digest_at" (null: not) when once a day. Address and secret stay as they are: who moves is added
// anew. 409 where mail is to be sent and the portal knows no mail server, and with the 200th.

#pragma once

#include "common/clock.h"
#include "portal/access/second_factor.h"
#include "portal/http/router.h"
#include "portal/store/outbox.h"

namespace plotmeter {

struct RecipientLimits {
  bool has_mail = false;       // the portal knows a mail server
  bool private_hooks = false;  // webhooks to http:// and to private addresses
};

class RecipientsController {
 public:
  // All of them must outlive the controller.
  RecipientsController(Outbox& outbox, const SecondFactorKey& key, const Clock& clock,
                       RecipientLimits limits)
      : outbox_(outbox), key_(key), clock_(clock), limits_(limits) {}

  void Map(Router& router) const;

 private:
  Response List(const Request& request, const Caller& caller) const;
  Response Add(const Request& request, const Caller& caller) const;
  Response Show(const Request& request, const Caller& caller) const;
  Response Change(const Request& request, const Caller& caller) const;
  Response Remove(const Request& request, const Caller& caller) const;
  Response Deliveries(const Request& request, const Caller& caller) const;
  Response Test(const Request& request, const Caller& caller) const;

  Recipient Meant(const Request& request, const Caller& caller) const;

  Outbox& outbox_;
  const SecondFactorKey& key_;
  const Clock& clock_;
  const RecipientLimits limits_;
};

}  // namespace plotmeter
