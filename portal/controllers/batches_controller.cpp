#include "portal/controllers/batches_controller.h"

#include "portal/controllers/not_now.h"

namespace plotmeter {
namespace {

std::string_view Outcome(const IngestResult& result) {
  if (const auto* accepted = std::get_if<Accepted>(&result)) {
    return accepted->repeated ? "repeated" : "stored";
  }
  if (std::holds_alternative<Postponed>(result)) return "postponed";
  return std::get<Refused>(result).check;
}

}  // namespace

CounterFamily BatchesController::Counts() {
  return {"plotmeter_batches_total",
          "Batches by what became of them: stored, repeated, postponed, or the check that refused.",
          "check",
          {"stored", "repeated", "postponed", "too-large", "form", "key-retired", "authentication",
           "signer", "inflation", "signature", "revoked", "portal", "collector", "conflict", "fork",
           "schema", "key-replaced"}};
}

void BatchesController::Map(Router& router) const {
  router.Post("/api/v1/batches", kAnyone, this, &BatchesController::Receive)
      .MaxBody(kMaxSealed)
      .Accepts("application/jose")
      .ForCollectors();
}

Response BatchesController::Receive(const Request& request, const Caller&) const {
  const IngestResult result = ingest_.Take(request.body());
  if (counts_ != nullptr) counts_->Add(Outcome(result));
  if (const auto* accepted = std::get_if<Accepted>(&result)) {
    return {.content_type = "application/jose", .body = accepted->receipt};
  }
  if (const auto* postponed = std::get_if<Postponed>(&result)) throw NotNow(postponed->why);
  const Refused& refused = std::get<Refused>(result);
  throw Problem(refused.status, refused.detail)
      .With("check", refused.check)
      .With("signed", refused.signed_note);
}

}  // namespace plotmeter
