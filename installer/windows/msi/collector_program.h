// The collector, run by the installer.

#pragma once

#include <map>
#include <string>

namespace plotmeter {

struct Ended {
  unsigned long code = 0;
  std::wstring words = {};  // what it printed, at most its first 4000 octets
};

// Runs it to its end; `variables` ("PLOTMETER_CODE") are in its environment, where a command line
// would be seen by others and kept by an audit of processes. Nothing else of the environment is of
// Plotmeter. Throws SetUpError when it cannot be started.
Ended RunCollector(const std::wstring& exe, const std::wstring& arguments,
                   const std::map<std::wstring, std::wstring>& variables = {});

std::wstring Wide(const std::string& utf8);
std::string Utf8(const std::wstring& wide);

}  // namespace plotmeter
