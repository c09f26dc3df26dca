// Which HTTP proxy stands between us and the portal, if any.
//
//    ChooseProxy({.setting = "http://user:word@proxy:3128"}, "portal.example")->address
//                                                  "http://proxy:3128"
//    ChooseProxy({.https_proxy = "http://proxy:3128", .no_proxy = ".example"}, "portal.example")
//                                                  empty: the portal is reached directly
//
// cpprestsdk reads no environment, so the caller hands over https_proxy and no_proxy.

#pragma once

#include <optional>
#include <string>

#include "common/secret.h"

namespace plotmeter {

struct Proxy {
  std::string address = {};  // "http://proxy:3128", without credentials
  std::string user = {};
  Secret password = {};
};

struct ProxyWishes {
  std::string setting = {};      // --proxy: wins over the environment
  std::string https_proxy = {};  // from the environment
  std::string no_proxy = {};     // hosts and .suffixes, comma-separated; "*" is all
};

// An address for a complaint: without what stands before the @, which may be a password.
std::string WithoutCredentials(const std::string& text);

// Empty: no proxy. Throws UsageError for what is no http:// address; https:// too, because the
// client would speak to it in clear.
std::optional<Proxy> ChooseProxy(const ProxyWishes& wishes, const std::string& host);

}  // namespace plotmeter
