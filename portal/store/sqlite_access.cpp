#include "portal/store/list_rows.h"
#include "portal/store/sqlite_store.h"

namespace plotmeter {
namespace {

const std::string kTokensAfter =
    "SELECT id, hash, role, COALESCE(customer, ''), name, scopes, created_at, expires_at,"
    " revoked_at, last_used_at FROM api_token INDEXED BY api_token_of_reseller WHERE reseller_id=?"
    " AND id>? ORDER BY id LIMIT ?";

std::vector<ApiToken> ReadTokens(Statement& q) {
  std::vector<ApiToken> tokens;
  while (q.Step()) {
    tokens.push_back({q.Text(0), q.Text(1), q.Text(2), q.Text(3), q.Text(4), q.Text(5),
                      FromMillis(q.Int(6)), MaybeInstant(q, 7), MaybeInstant(q, 8),
                      MaybeInstant(q, 9)});
  }
  return tokens;
}

}  // namespace

std::vector<std::string> AccessQuestions() { return {kTokensAfter}; }

std::optional<KnownToken> SqliteStore::TokenByHash(const std::string& hash) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql(
      "SELECT r.id, t.id, t.role, COALESCE(t.customer, ''), t.name, t.scopes, t.expires_at,"
      " t.revoked_at, t.last_used_at FROM api_token t JOIN reseller r USING (reseller_id)"
      " WHERE t.hash=?");
  if (!q.Bind(hash).Step()) return std::nullopt;
  return KnownToken{
      ResellerId{q.Text(0)}, q.Text(1),          q.Text(2),         q.Text(3), q.Text(4), q.Text(5),
      MaybeInstant(q, 6),    MaybeInstant(q, 7), MaybeInstant(q, 8)};
}

std::optional<ResellerId> SqliteStore::ResellerOfCode(const std::string& hash) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql(
      "SELECT r.id FROM enrolment_code e JOIN reseller r USING (reseller_id) WHERE e.hash=?");
  if (!q.Bind(hash).Step()) return std::nullopt;
  return ResellerId{q.Text(0)};
}

std::optional<std::string> SqliteStore::AddToken(const ResellerId& reseller, const ApiToken& token,
                                                 const Actor& actor) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  const std::int64_t owner = OwnerOf(*writer, reseller);
  if (owner == kNobodys) return std::nullopt;
  const bool confined = !token.customer.empty();
  Statement& ours =
      writer->Sql("SELECT 1 FROM customer WHERE id=? AND reseller_id=? AND erased_at IS NULL");
  if (confined && !ours.Bind(token.customer, owner).Step()) return std::nullopt;
  const std::string id = UnusedId(*writer, "api_token", "tok_");
  writer
      ->Sql(
          "INSERT INTO api_token(id, reseller_id, hash, role, customer, name, scopes, created_at,"
          " expires_at) VALUES(?,?,?,?,?,?,?,?,?)")
      .Run(id, owner, token.hash, token.role,
           confined ? std::optional(token.customer) : std::nullopt, token.name, token.scopes,
           ToMillis(token.created_at), MaybeMillis(token.expires_at));
  Json after = {{"role", token.role}, {"scopes", token.scopes}};
  if (confined) after["customer"] = token.customer;
  if (token.expires_at) after["expires_at"] = FormatInstant(*token.expires_at);
  WriteAudit(*writer, owner, {.what = "token.add", .subject = id, .after = after}, actor,
             token.created_at);
  transaction.Commit();
  return id;
}

std::vector<ApiToken> SqliteStore::Tokens(const ResellerId& reseller) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql(
      "SELECT id, hash, role, COALESCE(customer, ''), name, scopes, created_at, expires_at,"
      " revoked_at, last_used_at FROM api_token WHERE reseller_id=? ORDER BY created_at, id");
  return ReadTokens(q.Bind(OwnerOf(*reader, reseller)));
}

std::vector<ApiToken> SqliteStore::TokensAfter(const ResellerId& reseller, const std::string& after,
                                               std::size_t limit) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql(kTokensAfter);
  return ReadTokens(q.Bind(OwnerOf(*reader, reseller), after, static_cast<std::int64_t>(limit)));
}

