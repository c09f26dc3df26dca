#include "tests/bench/bench_batches.h"

#include <fmt/format.h>

#include <chrono>

#include "common/clock.h"
#include "common/jose.h"
#include "common/json.h"
#include "proto/batch.h"
#include "proto/seal.h"

namespace plotmeter {
namespace {

constexpr int kPrinters = 20;
constexpr int kReadingsEach = 5;  // in one batch: five polls of everything
constexpr const char* kInks[] = {"cyan", "magenta", "yellow", "photo-black", "matte-black",
                                 "gray", "red",     "green",  "blue",        "gloss-enhancer"};
static_assert(kPrinters * kReadingsEach * std::size(kInks) == kRowsOfABatch);

}  // namespace

BenchPlace BenchSite(SqliteStore& store) {
  const Instant now = SystemClock().Now();
  const ResellerId reseller = *store.AddReseller("bench", now, kPortalItself);
  const std::string customer = *store.AddCustomer(reseller, "bench", now, kPortalItself);
  return {reseller,
          *store.AddSite(reseller, {.customer = customer, .name = "bench", .time_zone = "UTC"}, now,
                         kPortalItself)};
}

std::string Enrol(Store& store, const BenchPlace& place, const PublicKey& key) {
  const Instant now = SystemClock().Now();
  const std::string thumbprint = Thumbprint(key);
  store.AddCode(place.reseller,
                {.hash = "code of " + thumbprint,
                 .site = place.site,
                 .created_at = now,
                 .expires_at = now + std::chrono::hours(1)},
                kPortalItself);
  return store
      .UseCode(place.reseller, "code of " + thumbprint,
               {.name = "bench", .jwk = JsonText(ToJwk(key)), .thumbprint = thumbprint}, now)
      .collector;
}

std::string SealedBatch(const Party& party, int number, std::string& previous) {
  const Instant start = FromMillis(1'795'000'000'000) + number * std::chrono::hours(15);
  Batch batch{.portal = party.portal,
              .collector = party.id,
              .stream = "4b1c0a52-9c1d-4c63-8f9d-6d1b7a3c2e10",
              .sequence = number + 1,
              .previous = previous,
              .batch = NewUuidV7(start),
              .clock = {.created_at = start},
              .salt = Base64Url(RandomBytes(16)),
              .names_salt = Base64Url(RandomBytes(16))};
  for (int printer = 0; printer < kPrinters; ++printer) {
    batch.printers.push_back({.manufacturer = "HP",
                              .serial = fmt::format("CN{:04}H{:02}M", party.fleet, printer),
                              .product = "W3Z71A",
                              .model = "HP DesignJet Z9 24in",
                              .firmware = "11_19_31.1"});
  }
  for (int poll = 0; poll < kReadingsEach; ++poll) {
    for (int printer = 0; printer < kPrinters; ++printer) {
      const auto index = static_cast<std::size_t>(printer);
      Reading reading{.printer = batch.printers[index],
                      .at = start + poll * std::chrono::hours(3) + std::chrono::seconds(printer),
                      .channel = ChannelKind::kPiws,
                      .state = "idle"};
      for (const char* ink : kInks) {
        reading.meters.push_back(
            {.meter = "ink.used",
             .colorant = ink,
             .value = {*Decimal::Parse(std::to_string(1000 + number * 10 + poll)), "cc"},
             .source = "InkSystem/InkUsed"});
      }
      batch.readings.push_back({index, std::move(reading)});
    }
  }
  const BatchText text = WriteBatch(batch);
  previous = Base64Url(Sha256(text.payload));
  return Seal(JoinMessage(SignDetachedJws(kBatchJws, text.payload, party.collector), text),
              party.encryption);
}

}  // namespace plotmeter
