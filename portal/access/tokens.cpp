#include "portal/access/tokens.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "common/crypto.h"

namespace plotmeter {
namespace {

constexpr std::string_view kPrefix = "pmt_";
constexpr std::size_t kRandom = 32;  // bytes
constexpr std::array<std::string_view, 3> kRoles = {"reseller_admin", "reseller_viewer",
                                                    "customer_viewer"};

}  // namespace

bool IsTokenRole(std::string_view role) { return std::ranges::find(kRoles, role) != kRoles.end(); }

std::optional<IssuedToken> IssueToken(Store& store, const ResellerId& reseller,
                                      const TokenWish& wish, Instant now) {
  if (!IsTokenRole(wish.role)) throw std::invalid_argument("no such role: " + wish.role);
  if ((wish.role == "customer_viewer") == wish.customer.empty()) {
    throw std::invalid_argument("a customer_viewer, and nobody else, is confined to a customer");
  }
  Secret token(std::string(kPrefix) + Base64Url(RandomBytes(kRandom)));
  auto id = store.AddToken(reseller, {.hash = Base64Url(Sha256(token.Reveal())),
                                      .role = wish.role,
                                      .customer = wish.customer,
                                      .name = wish.name,
                                      .created_at = now,
                                      .expires_at = wish.expires_at});
  if (!id) return std::nullopt;
  return IssuedToken{*std::move(id), std::move(token)};
}

std::optional<KnownToken> SignIn(Directory& directory, std::string_view token, Instant now) {
  if (!token.starts_with(kPrefix)) return std::nullopt;
  auto known = directory.TokenByHash(Base64Url(Sha256(token)));
  if (known && known->expires_at && *known->expires_at <= now) return std::nullopt;
  return known;
}

}  // namespace plotmeter