bool SqliteStore::RevokeToken(const ResellerId& reseller, const std::string& id, Instant now,
                              const Actor& actor) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  const std::int64_t owner = OwnerOf(*writer, reseller);
  Statement& q = writer->Sql("SELECT revoked_at FROM api_token WHERE id=? AND reseller_id=?");
  if (!q.Bind(id, owner).Step()) return false;
  if (!q.IsNull(0)) return true;
  writer->Sql("UPDATE api_token SET revoked_at=? WHERE id=? AND reseller_id=?")
      .Run(ToMillis(now), id, owner);
  WriteAudit(*writer, owner, {.what = "token.revoke", .subject = id}, actor, now);
  transaction.Commit();
  return true;
}

void SqliteStore::NoteTokenUse(const ResellerId& reseller, const std::string& id, Instant now) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  writer->Sql("UPDATE api_token SET last_used_at=? WHERE id=? AND reseller_id=?")
      .Run(ToMillis(now), id, OwnerOf(*writer, reseller));
  transaction.Commit();
}

bool SqliteStore::AddCode(const ResellerId& reseller, const EnrolmentOffer& offer,
                          const Actor& actor) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  const std::int64_t owner = OwnerOf(*writer, reseller);
  writer
      ->Sql(
          "INSERT INTO enrolment_code(hash, reseller_id, site, created_at, expires_at)"
          " SELECT ?, s.reseller_id, s.id, ?, ? FROM site s JOIN customer c ON c.id=s.customer"
          " WHERE s.id=? AND s.reseller_id=? AND c.erased_at IS NULL")
      .Run(offer.hash, ToMillis(offer.created_at), ToMillis(offer.expires_at), offer.site, owner);
  if (writer->db().Changes() == 0) return false;
  WriteAudit(*writer, owner,
             {.what = "enrolment.add",
              .subject = offer.site,
              .after = {{"expires_at", FormatInstant(offer.expires_at)}}},
             actor, offer.created_at);
  transaction.Commit();
  return true;
}

std::vector<EnrolmentOffer> SqliteStore::Codes(const ResellerId& reseller) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql(
      "SELECT hash, site, created_at, expires_at, used_at, COALESCE(collector, '')"
      " FROM enrolment_code WHERE reseller_id=? ORDER BY created_at, hash");
  std::vector<EnrolmentOffer> codes;
  for (q.Bind(OwnerOf(*reader, reseller)); q.Step();) {
    codes.push_back({q.Text(0), q.Text(1), FromMillis(q.Int(2)), FromMillis(q.Int(3)),
                     MaybeInstant(q, 4), q.Text(5)});
  }
  return codes;
}

std::vector<Collector> SqliteStore::Collectors(const ResellerId& reseller) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql(
      "SELECT id, site, name, version, thumbprint, enrolled_at, revoked_at, jwk FROM collector"
      " WHERE reseller_id=? ORDER BY enrolled_at, id");
  std::vector<Collector> collectors;
  for (q.Bind(OwnerOf(*reader, reseller)); q.Step();) {
    collectors.push_back({q.Text(0), q.Text(1), q.Text(2), q.Text(3), q.Text(4),
                          FromMillis(q.Int(5)), MaybeInstant(q, 6), q.Text(7)});
  }
  return collectors;
}

bool SqliteStore::RevokeCollector(const ResellerId& reseller, const std::string& id, Instant now,
                                  const Actor& actor) {
  auto writer = pool_.Writer();
  Transaction transaction(writer->db());
  const std::int64_t owner = OwnerOf(*writer, reseller);
  Statement& q = writer->Sql("SELECT revoked_at FROM collector WHERE id=? AND reseller_id=?");
  if (!q.Bind(id, owner).Step()) return false;
  if (!q.IsNull(0)) return true;
  writer->Sql("UPDATE collector SET revoked_at=? WHERE id=? AND reseller_id=?")
      .Run(ToMillis(now), id, owner);
  WriteAudit(*writer, owner, {.what = "collector.revoke", .subject = id}, actor, now);
  transaction.Commit();
  return true;
}

}  // namespace plotmeter
