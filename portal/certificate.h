// A TLS certificate for a portal that has none yet: self-signed, for the names and addresses given.
//
//    TlsFiles files = MakeCertificate({"portal.example.org", "localhost", "127.0.0.1"}, now);
//
// Collectors trust it by having certificate.pem as their CA file. A portal on the open internet
// should get one from an authority instead, in the same two files. The door to OpenSSL's X.509.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/secret.h"
#include "common/time.h"

namespace plotmeter {

struct TlsFiles {
  std::string certificate = {};  // PEM
  Secret key = {};               // PEM, PKCS #8, P-256
};

// Valid from a day before `now` (clocks differ) for ten years. Names are DNS names or IP addresses;
// the first is the common name. Throws std::runtime_error for a name that cannot stand in one.
TlsFiles MakeCertificate(const std::vector<std::string>& names, Instant now);

// When the first certificate in that PEM ends; empty where there is none that can be read.
std::optional<Instant> ReadExpiry(std::string_view pem);

}  // namespace plotmeter
