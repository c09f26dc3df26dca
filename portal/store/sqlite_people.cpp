// People and the links that they are handed.

#include "portal/store/sqlite_store.h"

namespace plotmeter {
namespace {

constexpr std::string_view kOnePerson =
    "SELECT id, email, name, role, COALESCE(customer, ''), password IS NOT NULL,"
    " totp_since IS NOT NULL, created_at, signed_in_at, disabled_at FROM person"
    " WHERE id=? AND reseller_id=?";
constexpr std::string_view kPeopleAfter =
    "SELECT id, email, name, role, COALESCE(customer, ''), password IS NOT NULL,"
    " totp_since IS NOT NULL, created_at, signed_in_at, disabled_at FROM person"
    " WHERE reseller_id=? AND id>? ORDER BY id LIMIT ?";

Person ReadPerson(const Statement& q) {
  return {.id = q.Text(0),
          .email = q.Text(1),
          .name = q.Text(2),
          .role = q.Text(3),
          .customer = q.Text(4),
          .accepted = q.Int(5) != 0,
          .second_factor = q.Int(6) != 0,
          .created_at = FromMillis(q.Int(7)),
          .signed_in_at = MaybeInstant(q, 8),
          .disabled_at = MaybeInstant(q, 9)};
}

std::optional<Person> PersonOf(StoreConnection& connection, std::int64_t owner,
                               const std::string& id) {
  Statement& q = connection.Sql(kOnePerson);
  if (!q.Bind(id, owner).Step()) return std::nullopt;
  return ReadPerson(q);
}

std::optional<std::string> OrNull(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

bool IsCustomerOf(StoreConnection& connection, std::int64_t owner, const std::string& customer) {
  Statement& q =
      connection.Sql("SELECT 1 FROM customer WHERE id=? AND reseller_id=? AND erased_at IS NULL");
  return customer.empty() || q.Bind(customer, owner).Step();
}

void VoidLinks(StoreConnection& writer, std::int64_t owner, const std::string& person) {
  writer.Sql("DELETE FROM link WHERE person=? AND reseller_id=?").Run(person, owner);
}

void MakeLink(StoreConnection& writer, std::int64_t owner, const std::string& person,
              const LinkOffer& link, Instant now) {
  VoidLinks(writer, owner, person);
  writer
      .Sql(
          "INSERT INTO link(hash, reseller_id, person, kind, created_at, expires_at)"
          " VALUES(?,?,?,?,?,?)")
      .Run(link.hash, owner, person, link.kind, ToMillis(now), ToMillis(link.expires_at));
}

// What the audit log says of a person: nothing that names who it is.
Json Audited(const Person& person) {
  Json json = {{"role", person.role},
               {"disabled", person.disabled_at.has_value()},
               {"second_factor", person.second_factor}};
  if (!person.customer.empty()) json["customer"] = person.customer;
  return json;
}

}  // namespace

PersonAdded SqliteStore::AddPerson(const ResellerId& reseller, const Person& person,
                                   const LinkOffer& link, const Actor& actor, Instant now) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  const std::int64_t owner = OwnerOf(*writer, reseller);
  if (owner == kNobodys) return {PersonAdded::Outcome::kNoSuchReseller};
  if (!IsCustomerOf(*writer, owner, person.customer)) {
    return {PersonAdded::Outcome::kNoSuchCustomer};
  }
  Person added = person;
  added.id = UnusedId(*writer, "person", "usr_");
  // Not OR IGNORE, which would pass over a wrong role as well.
  Statement& taken = writer->Sql("SELECT 1 FROM person WHERE email=? AND reseller_id IS NOT NULL");
  if (taken.Bind(person.email).Step()) return {PersonAdded::Outcome::kEmailTaken};
  writer
      ->Sql(
          "INSERT INTO person(id, reseller_id, email, name, role, customer, created_at)"
          " VALUES(?,?,?,?,?,?,?)")
      .Run(added.id, owner, person.email, person.name, person.role, OrNull(person.customer),
           ToMillis(now));
  MakeLink(*writer, owner, added.id, link, now);
  WriteAudit(*writer, owner, {.what = "user.invite", .subject = added.id, .after = Audited(added)},
             actor, now);
  transaction.Commit();
  return {PersonAdded::Outcome::kAdded, added.id};
}

std::vector<Person> SqliteStore::People(const ResellerId& reseller, const std::string& after,
                                        std::size_t limit) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql(kPeopleAfter);
  std::vector<Person> people;
  for (q.Bind(OwnerOf(*reader, reseller), after, static_cast<std::int64_t>(limit)); q.Step();) {
    people.push_back(ReadPerson(q));
  }
  return people;
}

