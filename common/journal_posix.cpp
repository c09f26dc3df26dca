#include <fmt/format.h>
#include <sys/stat.h>

#include "common/log.h"

namespace plotmeter {

bool IsJournal(std::string_view stream, int descriptor) {
  struct stat about {};
  return ::fstat(descriptor, &about) == 0 &&
         stream == fmt::format("{}:{}", about.st_dev, about.st_ino);
}

}  // namespace plotmeter
