// Batches for tests: one that says everything a batch can say, and what makes realistic ones of any
// size.

#pragma once

#include <string>

#include "common/jose.h"
#include "proto/batch.h"
#include "proto/seal.h"

namespace plotmeter {

// Every member of every shape is filled. The same at each call.
Batch FullBatch();

// The example of PROTOCOL.md: a printer, a reading, a job with a name.
Batch ExampleBatch();

// As little as a batch can say.
Batch EmptyBatch();

// What a collector of a few printers sends: readings of ten inks each, and jobs, until P has about
// `bytes`. The same at each call.
Batch BusyBatch(std::size_t bytes);

// One collector and one portal with their keys, and the doors Open asks at.
struct Parties {
  PrivateKey collector = PrivateKey::Generate();
  PrivateKey portal = PrivateKey::Generate();
  bool revoked = false;

  // Published keys, so that an example can be worked out by anybody: the collector signs with that
  // of RFC 7515 A.3, the portal opens with Bob's of RFC 7518 appendix C.
  static Parties Published();

  OpenKeys Keys() const;
  std::string Message(const BatchText& text) const;  // M, signed by the collector
};

}  // namespace plotmeter
