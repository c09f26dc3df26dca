#include "collector/uplink/system_authorities.h"

namespace plotmeter {

Authorities SystemAuthorities() { return {nullptr, X509_STORE_free}; }

}  // namespace plotmeter
