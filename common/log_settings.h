// The settings of the log, for commands that run for long: collector and portal have the same.
//
//    --log-file /var/log/plotmeter/collector.log --log-size 10 --log-count 5
//
// Without a file, lines go to standard error; see log.h.

#pragma once

#include <vector>

#include "common/settings.h"

namespace plotmeter {

std::vector<Setting> LogSettings();

// Throws UsageError for values that cannot be meant.
void CheckLogSettings(const Arguments& arguments);

// Lines go where the settings say from now on, or to the file `otherwise` if they name none. Throws
// std::runtime_error when the file cannot be written.
void StartLog(const Arguments& arguments, const std::string& otherwise = {});

}  // namespace plotmeter
