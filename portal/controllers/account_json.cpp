#include "portal/controllers/account_json.h"

#include <fmt/format.h>

#include <charconv>

#include "portal/access/tokens.h"
#include "portal/controllers/not_now.h"

namespace plotmeter {
namespace {

void PutInstant(Json& json, const char* name, const std::optional<Instant>& at) {
  if (at) json[name] = FormatInstant(*at);
}

struct PageLimit {
  static constexpr std::string_view kExample = "a whole number from 1 to 1000";
  static std::optional<PageLimit> Parse(std::string_view text) {
    PageLimit limit;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, limit.value);
    if (error != std::errc{} || stop != end || limit.value < 1 || limit.value > 1000) {
      return std::nullopt;
    }
    return limit;
  }
  std::size_t value = 100;
};

}  // namespace

Json ToJson(const Person& person) {
  Json json = {{"id", person.id},
               {"email", person.email},
               {"name", person.name},
               {"role", person.role},
               {"accepted", person.accepted},
               {"second_factor", person.second_factor},
               {"created_at", FormatInstant(person.created_at)}};
  if (!person.customer.empty()) json["customer"] = person.customer;
  PutInstant(json, "signed_in_at", person.signed_in_at);
  PutInstant(json, "disabled_at", person.disabled_at);
  return json;
}

Json ToJson(const ApiToken& token) {
  Json json = {{"id", token.id},
               {"name", token.name},
               {"role", token.role},
               {"scopes", ReadScopes(token.scopes)},
               {"created_at", FormatInstant(token.created_at)}};
  if (!token.customer.empty()) json["customer"] = token.customer;
  PutInstant(json, "expires_at", token.expires_at);
  PutInstant(json, "revoked_at", token.revoked_at);
  PutInstant(json, "last_used_at", token.last_used_at);
  return json;
}

std::optional<Email> Email::Read(const Json& json) {
  if (!json.is_string()) return std::nullopt;
  Email email{CanonicalEmail(json.get<std::string>())};
  if (!IsEmail(email.text)) return std::nullopt;
  return email;
}

std::optional<RoleName> RoleName::Read(const Json& json) {
  if (!json.is_string() || !IsPersonRole(json.get<std::string>())) return std::nullopt;
  return RoleName{json.get<std::string>()};
}

RoleAsked ReadRole(const Body& body, const ResellerId& reseller) {
  RoleAsked asked;
  if (auto role = body.Find<RoleName>("role")) asked.role = std::move(role->text);
  if (auto customer = body.Find<RowId>("customer")) asked.customer = std::move(customer->text);
  const bool is_operators = reseller == kTheOperator;
  if (asked.role && (*asked.role == "operator") != is_operators) {
    throw body.Wrong(
        "role", is_operators ? "operator" : "reseller_admin, reseller_viewer or customer_viewer");
  }
  if (asked.customer.has_value() != (asked.role == "customer_viewer")) {
    throw body.Wrong("customer", "the id of one with the role customer_viewer, and none without");
  }
  return asked;
}

Problem TooManyAttempts(std::chrono::seconds wait) {
  return Problem(429, fmt::format("too many failed; try again in {} s", wait.count()))
      .WithHeader("Retry-After", std::to_string(wait.count()));
}

Problem SignInBusy() { return NotNow("too many sign in just now"); }

Problem NotProved(const ProofAnswer& answer, const std::string& field) {
  if (answer.proved == Proved::kWait) return TooManyAttempts(answer.wait);
  if (answer.proved == Proved::kWrong) {
    return Problem(403, fmt::format("'{}' is not the password of this account", field))
        .With("field", field);
  }
  const std::string said = answer.proved == Proved::kCodeNeeded
                               ? "'code' is missing; expected one of the second factor"
                               : "'code' is wrong, or was used before";
  return Problem(403, said).With("field", "code").With("needs", "code");
}

KnownPerson PersonAsking(const Caller& caller) {
  if (caller.session.empty()) throw Problem(403, "this is for people who signed in");
  return {caller.reseller, caller.id};
}

std::size_t ReadLimit(const Request& request) {
  return request.OptionalQuery<PageLimit>("limit").value_or(PageLimit{}).value;
}

UserPage ReadUserPage(const Request& request) {
  UserPage page{.limit = ReadLimit(request)};
  if (const std::string* cursor = request.QueryText("cursor")) {
    if (!cursor->starts_with("usr_") || cursor->size() > 20) {
      throw Problem(400, "'cursor' is something else; expected the 'next' of the page before")
          .With("field", "cursor");
    }
    page.after = *cursor;
  }
  return page;
}

}  // namespace plotmeter
