// Names of files are UTF-8 text wherever we keep them: in settings, in messages, on the command
// line.
//
//    std::ifstream in(PathOf(arguments.Text("hosts")), std::ios::binary);
//
// A std::filesystem::path that is made of a std::string takes it, on Windows, for text in whatever
// code page the user has; one that is made here is the file that was meant. On POSIX both are the
// same.

#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace plotmeter {

inline std::filesystem::path PathOf(std::string_view utf8) {
  return std::u8string(utf8.begin(), utf8.end());
}

inline std::string PathText(const std::filesystem::path& path) {
  const std::u8string utf8 = path.u8string();
  return {utf8.begin(), utf8.end()};
}

}  // namespace plotmeter
