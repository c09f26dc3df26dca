// user: add, list, disable and link.

#include <fmt/format.h>

#include <stdexcept>

#include "common/clock.h"
#include "common/json.h"
#include "portal/access/people.h"
#include "portal/access/revocations.h"
#include "portal/access/webhook_secret.h"
#include "portal/commands.h"
#include "portal/lookup.h"
#include "portal/portal_settings.h"

namespace plotmeter {
namespace {

constexpr std::size_t kPage = 1000;

std::string EmailOf(const Arguments& arguments) {
  std::string email = CanonicalEmail(arguments.Text("email"));
  if (IsEmail(email)) return email;
  throw UsageError(
      fmt::format("'email' is '{}'; expected an address such as anna@north.example", email));
}

std::string NameOf(const Arguments& arguments) {
  std::string name = arguments.Text("name");
  if (!name.empty() && name.size() <= 200) return name;
  throw UsageError(fmt::format("'name' is '{}'; expected 1 to 200 bytes of text", name));
}

// `serve` sends it, if it knows a mail server.
void MailLink(SqliteStore& store, const Arguments& arguments, const KnownPerson& who,
              const std::string& what, const IssuedLink& link) {
  if (!arguments.Switch("mail")) return;
  const SecondFactorKey key = SecondFactorKey::LoadOrMake(DataDirectory(arguments).path);
  store.AddLinkMail(who.reseller, who.id, what, SealLink(key, link.text, who.id),
                    SystemClock().Now());
}

int SayLink(const Arguments& arguments, const std::string& id, const IssuedLink& link) {
  const std::string expires = FormatInstant(link.expires_at);
  if (arguments.Switch("json")) {
    fmt::print("{}\n",
               JsonText({{"id", id}, {"link", link.text.Reveal()}, {"link_expires_at", expires}}));
    return 0;
  }
  fmt::print("{}\n", link.text.Reveal());
  fmt::print(stderr,
             "With this {} chooses a password, once, until {}: hand it over, it is not shown "
             "again.\n"
             "  curl --cacert certificate.pem -H 'Content-Type: application/json' -d "
             "'{{\"link\":\"pml_…\",\"password\":\"…\"}}' https://PORTAL/api/v1/links/accept\n",
             id, expires);
  return 0;
}

KnownPerson FindUser(SqliteStore& store, const std::string& text) {
  if (const auto known = store.PersonByEmail(CanonicalEmail(text))) return *known;
  std::vector<Reseller> all = store.Resellers();
  all.push_back({kTheOperator, ""});
  for (const Reseller& reseller : all) {
    if (store.FindPerson(reseller.id, text)) return {reseller.id, text};
  }
  throw std::runtime_error(fmt::format("there is no user '{}'; see 'user list'", text));
}

}  // namespace

void CheckUser(const Arguments& arguments) {
  CheckRole(arguments);
  EmailOf(arguments);
  NameOf(arguments);
}

int AddUser(const Arguments& arguments) {
  SqliteStore store(DataDirectory(arguments).existing_database());
  Person person{
      .email = EmailOf(arguments), .name = NameOf(arguments), .role = arguments.Text("role")};
  const ResellerId reseller = ResellerOfRole(store, arguments);
  if (arguments.Has("customer")) {
    person.customer = FindCustomer(store, arguments, arguments.Text("customer")).customer.id;
  }
  const Invited invited = Invite(store, reseller, person, kCommandLine, SystemClock().Now());
  switch (invited.added.outcome) {
    case PersonAdded::Outcome::kAdded:
      MailLink(store, arguments, {reseller, invited.added.id}, "invite", invited.link);
      return SayLink(arguments, invited.added.id, invited.link);
    case PersonAdded::Outcome::kEmailTaken:
      throw std::runtime_error(
          fmt::format("there is a user with the address '{}' already", person.email));
    case PersonAdded::Outcome::kNoSuchCustomer:
    case PersonAdded::Outcome::kNoSuchReseller:
      break;
  }
  throw std::runtime_error("the customer is not this reseller's");
}

int ListUsers(const Arguments& arguments) {
  SqliteStore store(DataDirectory(arguments).existing_database());
  std::vector<std::vector<std::string>> rows;
  const auto time = [](const std::optional<Instant>& at) { return at ? FormatInstant(*at) : ""; };
  for (const ResellerId& reseller : WithOperator(store, arguments)) {
    std::string after;
    for (;;) {
      const std::vector<Person> page = store.People(reseller, after, kPage);
      for (const Person& person : page) {
        rows.push_back({person.id, person.email, person.name, person.role, person.customer,
                        reseller.value, person.accepted ? "yes" : "invited",
                        person.second_factor ? "yes" : "no", FormatInstant(person.created_at),
                        time(person.signed_in_at), time(person.disabled_at)});
      }
      if (page.size() < kPage) break;
      after = page.back().id;
    }
  }
  PrintRows({"id", "email", "name", "role", "customer", "reseller", "accepted", "second_factor",
             "created_at", "signed_in_at", "disabled_at"},
            rows, arguments.Switch("json"));
  return 0;
}

int DisableUser(const Arguments& arguments) {
  const DataDirectory data(arguments);
  SqliteStore store(data.existing_database());
  const KnownPerson who = FindUser(store, arguments.Text("user"));
  const Instant now = SystemClock().Now();
  NoteDisabling(JournalFile(data.path), {who.reseller, who.id, true, now});
  store.ChangePerson(who.reseller, who.id, {.disabled = true}, kCommandLine, now);
  fmt::print("user {} is disabled\n", who.id);
  return 0;
}

int MakeUserLink(const Arguments& arguments) {
  SqliteStore store(DataDirectory(arguments).existing_database());
  const KnownPerson who = FindUser(store, arguments.Text("user"));
  const auto person = store.FindPerson(who.reseller, who.id);
  const auto link = IssueLink(store, who.reseller, who.id, kCommandLine, SystemClock().Now());
  if (!link) throw std::runtime_error(fmt::format("user {} is disabled", who.id));
  MailLink(store, arguments, who, person && person->accepted ? "reset" : "invite", *link);
  return SayLink(arguments, who.id, *link);
}

}  // namespace plotmeter
