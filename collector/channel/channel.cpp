#include "collector/channel/channel.h"

namespace plotmeter {

std::string_view ToText(Seen seen) {
  switch (seen) {
    case Seen::kAnswered:
      return "answered";
    case Seen::kUnreachable:
      return "unreachable";
    case Seen::kAsleep:
      return "asleep";
    case Seen::kRefused:
      return "refused";
    case Seen::kNotSpoken:
      return "not-spoken";
    case Seen::kUnreadable:
      return "unreadable";
    case Seen::kNothing:
      break;
  }
  return "nothing";
}

}  // namespace plotmeter
