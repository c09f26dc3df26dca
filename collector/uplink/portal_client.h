// The real Portal: HTTPS through cpprestsdk's client, with the settings that make it fit for this
// one peer. The door to cpprestsdk, and with it to Boost.Asio and to OpenSSL's TLS context.
//
//    PortalClient portal({.url = "https://portal.example", .ca_file = "company-ca.pem"});
//    portal.Get("/api/v1/keys");
//
// The certificate is verified in full, always: chain, time, host name, TLS 1.2 or newer. No
// redirect is followed. An answer longer than max_answer is not read. One object for one portal;
// its calls may come from any thread. All portals of a process share two threads, which the first
// one starts.

#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "collector/uplink/portal.h"
#include "collector/uplink/proxy.h"

namespace plotmeter {

struct PortalClientSettings {
  std::string url = {};                            // "https://portal.example:8443"
  std::string ca_file = {};                        // PEM; empty: the certificates the system trusts
  ProxyWishes proxy = {};                          // none: reached directly
  std::size_t max_answer = 64 * 1024;              // bytes of a body
  std::chrono::milliseconds step_timeout{20'000};  // of one read or write
  std::chrono::milliseconds deadline{60'000};      // of the whole request
};

class PortalClient : public Portal {
 public:
  // Throws UsageError, naming the setting: `url` is not https, the CA file cannot be read, the
  // proxy is no proxy. Starts no thread.
  static void Check(const PortalClientSettings& settings);

  // Throws as Check does.
  explicit PortalClient(const PortalClientSettings& settings);
  ~PortalClient() override;

  PortalAnswer Get(const std::string& path) override;
  PortalAnswer Post(const std::string& path, const std::string& content_type,
                    const std::string& body) override;
  void Cancel() override;

 private:
  struct Connection;
  std::unique_ptr<Connection> connection_;
};

}  // namespace plotmeter
