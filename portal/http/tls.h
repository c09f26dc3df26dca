// The server's side of TLS: 1.2 and 1.3, ECDHE with AEAD only, session tickets, ALPN "http/1.1",
// no renegotiation, no compression.

#pragma once

#include <string>

#include "portal/http/http.h"

struct ssl_ctx_st;
struct ssl_st;

namespace plotmeter {

// A new context, which the caller owns (SSL_CTX_free). Both files are PEM; the first holds the
// chain, our own certificate first. Throws std::runtime_error that names the file and the reason.
//
// With `asks_client` the peer is asked for a certificate and need not have one. Any is taken, by
// whomever it was signed: TLS proves that the peer owns its key, and the key is all we compare.
ssl_ctx_st* NewServerContext(const std::string& certificate_file, const std::string& key_file,
                             bool asks_client);

// Fills in `peer`'s certificate after a handshake; leaves it empty where there is none.
void ReadClientCertificate(const ssl_st* tls, Peer& peer);

}  // namespace plotmeter
