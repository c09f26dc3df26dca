// incident, rules and recipient: what needs a person, when, and who is told.

#include <fmt/format.h>

#include <stdexcept>

#include "common/clock.h"
#include "common/json.h"
#include "portal/access/people.h"
#include "portal/access/webhook_secret.h"
#include "portal/alerts/recipient_rules.h"
#include "portal/alerts/rule_settings.h"
#include "portal/commands.h"
#include "portal/ledger/period.h"
#include "portal/lookup.h"
#include "portal/portal_settings.h"

namespace plotmeter {
namespace {

constexpr std::size_t kPage = 1000;

std::string TimeText(const std::optional<Instant>& at) { return at ? FormatInstant(*at) : ""; }

// Whose: the operator's own where no reseller is named.
ResellerId OwnerMeant(SqliteStore& store, const Arguments& arguments) {
  if (!arguments.Has("reseller")) return kTheOperator;
  return FindReseller(store, arguments.Text("reseller")).id;
}

struct IncidentMeant {
  ResellerId reseller = {};
  IncidentRow row = {};
};

IncidentMeant FindIncident(SqliteStore& store, const Arguments& arguments) {
  const std::string id = arguments.Text("incident");
  for (const ResellerId& reseller : WithOperator(store, arguments)) {
    if (auto row = store.FindIncident(reseller, id)) return {reseller, *std::move(row)};
  }
  throw std::runtime_error(fmt::format("there is no incident '{}'; see 'incident list'", id));
}

int ListIncidents(const Arguments& arguments) {
  SqliteStore store(DataDirectory(arguments).existing_database());
  IncidentFilter filter;
  if (!arguments.Switch("all")) filter.open = true;
  std::vector<std::vector<std::string>> rows;
  for (const ResellerId& reseller : WithOperator(store, arguments)) {
    Position after;
    for (;;) {
      const auto page = store.ListIncidents(reseller, filter, after, kPage);
      for (const IncidentRow& row : page.rows) {
        rows.push_back(
            {row.id, row.kind, row.severity, row.what,
             row.printer ? row.printer->serial : row.collector_name, row.site.customer_name,
             FormatInstant(row.since), FormatInstant(row.raised_at), TimeText(row.cleared_at),
             TimeText(row.acknowledged_at), TimeText(row.snoozed_until), row.assigned_to});
      }
      if (!page.next) break;
      after = *page.next;
    }
  }
  PrintRows({"id", "kind", "severity", "what", "of", "customer", "since", "raised_at", "cleared_at",
             "acknowledged_at", "snoozed_until", "assigned_to"},
            rows, arguments.Switch("json"));
  return 0;
}

Instant UntilOf(const Arguments& arguments) {
  const std::string text = arguments.Text("until");
  if (const auto until = ParseInstant(text)) return *until;
  throw UsageError(
      fmt::format("'until' is '{}'; expected an instant such as 2026-12-01T09:00:00Z", text));
}

int ChangeIncident(const Arguments& arguments, const IncidentChange& change, const char* done) {
  SqliteStore store(DataDirectory(arguments).existing_database());
  const IncidentMeant meant = FindIncident(store, arguments);
  switch (store.ChangeIncident(meant.reseller, meant.row.id, change, kCommandLine,
                               SystemClock().Now())) {
    case IncidentChanged::kDone:
      fmt::print("incident {} is {}\n", meant.row.id, done);
      return 0;
    case IncidentChanged::kNoSuchPerson:
      throw std::runtime_error(fmt::format("'{}' is nobody of that reseller's own; see 'user list'",
                                           *change.assigned_to));
    case IncidentChanged::kIsCleared:
      throw std::runtime_error("the incident is over; there is nothing to snooze");
    case IncidentChanged::kNotThere:
      break;
  }
  throw std::runtime_error("the incident is gone");
}

int AcknowledgeIncident(const Arguments& arguments) {
  return ChangeIncident(arguments, {.acknowledged = true}, "acknowledged");
}

int SnoozeIncident(const Arguments& arguments) {
  return ChangeIncident(arguments, {.snoozed_until = UntilOf(arguments)}, "snoozed");
}

int AssignIncident(const Arguments& arguments) {
  return ChangeIncident(arguments, {.assigned_to = arguments.Text("user")}, "assigned");
}

int CommentIncident(const Arguments& arguments) {
  SqliteStore store(DataDirectory(arguments).existing_database());
  const IncidentMeant meant = FindIncident(store, arguments);
  const auto number = store.AddComment(meant.reseller, meant.row.id, arguments.Text("text"),
                                       kCommandLine, SystemClock().Now());
  if (!number) throw std::runtime_error("there are as many comments on it as there may be");
  fmt::print("comment {} on incident {}\n", *number, meant.row.id);
  return 0;
}

struct RulesMeant {
  ResellerId reseller = {};
  std::vector<std::string> targets = {""};  // from the widest to the one that is meant
};

RulesMeant FindRules(SqliteStore& store, const Arguments& arguments) {
  if (arguments.Has("customer")) {
    const CustomerMeant meant = FindCustomer(store, arguments, arguments.Text("customer"));
    return {meant.reseller, {"", meant.customer.id}};
  }
  RulesMeant rules{OwnerMeant(store, arguments)};
  if (!arguments.Has("printer")) return rules;
  const std::string id = arguments.Text("printer");
  const auto found = store.Printers(rules.reseller, {.printer = id}, "", 1);
  if (found.empty()) {
    throw std::runtime_error(fmt::format("the reseller has no printer '{}'", id));
  }
  rules.targets.push_back(found.front().site.customer);
  rules.targets.push_back(id);
  return rules;
}

int ShowRules(const Arguments& arguments) {
  SqliteStore store(DataDirectory(arguments).existing_database());
  const RulesMeant meant = FindRules(store, arguments);
  RuleSettings settings;
  Json own;
  for (const std::string& target : meant.targets) {
    own = ParseJson(store.RulesOf(meant.reseller, target));
    settings = settings.With(own);
  }
  const Json effective = ToJson(settings);
  if (arguments.Switch("json")) {
    fmt::print("{}\n", JsonText({{"rules", own}, {"effective", effective}}));
    return 0;
  }
  std::vector<std::vector<std::string>> rows;
  for (const auto& [name, value] : effective.items()) {
    rows.push_back({name, JsonText(value), own.contains(name) ? "set here" : ""});
  }
  PrintRows({"rule", "value", ""}, rows, false);
  return 0;
}

// {"supply_low_percent":20} of supply_low_percent=20, one each.
Json RulesOf(const Arguments& arguments) {
  Json rules = Json::object();
  for (const std::string& one : arguments.All("rule")) {
    const auto equals = one.find('=');
    const std::string name = one.substr(0, equals);
    try {
      if (equals != one.npos) rules[name] = ParseJson(one.substr(equals + 1));
    } catch (const JsonError&) {
    }
    if (!rules.contains(name)) {
      throw UsageError(
          fmt::format("'rule' is '{}'; expected a rule such as supply_low_percent=20", one));
    }
  }
  if (const auto wrong = WhatIsWrong(rules)) {
    throw UsageError(wrong->expected.empty()
                         ? fmt::format("'rule' names '{}'; expected {}", wrong->member,
                                       fmt::join(RuleNames(), ", "))
                         : fmt::format("'rule' sets {} to {}; expected {}", wrong->member,
                                       JsonText(rules.at(wrong->member)), wrong->expected));
  }
  return rules;
}

void CheckRules(const Arguments& arguments) { RulesOf(arguments); }

int SetRules(const Arguments& arguments) {
  SqliteStore store(DataDirectory(arguments).existing_database());
  const RulesMeant meant = FindRules(store, arguments);
  store.SetRules(meant.reseller, meant.targets.back(), RulesOf(arguments), kCommandLine,
                 SystemClock().Now());
  return ShowRules(arguments);
}

Recipient RecipientOf(const Arguments& arguments) {
  Recipient recipient{.name = arguments.Text("name"), .severity = arguments.Text("severity")};
  const bool is_mail = arguments.Has("email");
  if (is_mail == arguments.Has("webhook")) {
    throw UsageError("either --email or --webhook says where to");
  }
  recipient.kind = is_mail ? "email" : "webhook";
  recipient.address = is_mail ? CanonicalEmail(arguments.Text("email")) : arguments.Text("webhook");
  if (is_mail ? !IsMailAddress(recipient.address) : !IsWebhookUrl(recipient.address, true)) {
    throw UsageError(fmt::format("'{}' is '{}'; expected {}", recipient.kind, recipient.address,
                                 is_mail ? "an address such as ops@north.example"
                                         : "a URL such as https://hooks.north.example/"));
  }
  if (recipient.severity != "warning" && recipient.severity != "critical") {
    throw UsageError(
        fmt::format("'severity' is '{}'; expected warning or critical", recipient.severity));
  }
  recipient.time_zone = arguments.Text("time-zone");
  if (!IsTimeZone(recipient.time_zone)) {
    throw UsageError(fmt::format("'time-zone' is '{}'; expected a zone such as Europe/Berlin",
                                 recipient.time_zone));
  }
  if (arguments.Has("digest-at")) {
    recipient.digest_minute = ParseTimeOfDay(arguments.Text("digest-at"));
    if (!recipient.digest_minute) {
      throw UsageError(fmt::format("'digest-at' is '{}'; expected a time of the day such as 07:30",
                                   arguments.Text("digest-at")));
    }
  }
  recipient.at_once = !arguments.Switch("digest-only");
  SetDigestDue(recipient, SystemClock().Now());
  return recipient;
}

void CheckRecipient(const Arguments& arguments) { RecipientOf(arguments); }

int AddRecipient(const Arguments& arguments) {
  const DataDirectory data(arguments);
  SqliteStore store(data.existing_database());
  Recipient recipient = RecipientOf(arguments);
  ResellerId reseller = OwnerMeant(store, arguments);
  if (arguments.Has("customer")) {
    const CustomerMeant meant = FindCustomer(store, arguments, arguments.Text("customer"));
    reseller = meant.reseller;
    recipient.customer = meant.customer.id;
  }
  Json answer = Json::object();
  if (recipient.kind == "webhook") {
    const Secret secret = NewWebhookSecret();
    recipient.secret =
        SealForWebhook(SecondFactorKey::LoadOrMake(data.path), secret, recipient.address);
    answer["secret"] = secret.Reveal();
  }
  const auto id = store.AddRecipient(reseller, recipient, kCommandLine, SystemClock().Now());
  if (!id) {
    throw std::runtime_error(
        fmt::format("there are {} recipients; there may be no more", kMostRecipients));
  }
  answer["id"] = *id;
  if (arguments.Switch("json")) {
    fmt::print("{}\n", JsonText(answer));
    return 0;
  }
  fmt::print("{}\n", *id);
  if (answer.contains("secret")) {
    fmt::print("{}\n", answer["secret"].get<std::string>());
    fmt::print(stderr, "With this secret what comes is signed; it is not shown again.\n");
  }
  return 0;
}

int ListRecipients(const Arguments& arguments) {
  SqliteStore store(DataDirectory(arguments).existing_database());
  std::vector<std::vector<std::string>> rows;
  for (const ResellerId& reseller : WithOperator(store, arguments)) {
    for (const Recipient& one : store.Recipients(reseller)) {
      rows.push_back({one.id, reseller.value, one.kind, one.name, one.address, one.customer,
                      one.severity, one.at_once ? "yes" : "no",
                      one.digest_minute ? TimeOfDayText(*one.digest_minute) : "", one.time_zone,
                      TimeText(one.failing_since)});
    }
  }
  PrintRows({"id", "reseller", "kind", "name", "address", "customer", "severity", "at_once",
             "digest_at", "time_zone", "failing_since"},
            rows, arguments.Switch("json"));
  return 0;
}

int OfRecipient(const Arguments& arguments,
                const std::function<bool(SqliteStore&, const ResellerId&, const std::string&)>& act,
                const char* done) {
  SqliteStore store(DataDirectory(arguments).existing_database());
  const std::string id = arguments.Text("recipient");
  for (const ResellerId& reseller : WithOperator(store, arguments)) {
    if (!act(store, reseller, id)) continue;
    fmt::print("recipient {} {}\n", id, done);
    return 0;
  }
  throw std::runtime_error(fmt::format("there is no recipient '{}'; see 'recipient list'", id));
}

int RemoveRecipient(const Arguments& arguments) {
  return OfRecipient(
      arguments,
      [](SqliteStore& store, const ResellerId& reseller, const std::string& id) {
        return store.RemoveRecipient(reseller, id, kCommandLine, SystemClock().Now());
      },
      "is removed");
}

int TestRecipient(const Arguments& arguments) {
  return OfRecipient(
      arguments,
      [](SqliteStore& store, const ResellerId& reseller, const std::string& id) {
        return store.AddTest(reseller, id, kCommandLine, SystemClock().Now()).has_value();
      },
      "is sent a test, by serve");
}

Setting IncidentSetting() { return Flag("incident", "INCIDENT", "its id, inc_…"); }
Setting RecipientSetting() { return Flag("recipient", "RECIPIENT", "its id, rcp_…"); }

std::vector<Setting> WhoseRules() {
  return {DataSetting(), ResellerSetting(false),
          Flag("customer", "CUSTOMER", "id or name; what differs there", false),
          Flag("printer", "PRINTER", "its id, prn_…; what differs for it", false), JsonSetting()};
}

}  // namespace

std::vector<Command> IncidentCommands() {
  std::vector<Setting> rules = WhoseRules();
  rules.push_back({.name = "rule",
                   .value = "R",
                   .help = "such as supply_low_percent=20; may be repeated, and what is not named "
                           "is as it is further up",
                   .repeatable = true,
                   .flag_only = true});
  return {
      {.name = "incident list",
       .summary = "Lists the incidents that are open.",
       .settings = {DataSetting(),
                    ResellerSetting(false),
                    {.name = "all", .help = "those that are over, too", .flag_only = true},
                    JsonSetting()},
       .run = ListIncidents},
      {.name = "incident acknowledge",
       .summary = "Notes that somebody knows of an incident.",
       .settings = {DataSetting(), ResellerSetting(false), IncidentSetting()},
       .run = AcknowledgeIncident},
      {.name = "incident snooze",
       .summary = "Puts an incident off; if it is still open then, it is told of again.",
       .more = "Example: plotmeter-portal incident snooze --data DIR --incident inc_7Q2M9K4T "
               "--until 2026-12-01T09:00:00Z",
       .settings = {DataSetting(), ResellerSetting(false), IncidentSetting(),
                    Flag("until", "T", "an RFC 3339 instant")},
       .run = SnoozeIncident,
       .check = [](const Arguments& arguments) { UntilOf(arguments); }},
      {.name = "incident assign",
       .summary = "Puts an incident into somebody's hands.",
       .settings = {DataSetting(), ResellerSetting(false), IncidentSetting(),
                    Flag("user", "USER", "id of somebody of the reseller's own, usr_…")},
       .run = AssignIncident},
      {.name = "incident comment",
       .summary = "Writes a comment on an incident.",
       .settings = {DataSetting(), ResellerSetting(false), IncidentSetting(),
                    Flag("text", "TEXT", "what there is to say")},
       .run = CommentIncident},
      {.name = "rules show",
       .summary = "Shows when incidents are raised: of a reseller, a customer or a printer.",
       .settings = WhoseRules(),
       .run = ShowRules},
      {.name = "rules set",
       .summary = "Sets when incidents are raised, in place of what was set there before.",
       .more = "Each level says only what differs; the narrowest wins.\n"
               "  plotmeter-portal rules set --data DIR --reseller North --rule "
               "supply_low_percent=20 --rule supply_low_days=10",
       .settings = rules,
       .run = SetRules,
       .check = CheckRules},
      {.name = "recipient add",
       .summary = "Adds somebody who is told of incidents, by mail or webhook.",
       .more = "Of a reseller, or without one of the operator. The secret of a webhook is shown "
               "once (docs/webhooks.md).\n"
               "  plotmeter-portal recipient add --data DIR --reseller North --name \"On call\" "
               "--email ops@north.example --digest-at 07:30 --time-zone Europe/Berlin",
       .settings = {DataSetting(),
                    ResellerSetting(false),
                    Flag("name", "NAME", "what they are called"),
                    Flag("email", "EMAIL", "by mail to this address", false),
                    Flag("webhook", "URL", "by POST to this URL", false),
                    Flag("customer", "CUSTOMER", "only of this customer; id or name", false),
                    {.name = "severity",
                     .value = "S",
                     .fallback = "warning",
                     .help = "warning or critical, and what is graver",
                     .flag_only = true},
                    Flag("digest-at", "HH:MM", "all of a day in one, at that time", false),
                    {.name = "digest-only", .help = "and nothing at once", .flag_only = true},
                    {.name = "time-zone",
                     .value = "ZONE",
                     .fallback = "UTC",
                     .help = "of the digest",
                     .flag_only = true},
                    JsonSetting()},
       .run = AddRecipient,
       .check = CheckRecipient},
      {.name = "recipient list",
       .summary = "Lists who is told of incidents.",
       .settings = {DataSetting(), ResellerSetting(false), JsonSetting()},
       .run = ListRecipients},
      {.name = "recipient test",
       .summary = "Sends a recipient something, to see whether it arrives.",
       .settings = {DataSetting(), ResellerSetting(false), RecipientSetting()},
       .run = TestRecipient},
      {.name = "recipient remove",
       .summary = "Tells a recipient nothing any more.",
       .settings = {DataSetting(), ResellerSetting(false), RecipientSetting()},
       .run = RemoveRecipient},
  };
}

}  // namespace plotmeter
