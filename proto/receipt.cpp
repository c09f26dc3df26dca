#include "proto/receipt.h"

#include "common/jose.h"
#include "common/json.h"
#include "proto/field.h"
#include "proto/signed_json.h"

namespace plotmeter {
namespace {

constexpr std::size_t kHash = 32;
constexpr std::size_t kMaxResend = 10000;

std::string HashOrNothing(const Field& field) {
  return field.is_present() ? field.Bytes(kHash) : std::string();
}

}  // namespace

std::string SignReceipt(const Receipt& receipt, const PrivateKey& portal) {
  Json out = {{"portal", receipt.portal},
              {"collector", receipt.collector},
              {"stream", receipt.stream},
              {"batch", receipt.batch},
              {"sequence", receipt.sequence},
              {"sha256", receipt.sha256},
              {"stored_at", FormatInstant(receipt.stored_at)}};
  if (!receipt.resend.empty()) out["resend"] = receipt.resend;
  return SignJws(kReceiptJws, JsonText(out), portal);
}

std::optional<Receipt> ReadReceipt(std::string_view jws, const PublicKey& portal) {
  return ReadSigned<Receipt>(jws, kReceiptJws, portal, [](const Field& in) {
    Receipt receipt{.portal = in["portal"].Bytes(kHash),
                    .collector = in["collector"].SomeText(),
                    .stream = in["stream"].Uuid('*'),
                    .batch = in["batch"].Uuid('7'),
                    .sequence = in["sequence"].Integer(1, kMaxInteger),
                    .sha256 = in["sha256"].Bytes(kHash),
                    .stored_at = in["stored_at"].Time()};
    if (const Field resend = in["resend"]; resend.is_present()) {
      const std::size_t count = resend.Array(kMaxResend);
      for (std::size_t i = 0; i < count; ++i) {
        receipt.resend.push_back(resend[i].Integer(1, kMaxInteger));
      }
    }
    return receipt;
  });
}

std::string SignRefusal(const RefusalNote& note, const PrivateKey& portal) {
  Json out = {{"portal", note.portal}, {"sealed_sha256", note.sealed_sha256},
              {"status", note.status}, {"check", note.check},
              {"detail", note.detail}, {"at", FormatInstant(note.at)}};
  if (!note.collector.empty()) out["collector"] = note.collector;
  if (!note.sha256.empty()) out["sha256"] = note.sha256;
  return SignJws(kRefusalJws, JsonText(out), portal);
}

std::optional<RefusalNote> ReadRefusal(std::string_view jws, const PublicKey& portal) {
  return ReadSigned<RefusalNote>(jws, kRefusalJws, portal, [](const Field& in) {
    return RefusalNote{.portal = in["portal"].Bytes(kHash),
                       .collector = in["collector"].Maybe(&Field::Text).value_or(std::string()),
                       .sha256 = HashOrNothing(in["sha256"]),
                       .sealed_sha256 = in["sealed_sha256"].Bytes(kHash),
                       .status = static_cast<int>(in["status"].Integer(100, 599)),
                       .check = in["check"].SomeText(),
                       .detail = in["detail"].Text(),
                       .at = in["at"].Time()};
  });
}

}  // namespace plotmeter
