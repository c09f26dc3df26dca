// Whom the system trusts to sign certificates.
//
//    Authorities authorities = SystemAuthorities();
//    if (authorities) SSL_CTX_set_cert_store(context, authorities.release());

#pragma once

#include <openssl/x509.h>

#include <memory>

namespace plotmeter {

using Authorities = std::unique_ptr<X509_STORE, decltype(&X509_STORE_free)>;

// On Windows the certificate store of the machine: its roots and the intermediates it knows, those
// that group policy brought included; throws std::runtime_error when it cannot be opened. Elsewhere
// empty, because OpenSSL finds them by itself.
Authorities SystemAuthorities();

}  // namespace plotmeter
