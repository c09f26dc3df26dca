// What the installer writes into collector.toml: a few lines between two marks, the rest is the
// administrator's.
//
//    # What msiexec is given (RANGES, PROXY, CA) replaces lines from here
//    range = ["192.168.1.0/24", "10.0.0.7"]
//    proxy = "http://proxy.example:3128"
//    ca = "C:\\ProgramData\\Plotmeter\\portal-ca.pem"
//    # to here, and nothing else in this file.

#pragma once

#include <optional>
#include <string>

namespace plotmeter {

// UTF-8; empty is not given.
struct GivenSettings {
  std::string ranges = {};  // "192.168.1.0/24, 10.0.0.7": separated by commas, semicolons or spaces
  std::string proxy = {};
  std::string ca_file = {};
};

// The file's next content. A setting that is given replaces its line between the marks, others stay
// as they are. Empty when settings are given and the marks are not there any more: such a file is
// the administrator's alone.
std::optional<std::string> NextSettings(const std::optional<std::string>& file,
                                        const GivenSettings& given);

}  // namespace plotmeter