std::optional<Person> SqliteStore::FindPerson(const ResellerId& reseller, const std::string& id) {
  auto reader = pool_.Reader();
  return PersonOf(*reader, OwnerOf(*reader, reseller), id);
}

PersonChanged SqliteStore::ChangePerson(const ResellerId& reseller, const std::string& id,
                                        const PersonChange& change, const Actor& actor,
                                        Instant now) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  const std::int64_t owner = OwnerOf(*writer, reseller);
  const auto before = PersonOf(*writer, owner, id);
  if (!before) return PersonChanged::kNoSuchPerson;
  Person after = *before;
  if (change.name) after.name = *change.name;
  if (change.role) after.role = *change.role;
  if (change.role || change.customer) after.customer = change.customer.value_or("");
  if (!IsCustomerOf(*writer, owner, after.customer)) return PersonChanged::kNoSuchCustomer;
  if (change.disabled.value_or(false) && !before->disabled_at) after.disabled_at = now;
  if (change.disabled == false) after.disabled_at.reset();
  if (change.drop_second_factor) after.second_factor = false;
  writer
      ->Sql(
          "UPDATE person SET name=?, role=?, customer=?, disabled_at=? WHERE id=?"
          " AND reseller_id=?")
      .Run(after.name, after.role, OrNull(after.customer), MaybeMillis(after.disabled_at), id,
           owner);
  if (change.drop_second_factor) ForgetTotp(*writer, owner, id);
  if (after.disabled_at) {
    ForgetSessions(*writer, owner, id, "");
    VoidLinks(*writer, owner, id);
  }
  const Json was = Audited(*before);
  Json is = Audited(after);
  if (after.name != before->name) is["name"] = "changed";
  if (is != was) {
    WriteAudit(*writer, owner, {.what = "user.change", .subject = id, .before = was, .after = is},
               actor, now);
  }
  transaction.Commit();
  return PersonChanged::kDone;
}

std::optional<KnownPerson> SqliteStore::PersonByEmail(const std::string& email) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql(
      "SELECT r.id, p.id FROM person p JOIN reseller r USING (reseller_id) WHERE p.email=?");
  if (!q.Bind(email).Step()) return std::nullopt;
  return KnownPerson{ResellerId{q.Text(0)}, q.Text(1)};
}

std::optional<KnownLink> SqliteStore::LinkByHash(const std::string& hash) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql(
      "SELECT r.id, l.person, l.kind, l.expires_at, l.used_at IS NOT NULL FROM link l"
      " JOIN reseller r USING (reseller_id) WHERE l.hash=?");
  if (!q.Bind(hash).Step()) return std::nullopt;
  return KnownLink{ResellerId{q.Text(0)}, q.Text(1), q.Text(2), FromMillis(q.Int(3)),
                   q.Int(4) != 0};
}

bool SqliteStore::AddLink(const ResellerId& reseller, const std::string& person,
                          const LinkOffer& link, const Actor& actor, Instant now) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  const std::int64_t owner = OwnerOf(*writer, reseller);
  const auto of = PersonOf(*writer, owner, person);
  if (!of || of->disabled_at) return false;
  MakeLink(*writer, owner, person, link, now);
  WriteAudit(*writer, owner,
             {.what = "user.link",
              .subject = person,
              .after = {{"kind", link.kind}, {"expires_at", FormatInstant(link.expires_at)}}},
             actor, now);
  transaction.Commit();
  return true;
}

std::optional<std::string> SqliteStore::UseLink(const ResellerId& reseller, const std::string& hash,
                                                const std::string& password, Instant now) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  const std::int64_t owner = OwnerOf(*writer, reseller);
  Statement& q = writer->Sql(
      "SELECT l.person, l.kind FROM link l JOIN person p ON p.id=l.person WHERE l.hash=?"
      " AND l.used_at IS NULL AND l.expires_at>? AND p.disabled_at IS NULL AND l.reseller_id=?");
  if (!q.Bind(hash, ToMillis(now), owner).Step()) return std::nullopt;
  const std::string person = q.Text(0);
  const std::string kind = q.Text(1);
  writer->Sql("UPDATE link SET used_at=? WHERE hash=? AND reseller_id=?")
      .Run(ToMillis(now), hash, owner);
  writer
      ->Sql(
          "UPDATE person SET password=?, password_changes=password_changes+1 WHERE id=?"
          " AND reseller_id=?")
      .Run(password, person, owner);
  ForgetSessions(*writer, owner, person, "");
  WriteAudit(*writer, owner, {.what = "user.accept", .subject = person, .after = {{"kind", kind}}},
             {person}, now);
  transaction.Commit();
  return person;
}

}  // namespace plotmeter
