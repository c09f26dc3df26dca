// A portal's ingest behind the collector's seam, without a network between them.

#pragma once

#include <string>
#include <variant>

#include "collector/uplink/portal.h"
#include "common/json.h"
#include "portal/ledger/ingest.h"

namespace plotmeter::crash {

class LocalPortal : public Portal {
 public:
  // `ingest` must outlive it.
  explicit LocalPortal(Ingest& ingest) : ingest_(ingest) {}

  PortalAnswer Get(const std::string&) override { return {.seen = PortalSeen::kUnreachable}; }
  PortalAnswer Post(const std::string&, const std::string&, const std::string& body) override {
    const IngestResult result = ingest_.Take(body);
    if (const auto* refused = std::get_if<Refused>(&result)) {
      return {.seen = PortalSeen::kAnswered,
              .status = refused->status,
              .content_type = "application/problem+json",
              .body = JsonText({{"signed", refused->signed_note}})};
    }
    const auto* accepted = std::get_if<Accepted>(&result);
    if (accepted == nullptr) return {.seen = PortalSeen::kUnreachable, .detail = "postponed"};
    return {.seen = PortalSeen::kAnswered,
            .status = 200,
            .content_type = "application/jose",
            .body = accepted->receipt};
  }
  void Cancel() override {}

 private:
  Ingest& ingest_;
};

}  // namespace plotmeter::crash
