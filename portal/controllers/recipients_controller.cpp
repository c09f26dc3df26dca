#include "portal/controllers/recipients_controller.h"

#include <fmt/format.h>

#include <algorithm>

#include "portal/access/webhook_secret.h"
#include "portal/alerts/recipient_rules.h"
#include "portal/alerts/rules.h"
#include "portal/controllers/account_json.h"
#include "portal/controllers/body.h"
#include "portal/controllers/row_json.h"
#include "portal/controllers/sign_in.h"

namespace plotmeter {
namespace {

constexpr Roles kStaff = kResellers | Role::kOperator;

struct Kind {
  static constexpr std::string_view kExample = "email or webhook";
  static std::optional<Kind> Read(const Json& json) {
    if (json != "email" && json != "webhook") return std::nullopt;
    return Kind{json.get<std::string>()};
  }
  std::string text = {};
};

struct Least {
  static constexpr std::string_view kExample = "warning or critical";
  static std::optional<Least> Read(const Json& json) {
    if (json != "warning" && json != "critical") return std::nullopt;
    return Least{json.get<std::string>()};
  }
  std::string text = {};
};

struct Kinds {
  static constexpr std::string_view kExample =
      "a list of kinds such as supply-low; an empty one is all";
  static std::optional<Kinds> Read(const Json& json) {
    if (!json.is_array() || json.size() > 50) return std::nullopt;
    Kinds kinds;
    const auto& known = ConditionKinds();
    for (const Json& one : json) {
      if (!one.is_string() ||
          std::ranges::find(known, one.get_ref<const std::string&>()) == known.end()) {
        return std::nullopt;
      }
      kinds.words.push_back(one.get<std::string>());
    }
    return kinds;
  }
  std::vector<std::string> words = {};
};

struct TimeOrNull {
  static constexpr std::string_view kExample = "a time of the day such as 07:30, or null";
  static std::optional<TimeOrNull> Read(const Json& json) {
    if (json.is_null()) return TimeOrNull{};
    if (!json.is_string()) return std::nullopt;
    const auto minute = ParseTimeOfDay(json.get<std::string>());
    return minute ? std::optional(TimeOrNull{minute}) : std::nullopt;
  }
  std::optional<int> minute = {};
};

struct CustomerOrNull {
  static constexpr std::string_view kExample = "the id of a customer, or null";
  static std::optional<CustomerOrNull> Read(const Json& json) {
    if (json.is_null()) return CustomerOrNull{};
    const auto id = RowId::Read(json);
    return id ? std::optional(CustomerOrNull{id->text}) : std::nullopt;
  }
  std::string id = {};
};

struct AddressText {
  static constexpr std::string_view kExample =
      "an address such as ops@north.example, or a URL that begins with https://";
  static std::optional<AddressText> Read(const Json& json) {
    if (!json.is_string()) return std::nullopt;
    return AddressText{json.get<std::string>()};
  }
  std::string text = {};
};

Json ToJson(const Recipient& recipient) {
  Json json = {{"id", recipient.id},
               {"kind", recipient.kind},
               {"name", recipient.name},
               {"address", recipient.address},
               {"severity", recipient.severity},
               {"kinds", recipient.kinds},
               {"at_once", recipient.at_once},
               {"time_zone", recipient.time_zone},
               {"created_at", FormatInstant(recipient.created_at)}};
  Put(json, "customer", recipient.customer);
  if (recipient.digest_minute) json["digest_at"] = TimeOfDayText(*recipient.digest_minute);
  Put(json, "next_digest_at", recipient.digest_due);
  Put(json, "failing_since", recipient.failing_since);
  return json;
}

Json ToJson(const DeliveryRow& row) {
  Json json = {{"id", row.id},
               {"what", row.what},
               {"made_at", FormatInstant(row.made_at)},
               {"tries", row.tries},
               {"state", row.done_at       ? "done"
                         : row.given_up_at ? "given-up"
                                           : "waiting"}};
  Put(json, "incident", row.incident);
  Put(json, "trouble", row.trouble);
  Put(json, "done_at", row.done_at);
  Put(json, "given_up_at", row.given_up_at);
  if (!row.done_at && !row.given_up_at) json["due_at"] = FormatInstant(row.due_at);
  return json;
}

// What may be changed, too.
void ReadInto(const Body& body, Recipient& recipient, Instant now) {
  if (auto name = body.Find<Name>("name")) recipient.name = std::move(name->text);
  if (auto customer = body.Find<CustomerOrNull>("customer")) recipient.customer = customer->id;
  if (auto least = body.Find<Least>("severity")) recipient.severity = std::move(least->text);
  if (auto kinds = body.Find<Kinds>("kinds")) recipient.kinds = std::move(kinds->words);
  if (const auto flag = body.Find<Flag>("at_once")) recipient.at_once = flag->value;
  if (auto zone = body.Find<TimeZone>("time_zone")) recipient.time_zone = std::move(zone->name);
  if (const auto time = body.Find<TimeOrNull>("digest_at")) recipient.digest_minute = time->minute;
  SetDigestDue(recipient, now);
}

}  // namespace

void RecipientsController::Map(Router& router) const {
  using Self = RecipientsController;
  const std::string one = "/api/v1/recipients/{recipient}";
  router.Get("/api/v1/recipients", kStaff, this, &Self::List);
  router.Post("/api/v1/recipients", kAdmins, this, &Self::Add).TakesJson();
  router.Get(one, kStaff, this, &Self::Show);
  router.Patch(one, kAdmins, this, &Self::Change).TakesJson();
  router.Delete(one, kAdmins, this, &Self::Remove).MaxBody(0);
  router.Get(one + "/deliveries", kStaff, this, &Self::Deliveries);
  router.Post(one + "/tests", kAdmins, this, &Self::Test).MaxBody(0);
}

Response RecipientsController::List(const Request& request, const Caller& caller) const {
  request.OnlyQuery({});
  Json json = {{"recipients", Json::array()}};
  for (const Recipient& one : outbox_.Recipients(caller.reseller)) {
    json["recipients"].push_back(ToJson(one));
  }
  return Ok(json);
}

Response RecipientsController::Add(const Request& request, const Caller& caller) const {
  const Body body(request, {"kind", "name", "address", "customer", "severity", "kinds", "at_once",
                            "digest_at", "time_zone"});
  Recipient recipient{.kind = body.Need<Kind>("kind").text,
                      .address = body.Need<AddressText>("address").text};
  recipient.name = body.Need<Name>("name").text;
  ReadInto(body, recipient, clock_.Now());
  const bool is_mail = recipient.kind == "email";
  if (is_mail && !limits_.has_mail) {
    throw Problem(409, "this portal knows no mail server (its setting smtp-server)")
        .With("field", "kind");
  }
  if (is_mail) recipient.address = CanonicalEmail(recipient.address);
  if (is_mail ? !IsMailAddress(recipient.address)
              : !IsWebhookUrl(recipient.address, limits_.private_hooks)) {
    throw body.Wrong("address", is_mail ? "an address such as ops@north.example"
                                        : "a URL that begins with https://");
  }
  Json answer = Json::object();
  if (!is_mail) {
    const Secret secret = NewWebhookSecret();
    recipient.secret = SealForWebhook(key_, secret, recipient.address);
    answer["secret"] = secret.Reveal();
  }
  const auto id = outbox_.AddRecipient(caller.reseller, recipient, ActorOf(caller), clock_.Now());
  if (!id) {
    if (outbox_.Recipients(caller.reseller).size() >= kMostRecipients) {
      throw Problem(409,
                    fmt::format("there are {} recipients; there may be no more", kMostRecipients));
    }
    throw body.Wrong("customer", CustomerOrNull::kExample);
  }
  answer["recipient"] = ToJson(outbox_.FindRecipient(caller.reseller, *id).value());
  return Created("/api/v1/recipients/" + *id, answer);
}

Recipient RecipientsController::Meant(const Request& request, const Caller& caller) const {
  request.OnlyQuery({});
  const std::string& id = request.Parameter("recipient");
  auto found = outbox_.FindRecipient(caller.reseller, id);
  if (!found) {
    throw Problem(404, fmt::format("'recipient' is '{}'; there is no such recipient", id))
        .With("field", "recipient");
  }
  return *std::move(found);
}

Response RecipientsController::Show(const Request& request, const Caller& caller) const {
  return Ok(ToJson(Meant(request, caller)));
}

Response RecipientsController::Change(const Request& request, const Caller& caller) const {
  Recipient recipient = Meant(request, caller);
  const Body body(request,
                  {"name", "customer", "severity", "kinds", "at_once", "digest_at", "time_zone"});
  ReadInto(body, recipient, clock_.Now());
  if (!outbox_.ChangeRecipient(caller.reseller, recipient, ActorOf(caller), clock_.Now())) {
    throw body.Wrong("customer", CustomerOrNull::kExample);
  }
  return Ok(ToJson(Meant(request, caller)));
}

Response RecipientsController::Remove(const Request& request, const Caller& caller) const {
  const Recipient recipient = Meant(request, caller);
  outbox_.RemoveRecipient(caller.reseller, recipient.id, ActorOf(caller), clock_.Now());
  return NoContent();
}

Response RecipientsController::Deliveries(const Request& request, const Caller& caller) const {
  const Recipient recipient = Meant(request, caller);
  Json json = {{"deliveries", Json::array()}};
  for (const DeliveryRow& row : outbox_.DeliveriesTo(caller.reseller, recipient.id)) {
    json["deliveries"].push_back(ToJson(row));
  }
  return Ok(json);
}

Response RecipientsController::Test(const Request& request, const Caller& caller) const {
  const Recipient recipient = Meant(request, caller);
  const auto id = outbox_.AddTest(caller.reseller, recipient.id, ActorOf(caller), clock_.Now());
  if (!id) throw Problem(404, "the recipient is gone").With("field", "recipient");
  Response response = Ok({{"delivery", *id}});
  response.status = 202;
  return response;
}

}  // namespace plotmeter
