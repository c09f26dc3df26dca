// What people are told differs from system to system: where things lie by custom, and which command
// helps. system_words_posix.cpp and system_words_windows.cpp.

#pragma once

#include <string>

namespace plotmeter {

struct SystemWords {
  // For --help and the file of settings.
  const char* state_default;  // of --state
  const char* state_example;
  const char* state_why;
  const char* configuration;  // folder with a separator behind it: "/etc/plotmeter/"
  const char* proxy_file;     // how a file is kept from others
  // For doctor.
  const char* look_up;     // how a name is asked for, "{}"
  const char* ask_clock;   // compare the clock by hand
  const char* keep_clock;  // have it kept right
  const char* start;       // the service
};

const SystemWords& Words();

// Where the collector keeps its state when nobody says: /var/lib/plotmeter for root and
// ~/.local/state/plotmeter for others; Plotmeter in the folder for data of all programs on Windows.
std::string DefaultStateDirectory();

}  // namespace plotmeter
