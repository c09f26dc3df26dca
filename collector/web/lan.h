// Which addresses are on a site's own network, where a printer may be asked without TLS. Pure.

#pragma once

#include <string>

namespace plotmeter {

// True for addresses that no router of the Internet carries: private (RFC 1918, RFC 4193), shared
// (RFC 6598), link-local and loopback. False for host names, which are resolved before.
bool IsLanAddress(const std::string& host);

}  // namespace plotmeter
