// Who this collector is to its portal: what enrolment left in the state directory.
//
//    key.pem         the collector's P-256 key, mode 0600; it never leaves
//    next-key.pem    one that is to take its place, as soon as the portal has agreed
//    identity.json   {"portal_url":…,"portal":thumbprint,"signing":thumbprint,"collector":"col_…",
//                     "key":thumbprint,"site":…,"site_id":"sit_…","ca_file":…,
//                     "keys":"the portal's signed keys, as they came"}
//
// What is read back is verified again: a file that somebody edited is not believed. One key takes
// the place of another when identity.json, written in one step, names it; renaming the file
// follows, and is made up for by whoever reads the key next.

#pragma once

#include <optional>
#include <string>

#include "common/crypto.h"
#include "proto/enrolment.h"

namespace plotmeter {

struct Identity {
  std::string portal_url = {};
  std::string portal = {};     // thumbprint of the key that the enrolment code named
  std::string collector = {};  // "col_…"
  std::string site = {};       // its name, for people
  std::string site_id = {};    // "sit_…"; empty: enrolled before portals told it
  std::string key = {};        // thumbprint of its own key; empty: whichever is there
  std::string ca_file = {};    // empty: the certificates the system trusts
  std::string keys_jws = {};
  PortalKeys keys = {};  // what keys_jws says
};

// Empty when this directory was never enrolled. Throws std::runtime_error when the file is damaged.
std::optional<Identity> LoadIdentity(const std::string& directory);
void SaveIdentity(const std::string& directory, const Identity& identity);

// Empty when there is none; throws std::runtime_error when the file holds no P-256 key, or when
// others than its owner may touch it.
std::optional<PrivateKey> LoadKey(const std::string& directory);
// The key there is, or a new one that is on disk when this returns.
PrivateKey LoadOrMakeKey(const std::string& directory);

// The same for the one that is to follow it.
std::optional<PrivateKey> LoadNextKey(const std::string& directory);
PrivateKey LoadOrMakeNextKey(const std::string& directory);
// It is the collector's from now on: saves the identity with it.
void UseNextKey(const std::string& directory, Identity& identity);
void DropNextKey(const std::string& directory);

}  // namespace plotmeter
