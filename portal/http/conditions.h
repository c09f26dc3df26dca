// Conditional requests (RFC 9110 section 13): who has a page already need not read it again, and
// who changes what somebody else has changed meanwhile is told. Pure.
//
//    ETag: "ungWv48Bz-pBQUDeXa4iIw"          of the very bytes of the answer
//    If-None-Match: "ungW…"                  304 where it is still that
//    If-Match: "ungW…"                       412 where it is another by now

#pragma once

#include <string>
#include <string_view>

namespace plotmeter {

// The strong validator of a body, with its quotes: the first 128 bits of its SHA-256, base64url.
std::string EtagOf(std::string_view body);

// Whether one of the tags in the field is `etag`, or the field is "*". A tag that is marked weak
// (W/"…") counts where `weak_too`: as If-None-Match compares, and If-Match does not.
bool NamesEtag(std::string_view field, std::string_view etag, bool weak_too);

}  // namespace plotmeter
