#include "portal/alerts/alert_words.h"

#include <algorithm>
#include <iterator>

namespace plotmeter {
namespace {

struct Word {
  std::string_view code, words;
};

constexpr Word kAlertCodes[] = {
    {"3", "cover-open"},
    {"4", "cover-closed"},
    {"5", "interlock-open"},
    {"6", "interlock-closed"},
    {"7", "configuration-change"},
    {"8", "jam"},
    {"9", "missing"},
    {"10", "life-almost-over"},
    {"11", "life-over"},
    {"12", "almost-empty"},
    {"13", "empty"},
    {"14", "almost-full"},
    {"15", "full"},
    {"16", "near-limit"},
    {"17", "at-limit"},
    {"18", "opened"},
    {"19", "closed"},
    {"20", "turned-on"},
    {"21", "turned-off"},
    {"22", "offline"},
    {"23", "power-saver"},
    {"24", "warming-up"},
    {"25", "added"},
    {"26", "removed"},
    {"27", "resource-added"},
    {"28", "resource-removed"},
    {"29", "recoverable-failure"},
    {"30", "unrecoverable-failure"},
    {"31", "recoverable-storage-error"},
    {"32", "unrecoverable-storage-error"},
    {"33", "motor-failure"},
    {"34", "memory-exhausted"},
    {"35", "under-temperature"},
    {"36", "over-temperature"},
    {"37", "timing-failure"},
    {"38", "thermistor-failure"},
    {"501", "door-open"},
    {"502", "door-closed"},
    {"503", "power-up"},
    {"504", "power-down"},
    {"505", "network-reset"},
    {"506", "manual-reset"},
    {"507", "ready-to-print"},
    {"801", "input-tray-missing"},
    {"802", "input-size-change"},
    {"803", "input-weight-change"},
    {"804", "input-type-change"},
    {"805", "input-colour-change"},
    {"806", "input-form-change"},
    {"807", "input-supply-low"},
    {"808", "input-supply-empty"},
    {"809", "media-change-request"},
    {"810", "manual-input-request"},
    {"811", "input-tray-position-failure"},
    {"812", "input-tray-elevation-failure"},
    {"813", "cannot-feed-size-selected"},
    {"901", "output-tray-missing"},
    {"902", "output-almost-full"},
    {"903", "output-full"},
    {"904", "output-mailbox-select-failure"},
    {"1001", "fuser-under-temperature"},
    {"1002", "fuser-over-temperature"},
    {"1003", "fuser-timing-failure"},
    {"1004", "fuser-thermistor-failure"},
    {"1005", "adjusting-print-quality"},
    {"1101", "toner-empty"},
    {"1102", "ink-empty"},
    {"1103", "ribbon-empty"},
    {"1104", "toner-almost-empty"},
    {"1105", "ink-almost-empty"},
    {"1106", "ribbon-almost-empty"},
    {"1107", "waste-toner-almost-full"},
    {"1108", "waste-ink-almost-full"},
    {"1109", "waste-toner-full"},
    {"1110", "waste-ink-full"},
    {"1111", "photoconductor-life-almost-over"},
    {"1112", "photoconductor-life-over"},
    {"1113", "developer-almost-empty"},
    {"1114", "developer-empty"},
    {"1115", "toner-cartridge-missing"},
    {"1301", "path-tray-missing"},
    {"1302", "path-tray-almost-full"},
    {"1303", "path-tray-full"},
    {"1304", "cannot-duplex-media-selected"},
    {"1501", "memory-increase"},
    {"1502", "memory-decrease"},
    {"1503", "cartridge-added"},
    {"1504", "cartridge-removed"},
    {"1505", "interpreter-resource-added"},
    {"1506", "interpreter-resource-removed"},
    {"1507", "interpreter-resource-unavailable"},
    {"1509", "complex-page"},
    {"1801", "alert-removal-of-binary-change-entry"},
};

}  // namespace

std::string_view PrtAlertCodeWords(std::string_view code) {
  const auto* row = std::ranges::find(kAlertCodes, code, &Word::code);
  return row != std::end(kAlertCodes) ? row->words : "";
}

}  // namespace plotmeter
