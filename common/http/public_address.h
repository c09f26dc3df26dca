// Whether an address is one of the open internet, for requests to places that a stranger named
// (webhooks): what is only reached from here, or stands for something else, is not.
//
//    IsPublic(*ParseIp("93.184.216.34"))       true
//    IsPublic(*ParseIp("169.254.169.254"))     false: the metadata of a cloud machine
//    IsPublic(*ParseIp("::ffff:127.0.0.1"))    false: this machine, in the clothes of IPv6
//
// By IANA's registries of special-purpose addresses (RFC 6890 and its updates): of IPv6 only
// 2000::/3 without what stands there for others (6to4, Teredo, documentation, benchmarks). Pure.

#pragma once

#include "common/net.h"

namespace plotmeter {

bool IsPublic(const IpAddress& address);

}  // namespace plotmeter
