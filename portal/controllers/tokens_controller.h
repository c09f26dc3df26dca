// API tokens: how programs come in.
//
//    GET    /api/v1/tokens              {"tokens":[{"id":"tok_…",…}],"next":"…"}
//    POST   /api/v1/tokens              {"name":"billing","role":"reseller_viewer",
//                                        "scopes":["usage.read"],"days":90}
//                                       201 {"token":{…},"text":"pmt_…"}: shown this once
//    DELETE /api/v1/tokens/{token}      revoked
//
// A token that makes tokens can give them no scope that it has not itself.

#pragma once

#include <filesystem>
#include <utility>

#include "common/clock.h"
#include "portal/http/router.h"
#include "portal/store/store.h"

namespace plotmeter {

class TokensController {
 public:
  // Both must outlive the controller. `journal`: portal/access/revocations.h.
  TokensController(Store& store, std::filesystem::path journal, const Clock& clock)
      : store_(store), journal_(std::move(journal)), clock_(clock) {}

  void Map(Router& router) const;

 private:
  Response List(const Request& request, const Caller& caller) const;
  Response Make(const Request& request, const Caller& caller) const;
  Response Revoke(const Request& request, const Caller& caller) const;

  Store& store_;
  const std::filesystem::path journal_;
  const Clock& clock_;
};

}  // namespace plotmeter
