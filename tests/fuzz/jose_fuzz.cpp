// Whatever is given as a JWS, a JWE, a JWK, a code or a message is one or is none, and what was
// decoded encodes to itself.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "common/jose.h"
#include "proto/enrolment.h"
#include "proto/heartbeat.h"
#include "proto/receipt.h"
#include "proto/seal.h"
#include "tests/proto/sample.h"

namespace {

using namespace plotmeter;

void Check(bool is_so) {
  if (!is_so) std::abort();
}

void CheckJwk(std::string_view bytes) {
  try {
    const auto key = FromJwk(ParseJson(bytes));
    if (key) Check(FromJwk(ToJwk(*key)) == key);
  } catch (const JsonError&) {
  }
}

// As it came, and as a payload that a collector really signed and sealed.
void CheckHeartbeat(std::string_view bytes, const Parties& parties) {
  const OpenKeys keys{
      .decryption = [&](const std::string&) { return std::optional(parties.portal); },
      .signer =
          [&](const std::string&) {
            return std::optional(OpenKeys::Signer{parties.collector.public_key()});
          }};
  (void)ReadHeartbeat(bytes, keys);
  const HeardHeartbeat heard =
      ReadHeartbeat(SealPlain(SignJws(kHeartbeatJws, bytes, parties.collector), kHeartbeatJwe,
                              parties.portal.public_key()),
                    keys);
  if (heard.check != HeardHeartbeat::Check::kRight) return;
  const SaidHeartbeat said =
      WriteHeartbeat(heard.heartbeat, parties.collector, parties.portal.public_key());
  Check(ReadHeartbeat(said.sealed, keys).heartbeat == heard.heartbeat);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  static const Parties parties = Parties::Published();
  static const PublicKey portal = parties.portal.public_key();

  if (const auto decoded = FromBase64Url(bytes)) Check(Base64Url(*decoded) == bytes);
  Check(FromBase64Url(Base64Url(bytes)) == bytes);
  if (const auto jws = ReadJws(bytes)) {
    Check(jws->signature.size() == 64 && jws->header.alg == "ES256");
    (void)jws->Verify(portal);
  }
  const JweRead read = ReadJwe(bytes);
  Check((read.fault == JweFault::kNone) == read.jwe.epk.has_value());
  (void)read.jwe.Decrypt(parties.portal);
  CheckJwk(bytes);
  (void)PrivateKey::FromPem(Secret(std::string(bytes)));
  if (const auto code = EnrolmentCode::Parse(bytes)) {
    Check(EnrolmentCode::Parse(code->ToText().Reveal())->portal == code->portal);
  }
  (void)ReadReceipt(bytes, portal);
  (void)ReadRefusal(bytes, portal);
  (void)ReadKeys(bytes, Thumbprint(portal));
  (void)ReadEnrolled(bytes, portal);
  (void)ReadHeartbeatAnswer(bytes, portal);

  // The same as a payload that the portal really signed.
  if (const auto receipt = ReadReceipt(SignJws(kReceiptJws, bytes, parties.portal), portal)) {
    Check(ReadReceipt(SignReceipt(*receipt, parties.portal), portal) == receipt);
  }
  if (const auto note = ReadRefusal(SignJws(kRefusalJws, bytes, parties.portal), portal)) {
    Check(ReadRefusal(SignRefusal(*note, parties.portal), portal) == note);
  }
  (void)ReadEnrolled(SignJws(kEnrolledJws, bytes, parties.portal), portal);
  if (const auto answer =
          ReadHeartbeatAnswer(SignJws(kHeartbeatAnswerJws, bytes, parties.portal), portal)) {
    Check(ReadHeartbeatAnswer(WriteHeartbeatAnswer(*answer, parties.portal), portal) == answer);
  }
  CheckHeartbeat(bytes, parties);
  return 0;
}
