// A signed JSON message as a value: right typ, right signer, right signature, every member right;
// else empty. Only for proto/*.cpp.
//
//    ReadSigned<Receipt>(jws, kReceiptJws, portal, [](const Field& in) { return Receipt{…}; });

#pragma once

#include <optional>
#include <string_view>

#include "common/jose.h"
#include "common/json.h"
#include "proto/field.h"

namespace plotmeter {

inline constexpr std::size_t kMaxSignedJson =
    std::size_t{1} << 20;  // bytes of a payload; no such message is near it

template <typename Value, typename Read>
std::optional<Value> ReadSigned(std::string_view compact, std::string_view typ,
                                const PublicKey& signer, Read read) {
  const auto jws = ReadJws(compact);
  if (!jws || jws->header.typ != typ || jws->header.kid != Thumbprint(signer) ||
      !jws->Verify(signer)) {
    return std::nullopt;
  }
  try {
    const Json json = ParseJson(jws->payload, {.max_bytes = kMaxSignedJson});
    return read(Field(json));
  } catch (const JsonError&) {
    return std::nullopt;
  } catch (const BatchError&) {
    return std::nullopt;
  }
}

}  // namespace plotmeter
