// A small file that only its owner may read: keys. Written whole or not at all, and on disk before
// the call returns.

#pragma once

#include <optional>
#include <string>

#include "common/secret.h"

namespace plotmeter {

// Empty when there is no such file; throws std::runtime_error when it cannot be read.
std::optional<Secret> ReadPrivateFile(const std::string& path);

// Mode 0600. Replaces what was there in one step. Throws std::runtime_error.
void WritePrivateFile(const std::string& path, const Secret& content);

}  // namespace plotmeter
