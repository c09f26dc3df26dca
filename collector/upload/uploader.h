// Spool to portal: seals the oldest batch, sends it, believes only what the portal signed, and does
// what retry.h says. One batch is under way at a time, so that batches arrive in their order.
//
//    Uploader uploader(spool, portal, clock, chance, identity);
//    UploadStep step = uploader.Step();   // at most one request
//    if (step.did == UploadStep::Did::kWaits) TryAgainAt(now + step.wait);
//
// Step never throws for what the network or the portal did. Not for two threads.

#pragma once

#include <functional>
#include <optional>
#include <string>

#include "collector/spool/spool.h"
#include "collector/uplink/portal.h"
#include "collector/upload/retry.h"
#include "common/clock.h"
#include "common/crypto.h"
#include "proto/enrolment.h"
#include "proto/receipt.h"

namespace plotmeter {

// Who we are to the portal, as enrolment left it.
struct UploadIdentity {
  std::string portal = {};     // thumbprint of its signing key, of the day of enrolment
  std::string collector = {};  // "col_…"
  PortalKeys keys = {};
  std::optional<PrivateKey> key = {};
  // Called with newer keys of the portal, verified, before they are used.
  std::function<void(const std::string& jws, const PortalKeys& keys)> remember_keys = {};

  // Whether a signed message means this portal: by the name it had, or by the key it has.
  bool IsPortal(const std::string& thumbprint) const;
};

// What is said where the portal answers 401, in a signed word whose check and detail are `words`.
std::string NotKnownAnyMore(const std::string& words);

// Whether the answer is a JWS by another key than that of the portal as it is known: it may have
// another by now, and its keys document says so, or it is somebody else.
bool IsOfStranger(const std::string& jws, const PortalKeys& keys);

struct UploadStep {
  enum class Did {
    kNothing,  // all is in the portal
    kSent,     // a batch got its receipt
    kChanged,  // a batch was set aside, cut anew or moved, or keys were fetched: call again
    kWaits,    // try again after `wait`
  };
  Did did = Did::kNothing;
  milliseconds wait{0};
  bool asked = false;        // the portal itself asked for that wait
  std::string trouble = {};  // for status: what stands in the way; empty when all is well
};

class Uploader {
 public:
  // `chance` gives numbers from 0 to 1, for the jitter. All references must outlive the uploader.
  Uploader(Spool& spool, Portal& portal, const Clock& clock, std::function<double()> chance,
           UploadIdentity identity);

  // Sends the oldest batch without a receipt; cuts one first when there is none.
  UploadStep Step();

  // Does what Step does with an answer that came another way (hand_carried.h), to a batch that was
  // sent at least once.
  UploadStep Heed(const PortalAnswer& answer, const CutBatch& batch);

  // Who we are, with the portal's newest keys that we know. Lives as long as the uploader.
  const UploadIdentity& identity() const { return identity_; }
  // Fetches the portal's keys; false when there are no newer ones, or none could be had.
  bool RefreshKeys();

  // Keeps what the limits are for tests; the default is the wire's.
  void set_limits(const CutLimits& limits) { limits_ = limits; }

 private:
  struct Heard;

  Heard Listen(const PortalAnswer& answer, const CutBatch& batch, const std::string& sealed) const;
  UploadStep Obey(const Heard& heard, const CutBatch& batch, Instant sent, Instant answered);
  UploadStep WaitFor(const Decision& decision, const std::string& trouble);
  UploadStep FetchKeys(const std::string& instead);
  std::string TakeNewKeys();

  Spool& spool_;
  Portal& portal_;
  const Clock& clock_;
  std::function<double()> chance_;
  UploadIdentity identity_;
  CutLimits limits_;
  int failures_ = 0;
  std::optional<Instant> first_failure_;
};

}  // namespace plotmeter
