// The cryptography of the User-based Security Model of SNMPv3, as values; a door to OpenSSL.
//
//    Secret ku = PassphraseKey(SnmpAuth::kSha1, passphrase);         // 3 ms: keep it
//    Secret key = LocalKey(SnmpAuth::kSha1, ku, engine_id);          // the key at one agent
//    Mac(SnmpAuth::kSha1, key, message)                              // 12 octets
//
// RFC 3414 (HMAC-MD5-96, HMAC-SHA-96, DES), RFC 7860 (HMAC-SHA-2), RFC 3826 (AES-128);
// AES-192 and AES-256 lengthen a short key as draft-blumenthal-aes-usm-04 section 3.1.2.1 says,
// which is what net-snmp calls "AES-256". Whatever OpenSSL refuses (MD5 on a hardened machine)
// gives an empty result. Safe from any thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "collector/snmp/session.h"
#include "common/secret.h"

namespace plotmeter {

// How many octets a message's authentication has: 12, 12, 16, 24, 32, 48; 0 of kNone.
std::size_t MacOctets(SnmpAuth auth);

// Ku of RFC 3414 section 2.6: the passphrase over and over, 1 MiB of it, hashed.
Secret PassphraseKey(SnmpAuth auth, const Secret& passphrase);
// Kul of the same section: Ku bound to one engine.
Secret LocalKey(SnmpAuth auth, const Secret& passphrase_key, std::string_view engine_id);
// The key of the cipher, lengthened or cut, of a LocalKey made with the privacy passphrase.
Secret CipherKey(SnmpAuth auth, SnmpPrivacy privacy, const Secret& local_key);

std::string Mac(SnmpAuth auth, const Secret& local_key, std::string_view message);

// What makes each encryption another, though key and text are the same; never used twice.
struct CipherStart {
  std::int32_t boots = 0;  // snmpEngineBoots and snmpEngineTime of the message
  std::int32_t time = 0;
  std::string salt = {};  // msgPrivacyParameters: 8 octets

  static constexpr std::size_t kSaltOctets = 8;
};

// DES fills the text up to whole blocks of 8 octets, so what comes back may be longer.
std::string Encrypt(SnmpPrivacy privacy, const Secret& cipher_key, const CipherStart& start,
                    std::string_view text);
// Empty for a salt or a length that cannot be. A wrong key gives rubbish, not nothing.
std::optional<std::string> Decrypt(SnmpPrivacy privacy, const Secret& cipher_key,
                                   const CipherStart& start, std::string_view octets);

}  // namespace plotmeter
