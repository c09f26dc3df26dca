// Settings that collectors are asked to take, as they come in over the API.
//
//    {"interval":"1h","range":["10.0.0.0/24","plotter.example.org"]}
//
// Each as one would write it in a collector's file: a text, or a list of texts. Names are those of
// kProposable; a duration is a number with s, m, h or d. Whether a value is within its limits the
// collector says, since it has to hold to them.

#pragma once

#include <optional>
#include <string_view>

#include "common/json.h"
#include "proto/heartbeat.h"

namespace plotmeter {

struct Proposal {
  static constexpr std::string_view kExample =
      "an object of settings such as {\"interval\":\"1h\"}; {} takes back what was proposed";
  // Problem 422 that names the setting, "settings.interval", where one is wrong; empty where it is
  // no object.
  static std::optional<Proposal> Read(const Json& json);
  SettingValues values = {};
};

}  // namespace plotmeter
