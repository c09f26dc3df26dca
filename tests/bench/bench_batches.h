// Batches like those of a site with twenty printers that was without its portal for fifteen hours,
// for the benchmarks of what receives them.
//
//    Party party{.portal = Thumbprint(signing.public_key()), .encryption = key.public_key()};
//    party.id = Enrol(store, BenchSite(store), party.collector.public_key());
//    std::string sealed = SealedBatch(party, 0, previous);   // then 1, 2, …

#pragma once

#include <string>

#include "common/crypto.h"
#include "portal/store/sqlite_store.h"

namespace plotmeter {

inline constexpr int kRowsOfABatch = 1000;  // meter readings

// Whose batches they are, and to whom.
struct Party {
  PrivateKey collector = PrivateKey::Generate();
  std::string portal = {};  // thumbprint of its signing key
  PublicKey encryption;     // the portal's
  std::string id = {};      // of the collector
  int fleet = 0;            // each number has printers of its own
};

struct BenchPlace {
  ResellerId reseller;
  std::string site = {};
};
BenchPlace BenchSite(SqliteStore& store);

// A collector with this key; answers its id.
std::string Enrol(Store& store, const BenchPlace& place, const PublicKey& key);

// The batch with this number, from 0, of a stream: `previous` is the hash of the one before, and is
// set to its own.
std::string SealedBatch(const Party& party, int number, std::string& previous);

}  // namespace plotmeter
