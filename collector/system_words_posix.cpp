#include <unistd.h>

#include "collector/system_words.h"
#include "common/system.h"

namespace plotmeter {

const SystemWords& Words() {
  static constexpr SystemWords words = {
      .state_default = "/var/lib/plotmeter, or ~/.local/state/plotmeter when not root",
      .state_example = "/var/lib/plotmeter",
      .state_why =
          "A service runs as root or as a user of its own; whoever looks at it (status, "
          "outbox) must be allowed to read the same directory.",
      .configuration = "/etc/plotmeter/",
      .proxy_file = "let only its owner read it (chmod 600)",
      .look_up = "getent hosts {}; /etc/resolv.conf",
      .ask_clock = "timedatectl",
      .keep_clock = "timedatectl set-ntp true",
      .start = "systemctl start plotmeter-collector"};
  return words;
}

std::string DefaultStateDirectory() {
  if (geteuid() == 0) return "/var/lib/plotmeter";
  if (const auto state = EnvironmentVariable("XDG_STATE_HOME"); state && !state->empty()) {
    return *state + "/plotmeter";
  }
  return EnvironmentVariable("HOME").value_or("") + "/.local/state/plotmeter";
}

}  // namespace plotmeter
