// What the portal's commands are told: settings that several of them share.

#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>

#include "common/settings.h"

namespace plotmeter {

// Everything the portal keeps lies in one directory.
struct DataDirectory {
  explicit DataDirectory(const Arguments& arguments) : path(arguments.Text("data")) {}

  std::string database() const { return path / "portal.db"; }
  // The same, of a portal that is there; throws std::runtime_error otherwise.
  std::string existing_database() const {
    if (std::filesystem::exists(database())) return database();
    throw std::runtime_error("there is no portal in " + path.string() +
                             "; 'plotmeter-portal init' makes one");
  }
  std::string certificate() const { return path / "tls" / "certificate.pem"; }
  std::string tls_key() const { return path / "tls" / "key.pem"; }

  std::filesystem::path path;
};

inline Setting DataSetting() {
  return {.name = "data",
          .value = "DIR",
          .help = "where the portal keeps its database, keys and certificate",
          .why = "On a disk of its own if there is one: the ledger only grows.",
          .example = "/var/lib/plotmeter",
          .required = true};
}

inline Setting Flag(const std::string& name, const std::string& value, const std::string& help,
                    bool required = true) {
  return {.name = name, .value = value, .help = help, .required = required, .flag_only = true};
}

inline Setting OutputSetting() {
  return {
      .name = "output", .value = "FILE", .help = "instead of standard output", .flag_only = true};
}

inline Setting JsonSetting() {
  return {.name = "json", .help = "answer with JSON", .flag_only = true};
}

inline Setting ResellerSetting(bool required = true) {
  return {.name = "reseller",
          .value = "RESELLER",
          .help = "id or name",
          .required = required,
          .flag_only = true};
}

inline Setting NameSetting(const std::string& help) {
  return {.name = "name", .value = "NAME", .help = help, .required = true, .flag_only = true};
}

}  // namespace plotmeter
