#include "collector/uplink/portal.h"

namespace plotmeter {

std::string_view ToText(PortalSeen seen) {
  switch (seen) {
    case PortalSeen::kAnswered:
      return "answered";
    case PortalSeen::kUnreachable:
      return "unreachable";
    case PortalSeen::kUntrusted:
      return "not trusted";
    case PortalSeen::kTimedOut:
      return "timed out";
    case PortalSeen::kTooLarge:
      return "answered too much";
    case PortalSeen::kCancelled:
      return "cancelled";
    case PortalSeen::kNothing:
      break;
  }
  return "not asked";
}

}  // namespace plotmeter
