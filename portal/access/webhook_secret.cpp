#include "portal/access/webhook_secret.h"

#include "common/crypto.h"

namespace plotmeter {

Secret NewWebhookSecret() { return Secret("whs_" + Base64Url(RandomBytes(32))); }

std::string SealForWebhook(const SecondFactorKey& key, const Secret& secret,
                           const std::string& url) {
  return key.Seal(secret, "webhook " + url);
}

std::optional<Secret> OpenForWebhook(const SecondFactorKey& key, const std::string& sealed,
                                     const std::string& url) {
  return key.Open(sealed, "webhook " + url);
}

std::string SealLink(const SecondFactorKey& key, const Secret& link, const std::string& person) {
  return key.Seal(link, "link " + person);
}

std::optional<Secret> OpenLink(const SecondFactorKey& key, const std::string& sealed,
                               const std::string& person) {
  return key.Open(sealed, "link " + person);
}

}  // namespace plotmeter
