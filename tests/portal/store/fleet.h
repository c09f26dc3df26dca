// A small world for tests of the portal: a fresh database file, two resellers with a site each.

#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "portal/store/sqlite_store.h"
#include "tests/fakes/scratch.h"

namespace plotmeter {

inline Instant At(std::string_view text) { return *ParseInstant(text); }

// The path of a database that no other test, and no other process, has.
inline std::string FreshPath() {
  static std::atomic<int> count = 0;
  const std::string path =
      Scratch() + "/portal_" + std::to_string(::getpid()) + "_" + std::to_string(++count) + ".db";
  // Everything made under that name goes when the process ends.
  struct Broom {
    ~Broom() {
      std::error_code ignored;
      for (const std::string& used : paths) {
        for (const char* suffix : {"", "-wal", "-shm", ".data"}) {
          std::filesystem::remove_all(used + suffix, ignored);
        }
      }
    }
    std::vector<std::string> paths;
  };
  static Broom broom;
  broom.paths.push_back(path);
  return path;
}

inline std::string FreshDatabase() {
  const std::string path = FreshPath();
  SqliteStore::Create(path);
  return path;
}

struct Tenant {
  ResellerId reseller = {};
  std::string customer = {};
  std::string site = {};
};

inline Tenant AddTenant(SqliteStore& store, const std::string& name,
                        const std::string& zone = "Europe/Berlin") {
  const Instant now = At("2026-11-01T00:00:00Z");
  Tenant tenant;
  tenant.reseller = *store.AddReseller(name, now, kPortalItself);
  tenant.customer = *store.AddCustomer(tenant.reseller, name + "'s customer", now, kPortalItself);
  tenant.site = *store.AddSite(tenant.reseller,
                               {.customer = tenant.customer, .name = "main", .time_zone = zone},
                               now, kPortalItself);
  return tenant;
}

// A collector whose key is called `thumbprint`; its id.
inline std::string AddCollector(SqliteStore& store, const Tenant& tenant,
                                const std::string& thumbprint, const std::string& jwk = "{}") {
  const Instant now = At("2026-11-01T00:00:00Z");
  const std::string hash = "code of " + thumbprint;
  store.AddCode(tenant.reseller,
                {.hash = hash,
                 .site = tenant.site,
                 .created_at = now,
                 .expires_at = now + std::chrono::hours(1)},
                kPortalItself);
  return store
      .UseCode(
          tenant.reseller, hash,
          {.name = "PC", .version = "0", .system = "test", .jwk = jwk, .thumbprint = thumbprint},
          now)
      .collector;
}

}  // namespace plotmeter
