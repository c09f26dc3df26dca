#include "collector/disk_care.h"

#include <fmt/format.h>

#include "common/log.h"
#include "common/sqlite.h"

namespace plotmeter {

bool DiskCare::Try(const std::function<void()>& act) {
  try {
    act();
    return true;
  } catch (const SqliteError& error) {
    if (!error.may_pass()) throw;
    if (trouble_.empty()) Log(LogLevel::kError, "disk_trouble", {{"why", error.what()}});
    trouble_ = fmt::format("the disk of {} takes nothing: {}", directory_, error.what());
    return false;
  }
}

}  // namespace plotmeter
