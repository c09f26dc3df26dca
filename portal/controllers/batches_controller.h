// What collectors send.
//
//    POST /api/v1/batches      application/jose: a sealed batch (proto/PROTOCOL.md), 4 MiB at most
//    200 application/jose      the signed receipt, the same for every repetition
//    400 401 409 413 422       problem+json with "check" (which check refused) and "signed" (the
//                              same as a JWS: what is unsigned the collector takes for noise)
//    503                       problem+json without either: nothing was decided, come again
//
// The body proves who sent it; no other credentials are looked at.

#pragma once

#include "portal/http/metrics.h"
#include "portal/http/router.h"
#include "portal/ledger/ingest.h"

namespace plotmeter {

class BatchesController {
 public:
  // Both must outlive the controller; `counts`, if given, is one of Counts().
  explicit BatchesController(Ingest& ingest, CounterFamily* counts = nullptr)
      : ingest_(ingest), counts_(counts) {}

  // For /metrics: batches by what became of them.
  static CounterFamily Counts();

  // Adds this controller's routes. The controller must outlive `router`.
  void Map(Router& router) const;

 private:
  Response Receive(const Request& request, const Caller& caller) const;

  Ingest& ingest_;
  CounterFamily* counts_;
};

}  // namespace plotmeter
