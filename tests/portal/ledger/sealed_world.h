// A portal with two tenants and a collector each, and batches that are truly sealed.

#pragma once

#include <string>
#include <utility>
#include <vector>

#include "common/clock.h"
#include "common/jose.h"
#include "common/json.h"
#include "portal/ledger/ingest.h"
#include "proto/batch.h"
#include "proto/receipt.h"
#include "proto/seal.h"
#include "tests/portal/store/fleet.h"

namespace plotmeter {

struct FixedClock : Clock {
  Instant Now() const override { return now; }
  Instant now = At("2026-11-10T12:00:00Z");
};

struct Sender {
  PrivateKey key = PrivateKey::Generate();
  Tenant tenant = {};
  std::string id = {};
};

struct SealedWorld {
  SealedWorld() {
    portal.thumbprint = Thumbprint(portal.signing.public_key());
    portal.decryption = [this](const std::string& kid) {
      return kid == Thumbprint(encryption.public_key()) ? std::optional(encryption) : std::nullopt;
    };
    in_use.Replace(portal);
    for (auto [sender, name] : {std::pair(&north, "north"), std::pair(&south, "south")}) {
      sender->tenant = AddTenant(store, name);
      sender->id = AddCollector(store, sender->tenant, Thumbprint(sender->key.public_key()),
                                JsonText(ToJwk(sender->key.public_key())));
    }
  }

  // A batch of `sender` with one ink reading an hour, from `first` on.
  Batch MakeBatch(const Sender& sender, std::int64_t sequence,
                  const std::vector<std::string>& values, Instant first,
                  const std::string& serial = "CN9541H01M") const {
    Batch batch{.portal = portal.thumbprint,
                .collector = sender.id,
                .stream = "4b1c0a52-9c1d-4c63-8f9d-6d1b7a3c2e10",
                .sequence = sequence,
                .previous = sequence == 1 ? "" : Base64Url(Sha256("before")),
                .batch = NewUuidV7(first),
                .clock = {.created_at = first},
                .salt = Base64Url(RandomBytes(16)),
                .names_salt = Base64Url(RandomBytes(16))};
    batch.printers.push_back({.manufacturer = "HP",
                              .serial = serial,
                              .product = "W3Z71A",
                              .model = "HP DesignJet Z9 24in",
                              .firmware = "F1"});
    for (const std::string& value : values) {
      Reading reading{.printer = batch.printers[0], .at = first, .channel = ChannelKind::kPiws};
      reading.state = "idle";
      reading.meters.push_back(
          {.meter = "ink.used", .colorant = "magenta", .value = {*Decimal::Parse(value), "cc"}});
      batch.readings.push_back({0, std::move(reading)});
      first += std::chrono::hours(1);
    }
    return batch;
  }

  std::string Sealed(const BatchText& text, const PrivateKey& signer) const {
    return Seal(JoinMessage(SignDetachedJws(kBatchJws, text.payload, signer), text),
                encryption.public_key());
  }
  std::string Sealed(const Batch& batch, const Sender& sender) const {
    return Sealed(WriteBatch(batch), sender.key);
  }

  std::string path = FreshDatabase();
  SqliteStore store{path, std::chrono::milliseconds(20)};
  PrivateKey encryption = PrivateKey::Generate();
  PortalIdentity portal{.signing = PrivateKey::Generate()};
  InUse<PortalIdentity> in_use{portal};  // as the portal above is now, when it is put there
  FixedClock clock;
  Sender north, south;
  Ingest ingest{store, store, in_use, clock};
};

}  // namespace plotmeter
