// A collector's new key for its old one (proto/rotation.h).
//
//    POST /api/v1/rotations    application/jose: the sealed word of both keys
//    200 application/jose      the signed answer: done, or which nonce to name
//    400 401 409 422 503       problem+json with "check" and "signed", as for batches
//
// The body proves who sent it; no other credentials are looked at.

#pragma once

#include "portal/access/rotations.h"
#include "portal/http/router.h"

namespace plotmeter {

class RotationsController {
 public:
  // `rotations` must outlive the controller.
  explicit RotationsController(Rotations& rotations) : rotations_(rotations) {}

  void Map(Router& router) const;

 private:
  Response Rotate(const Request& request, const Caller& caller) const;

  Rotations& rotations_;
};

}  // namespace plotmeter
