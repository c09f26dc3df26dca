// The secret with which a webhook is signed, and links that go by mail: both are kept, sealed,
// until they are used.
//
//    const Secret secret = NewWebhookSecret();                     "whs_" and 43 characters
//    std::string sealed = SealForWebhook(key, secret, "https://hooks.north.example/plotmeter");
//    auto open = OpenForWebhook(key, sealed, "https://hooks.north.example/plotmeter");
//
// What is sealed for one URL or person opens for no other. The key is that of second factors
// (second_factor.h): a file beside the database, and no row of it. Safe from any thread.

#pragma once

#include <optional>
#include <string>

#include "common/secret.h"
#include "portal/access/second_factor.h"

namespace plotmeter {

Secret NewWebhookSecret();

std::string SealForWebhook(const SecondFactorKey& key, const Secret& secret,
                           const std::string& url);
std::optional<Secret> OpenForWebhook(const SecondFactorKey& key, const std::string& sealed,
                                     const std::string& url);

std::string SealLink(const SecondFactorKey& key, const Secret& link, const std::string& person);
std::optional<Secret> OpenLink(const SecondFactorKey& key, const std::string& sealed,
                               const std::string& person);

}  // namespace plotmeter
