// A portal that answers by the script of a test, and remembers what it was asked.

#pragma once

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "collector/uplink/portal.h"
#include "common/crypto.h"
#include "common/jose.h"
#include "proto/enrolment.h"
#include "proto/receipt.h"
#include "proto/seal.h"

namespace plotmeter {

class FakePortal : public Portal {
 public:
  struct Asked {
    std::string method, path, content_type, body;
  };

  FakePortal() { RotateEncryption(1); }

  PortalAnswer Get(const std::string& path) override { return Answer({"GET", path, "", ""}); }
  PortalAnswer Post(const std::string& path, const std::string& content_type,
                    const std::string& body) override {
    return Answer({"POST", path, content_type, body});
  }
  void Cancel() override {}

  // What it does to the next questions, in turn; afterwards, to every other.
  std::deque<std::function<PortalAnswer(const Asked&)>> script = {};
  std::function<PortalAnswer(const Asked&)> otherwise = {};
  std::vector<Asked> asked = {};

  PrivateKey signing = PrivateKey::Generate();
  PrivateKey encryption = PrivateKey::Generate();
  PortalKeys keys = {};

  std::string thumbprint() const { return Thumbprint(signing.public_key()); }
  std::string KeysJws() const { return WriteKeys(keys, signing); }
  void RotateEncryption(std::int64_t version) {
    encryption = PrivateKey::Generate();
    keys = {.version = version,
            .signing = signing.public_key(),
            .encryption = {encryption.public_key()},
            .issued_at = FromMillis(1'795'338'000'000)};
  }
  OpenKeys Opener(const PublicKey& collector) const {
    return {.decryption = [this](const std::string& kid) -> std::optional<PrivateKey> {
              if (kid != Thumbprint(encryption.public_key())) return {};
              return encryption;
            },
            .signer = [collector](const std::string& kid) -> std::optional<OpenKeys::Signer> {
              if (kid != Thumbprint(collector)) return {};
              return OpenKeys::Signer{collector};
            }};
  }

  static PortalAnswer Http(int status, const std::string& type, const std::string& body) {
    return {.seen = PortalSeen::kAnswered, .status = status, .content_type = type, .body = body};
  }
  static PortalAnswer Trouble(PortalSeen seen) { return {.seen = seen, .detail = "trouble"}; }

 private:
  PortalAnswer Answer(const Asked& question) {
    asked.push_back(question);
    if (script.empty()) return otherwise ? otherwise(question) : Trouble(PortalSeen::kUnreachable);
    const auto act = script.front();
    script.pop_front();
    return act(question);
  }
};

}  // namespace plotmeter
