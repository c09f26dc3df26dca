// What a recipient may be: addresses that can be written to, and a time of the day. Pure.
//
//    IsWebhookUrl("https://hooks.north.example/plotmeter", false)      true
//    ParseTimeOfDay("07:30")                                           450 minutes

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "portal/store/outbox.h"

namespace plotmeter {

// https:// with a host, no user name, no blanks, at most 2000 bytes; where `private_too`, http://
// as well. Whether the host's address may be reached is seen when it is (common/http/fetch.h).
bool IsWebhookUrl(std::string_view url, bool private_too);

// Whether a mail server can be given it (common/http/mail.h, IsMailbox).
bool IsMailAddress(std::string_view address);

// Minutes after midnight, of "00:00" to "23:59"; and back.
std::optional<int> ParseTimeOfDay(std::string_view text);
std::string TimeOfDayText(int minute);

// Sets when the next digest is due. Throws std::runtime_error for a zone the system does not have.
void SetDigestDue(Recipient& recipient, Instant now);

}  // namespace plotmeter
