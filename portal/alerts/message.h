// Deliveries as they go out: the text of a mail, the body of a webhook and its signature. Pure: the
// same delivery is the same bytes each time it is tried.
//
//    const Mail mail = MailOf(delivery, {.portal = "https://portal.example.org"});
//    const FetchRequest request = WebhookOf(delivery, secret, now);
//
// A webhook is a POST of JSON (docs/webhooks.md):
//
//    Plotmeter-Delivery: 0193a1c2-7b1e-4c3a-9f52-0d6f3f1b8a11    the same when it is tried again
//    Plotmeter-Timestamp: 1795338000                             seconds since 1970, of this try
//    Plotmeter-Signature: v1=…            HMAC-SHA-256 under the recipient's secret, 64 hex digits,
//                                         over the timestamp, a full stop, and the body
//
//    {"delivery":"0193a1c2-…","event":"incident.raised","at":"2026-11-30T09:00:00Z","incident":{…}}
//
// The events are incident.raised, .worsened, .reminded and .cleared, digest and test.

#pragma once

#include <string>

#include "common/http/fetch.h"
#include "common/http/mail.h"
#include "common/secret.h"
#include "portal/store/outbox.h"

namespace plotmeter {

struct MailFrame {
  std::string portal = {};  // its address as people know it; empty: not told
  Secret link = {};         // of invite and reset
};

// Throws JsonError where the body is none that was made here.
Mail MailOf(const Delivery& delivery, const MailFrame& frame);

FetchRequest WebhookOf(const Delivery& delivery, const Secret& secret, Instant now);

// "v1=5257a8…"
std::string SignatureOf(const Secret& secret, const std::string& timestamp,
                        const std::string& body);

}  // namespace plotmeter
