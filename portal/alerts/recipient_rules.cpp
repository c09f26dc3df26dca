#include "portal/alerts/recipient_rules.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/http/mail.h"
#include "portal/ledger/period.h"

namespace plotmeter {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

bool IsWebhookUrl(std::string_view url, bool private_too) {
  const bool is_plain = std::ranges::all_of(url, [](char c) { return c > 0x20 && c < 0x7f; });
  if (!is_plain || url.size() > 2000) return false;
  std::string_view rest = url;
  if (rest.starts_with("https://")) {
    rest.remove_prefix(8);
  } else if (private_too && rest.starts_with("http://")) {
    rest.remove_prefix(7);
  } else {
    return false;
  }
  const std::string_view host = rest.substr(0, rest.find_first_of("/?#"));
  return !host.empty() && host.front() != ':' && host.find('@') == host.npos &&
         url.find('#') == url.npos;
}

bool IsMailAddress(std::string_view address) { return IsMailbox(address); }

std::optional<int> ParseTimeOfDay(std::string_view text) {
  if (text.size() != 5 || text[2] != ':' || !IsDigit(text[0]) || !IsDigit(text[1]) ||
      !IsDigit(text[3]) || !IsDigit(text[4])) {
    return std::nullopt;
  }
  const int hour = (text[0] - '0') * 10 + (text[1] - '0');
  const int minute = (text[3] - '0') * 10 + (text[4] - '0');
  if (hour > 23 || minute > 59) return std::nullopt;
  return hour * 60 + minute;
}

std::string TimeOfDayText(int minute) {
  return fmt::format("{:02}:{:02}", minute / 60, minute % 60);
}

void SetDigestDue(Recipient& recipient, Instant now) {
  recipient.digest_due.reset();
  if (!recipient.digest_minute) return;
  recipient.digest_due =
      NextTimeOfDay(now, std::chrono::minutes(*recipient.digest_minute), recipient.time_zone);
}

}  // namespace plotmeter
