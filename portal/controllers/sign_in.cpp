#include "portal/controllers/sign_in.h"

#include "portal/access/tokens.h"

namespace plotmeter {
namespace {

Role RoleOf(const std::string& role) {
  if (role == "reseller_admin") return Role::kResellerAdmin;
  if (role == "reseller_viewer") return Role::kResellerViewer;
  if (role == "customer_viewer") return Role::kCustomerViewer;
  return Role::kNobody;
}

}  // namespace

Router::Authenticator BearerTokens(Directory& directory, const Clock& clock) {
  return [&directory, &clock](const Request& request) -> std::optional<Caller> {
    const auto token = request.BearerToken();
    if (!token) return std::nullopt;
    const auto known = SignIn(directory, *token, clock.Now());
    if (!known) return std::nullopt;
    return Caller{.reseller = known->reseller,
                  .role = RoleOf(known->role),
                  .name = known->name,
                  .customer = known->customer,
                  .id = known->id};
  };
}

}  // namespace plotmeter
