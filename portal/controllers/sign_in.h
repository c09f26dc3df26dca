// Who a request's bearer token belongs to, in the words of the router.

#pragma once

#include "common/clock.h"
#include "portal/http/router.h"
#include "portal/store/directory.h"

namespace plotmeter {

// Both must outlive the router that asks.
Router::Authenticator BearerTokens(Directory& directory, const Clock& clock);

}  // namespace plotmeter
