// enrolment, token and collector: who may speak to the portal.

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <stdexcept>

#include "common/clock.h"
#include "common/json.h"
#include "portal/access/enrolments.h"
#include "portal/access/revocations.h"
#include "portal/access/tokens.h"
#include "portal/commands.h"
#include "portal/lookup.h"
#include "portal/portal_settings.h"

namespace plotmeter {
namespace {

std::string TimeText(const std::optional<Instant>& instant) {
  return instant ? FormatInstant(*instant) : "";
}

std::chrono::days CodeDays(const Arguments& arguments) {
  return std::chrono::days(arguments.Number("days", 1, 365));
}

// Its role and for how long; the customer is not looked up.
TokenWish WishOf(const Arguments& arguments, Instant now) {
  TokenWish wish{.role = arguments.Text("role"),
                 .name = arguments.Text("name"),
                 .scopes = arguments.All("scope")};
  CheckRole(arguments);
  for (const std::string& scope : wish.scopes) {
    if (IsScope(scope)) continue;
    throw UsageError(fmt::format(
        "'scope' is '{}'; expected a word such as usage.read or users.write, or *", scope));
  }
  if (arguments.Has("days")) {
    wish.expires_at = now + std::chrono::days(arguments.Number("days", 1, 3650));
  }
  return wish;
}

}  // namespace

void CheckEnrolment(const Arguments& arguments) { CodeDays(arguments); }

void CheckToken(const Arguments& arguments) { WishOf(arguments, {}); }

int AddEnrolment(const Arguments& arguments) {
  const DataDirectory data(arguments);
  SqliteStore store(data.existing_database());
  const Keyring keys = LoadKeys(data);
  const SystemClock clock;
  const std::chrono::days valid = CodeDays(arguments);
  const SiteMeant meant = FindSite(store, arguments, arguments.Text("site"));
  const auto code = Enrolments(store, store, keys, clock)
                        .Offer(meant.reseller, meant.site.id, valid, kCommandLine);
  if (!code) throw std::runtime_error("the site is gone");
  const std::string expires = FormatInstant(clock.Now() + valid);
  if (arguments.Switch("json")) {
    fmt::print(
        "{}\n",
        JsonText({{"code", code->Reveal()}, {"site", meant.site.id}, {"expires_at", expires}}));
  } else {
    fmt::print("{}\n", code->Reveal());
    fmt::print(stderr, "The code for site {} works once, until {}. It is not shown again.\n",
               meant.site.name, expires);
  }
  return 0;
}

int ListEnrolments(const Arguments& arguments) {
  SqliteStore store(DataDirectory(arguments).existing_database());
  std::vector<std::vector<std::string>> rows;
  for (const Reseller& reseller : ResellersMeant(store, arguments)) {
    for (const EnrolmentOffer& offer : store.Codes(reseller.id)) {
      rows.push_back({offer.site, FormatInstant(offer.created_at), FormatInstant(offer.expires_at),
                      TimeText(offer.used_at), offer.collector});
    }
  }
  PrintRows({"site", "created_at", "expires_at", "used_at", "collector"}, rows,
            arguments.Switch("json"));
  return 0;
}

int AddToken(const Arguments& arguments) {
  SqliteStore store(DataDirectory(arguments).existing_database());
  const Instant now = SystemClock().Now();
  TokenWish wish = WishOf(arguments, now);
  const ResellerId reseller = ResellerOfRole(store, arguments);
  if (arguments.Has("customer")) {
    wish.customer = FindCustomer(store, arguments, arguments.Text("customer")).customer.id;
  }
  const auto issued = IssueToken(store, reseller, wish, now, kCommandLine);
  if (!issued) throw std::runtime_error("the customer is not this reseller's");
  if (arguments.Switch("json")) {
    fmt::print("{}\n", JsonText({{"id", issued->id}, {"token", issued->text.Reveal()}}));
  } else {
    fmt::print("{}\n", issued->text.Reveal());
    fmt::print(stderr, "Token {} is not shown again.\n", issued->id);
  }
  return 0;
}

int ListTokens(const Arguments& arguments) {
  SqliteStore store(DataDirectory(arguments).existing_database());
  std::vector<std::vector<std::string>> rows;
  for (const ResellerId& reseller : WithOperator(store, arguments)) {
    for (const ApiToken& token : store.Tokens(reseller)) {
      rows.push_back({token.id, token.name, token.role, token.customer, reseller.value,
                      FormatInstant(token.created_at), TimeText(token.expires_at), token.scopes,
                      TimeText(token.revoked_at), TimeText(token.last_used_at)});
    }
  }
  PrintRows({"id", "name", "role", "customer", "reseller", "created_at", "expires_at", "scopes",
             "revoked_at", "last_used_at"},
            rows, arguments.Switch("json"));
  return 0;
}

int RevokeToken(const Arguments& arguments) {
  const DataDirectory data(arguments);
  SqliteStore store(data.existing_database());
  const std::string id = arguments.Text("token");
  const Instant now = SystemClock().Now();
  for (const ResellerId& reseller : WithOperator(store, arguments)) {
    const std::vector<ApiToken> all = store.Tokens(reseller);
    if (std::ranges::find(all, id, &ApiToken::id) == all.end()) continue;
    // The journal first: what a power cut leaves undone is done at the next start.
    NoteRevocation(JournalFile(data.path), {reseller, id, now});
    store.RevokeToken(reseller, id, now, kCommandLine);
    fmt::print("token {} is revoked\n", id);
    return 0;
  }
  throw std::runtime_error(fmt::format("there is no token '{}'; see 'token list'", id));
}

int ListCollectors(const Arguments& arguments) {
  SqliteStore store(DataDirectory(arguments).existing_database());
  std::vector<std::vector<std::string>> rows;
  for (const Reseller& reseller : ResellersMeant(store, arguments)) {
    std::map<std::string, HeartbeatNote> heard;
    for (HeartbeatNote& note : store.Heartbeats(reseller.id)) heard[note.collector] = note;
    for (const Collector& collector : store.Collectors(reseller.id)) {
      const auto last = heard.find(collector.id);
      const bool spoke = last != heard.end();
      rows.push_back({collector.id, collector.name, collector.site,
                      spoke ? last->second.version : collector.version,
                      FormatInstant(collector.enrolled_at), TimeText(collector.revoked_at),
                      spoke ? FormatInstant(last->second.received_at) : "",
                      spoke ? fmt::format("{}", fmt::join(last->second.troubles, " ")) : ""});
    }
  }
  PrintRows({"id", "name", "site", "version", "enrolled_at", "revoked_at", "heard_at", "troubles"},
            rows, arguments.Switch("json"));
  return 0;
}

int RevokeCollector(const Arguments& arguments) {
  const DataDirectory data(arguments);
  SqliteStore store(data.existing_database());
  const std::string id = arguments.Text("collector");
  const Instant now = SystemClock().Now();
  for (const Reseller& reseller : ResellersMeant(store, arguments)) {
    const std::vector<Collector> all = store.Collectors(reseller.id);
    if (std::ranges::find(all, id, &Collector::id) == all.end()) continue;
    // The journal first: what a power cut leaves undone is done at the next start.
    NoteRevocation(JournalFile(data.path), {reseller.id, id, now});
    store.RevokeCollector(reseller.id, id, now, kCommandLine);
    fmt::print("collector {} is revoked\n", id);
    return 0;
  }
  throw std::runtime_error(fmt::format("there is no collector '{}'; see 'collector list'", id));
}

}  // namespace plotmeter
