// Answers as JSON text for golden files of LEDM.

#pragma once

#include <filesystem>
#include <string>

#include "collector/channel/channel.h"

namespace plotmeter {

std::string WrittenLedm(const Answers& answers);

// A file of tests/golden/ledm.
std::string LedmGolden(const std::string& name);

// Compares with a file below tests/golden; with PLOTMETER_GOLDEN=write in the environment, writes
// it instead.
void ExpectLedmGolden(const std::string& name, const std::string& text);

std::string ContentsOf(const std::filesystem::path& path);

}  // namespace plotmeter
