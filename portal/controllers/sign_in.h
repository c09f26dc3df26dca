// Who asks: a program with an API token, or a person with the cookie of a session.
//
// A cookie is sent by a browser whether its person meant it or not. So whatever changes something
// (all but GET and HEAD) needs the session's own X-CSRF-Token besides, which no other site can
// read. A token may only do what its scopes say (portal/access/tokens.h). Both are a 403 that says
// what is missing.

#pragma once

#include <string>

#include "common/clock.h"
#include "portal/access/sessions.h"
#include "portal/http/router.h"
#include "portal/store/audit.h"
#include "portal/store/directory.h"
#include "portal/store/store.h"

namespace plotmeter {

// "__Host-": a browser takes it over TLS only, for this very host and all its paths.
inline constexpr std::string_view kSessionCookie = "__Host-plotmeter";
inline constexpr std::string_view kDeviceCookie = "__Host-plotmeter-device";

// All of them must outlive the router that asks.
Router::Authenticator WhoAsks(Directory& directory, Store& store, const Sessions& sessions,
                              const Clock& clock);

// "usage.read" for GET /api/v1/usage.csv.
std::string ScopeOf(const Request& request);

inline Actor ActorOf(const Caller& caller) { return {caller.id}; }

// Whether all that the role may: so may a person, and a token with the scope "*".
bool MayAll(const Caller& caller);

}  // namespace plotmeter
