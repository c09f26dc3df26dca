// How one printer is let in and waited for. What differs from printer to printer is looked up with
// its address (SnmpChannel::Options::access_of).

#pragma once

#include <chrono>
#include <vector>

#include "collector/snmp/session.h"

namespace plotmeter {

struct SnmpAccess {
  std::vector<SnmpCredentials> credentials = {};  // tried in this order
  std::chrono::milliseconds timeout{2000};        // for each packet
  int retries = 2;                                // after the first packet
};

}  // namespace plotmeter
