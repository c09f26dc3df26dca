// Answers as text, one line a thing, for golden files and for comparing two answers at a glance.

#pragma once

#include <string>

#include "collector/channel/channel.h"

namespace plotmeter {

std::string Written(const Answers& answers);
std::string Written(const JobRecord& job);

// A file of tests/golden/piws.
std::string Golden(const std::string& name);

// Compares with a golden file; with PLOTMETER_GOLDEN=write in the environment, writes it instead.
void ExpectGolden(const std::string& name, const std::string& text);

}  // namespace plotmeter
