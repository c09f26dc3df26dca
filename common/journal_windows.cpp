#include "common/log.h"

namespace plotmeter {

// There is no systemd; the Event Log is an ear (common/event_log.h).
bool IsJournal(std::string_view, int) { return false; }

}  // namespace plotmeter
