// Every route as every role of two tenants, and every answer held against proto/openapi.yaml.

#include <atomic>
#include <thread>

#include "portal/access/key_changes.h"
#include "tests/portal/controllers/controllers_world.h"

namespace plotmeter {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string kPeriod = "?from=2026-11-01&to=2026-12-01";

TEST_F(ControllersTest, ShowsEveryRoleOfATenantItsOwnAndNothingOfAnother) {
  Store(north, "NORTH1");
  Store(south, "SOUTH1");
  for (const auto& [tenant, own, other] :
       {std::tuple("north", "NORTH1", "SOUTH1"), std::tuple("south", "SOUTH1", "NORTH1")}) {
    for (const std::string& token : tokens_[tenant]) {
      for (const std::string& target : {std::string("/api/v1/printers"), "/api/v1/usage" + kPeriod,
                                        "/api/v1/usage.csv" + kPeriod}) {
        const Response response = Get(target, token);
        EXPECT_EQ(response.status, 200) << target;
        EXPECT_THAT(response.body, HasSubstr(own)) << target;
        EXPECT_THAT(response.body, Not(HasSubstr(other))) << target;
      }
    }
  }
}

TEST_F(ControllersTest, ConfinesACustomerViewerToTheCustomer) {
  Store(north, "NORTH1");
  const Instant now = clock.now;
  const std::string second =
      *store.AddCustomer(north.tenant.reseller, "another", now, kPortalItself);
  const auto token =
      IssueToken(store, north.tenant.reseller, {.role = "customer_viewer", .customer = second}, now,
                 kPortalItself);
  const std::string text = token->text.Reveal();
  EXPECT_EQ(ParseJson(Get("/api/v1/printers", text).body).at("printers").size(), 0u);
  EXPECT_THAT(Get("/api/v1/usage.csv" + kPeriod, text).body, Not(HasSubstr("NORTH1")));
  EXPECT_EQ(Get("/api/v1/usage" + kPeriod + "&site=" + north.tenant.site, text).status, 404);
}

TEST_F(ControllersTest, IsClosedWithoutAToken) {
  for (const std::string& target : {std::string("/api/v1/printers"), "/api/v1/usage" + kPeriod,
                                    "/api/v1/usage.csv" + kPeriod}) {
    EXPECT_EQ(Get(target).status, 401) << target;
    EXPECT_EQ(Get(target, "pmt_wrong").status, 401) << target;
  }
  const auto brief =
      IssueToken(store, north.tenant.reseller,
                 {.role = "reseller_admin", .expires_at = clock.now + std::chrono::hours(1)},
                 clock.now, kPortalItself);
  EXPECT_EQ(Get("/api/v1/printers", brief->text.Reveal()).status, 200);
  clock.now += std::chrono::hours(1);
  EXPECT_EQ(Get("/api/v1/printers", brief->text.Reveal()).status, 401);
}

TEST_F(ControllersTest, HasNoSiteAndNoPrinterOfAnotherTenant) {
  Store(north, "NORTH1");
  const std::string printer = store.Printers(north.tenant.reseller, {}, "", 1).at(0).id;
  const std::string& token = tokens_["south"][0];
  for (const std::string page : {"/api/v1/usage", "/api/v1/usage.csv"}) {
    EXPECT_EQ(Get(page + kPeriod + "&site=" + north.tenant.site, token).status, 404);
    EXPECT_EQ(Get(page + kPeriod + "&printer=" + printer, token).status, 404);
    EXPECT_EQ(Get(page + kPeriod + "&printer=" + printer, tokens_["north"][0]).status, 200);
    EXPECT_EQ(Get(page + kPeriod + "&site=" + north.tenant.site, tokens_["north"][0]).status, 200);
  }
}

TEST_F(ControllersTest, ExportsTheColumnsItPromises) {
  clock.now += std::chrono::hours(2);
  Store(north, "NORTH1");
  const Response response = Get("/api/v1/usage.csv" + kPeriod, tokens_["north"][1]);
  EXPECT_EQ(response.content_type, "text/csv");
  EXPECT_THAT(response.body,
              testing::StartsWith(
                  "customer,site,manufacturer,model,serial,channel,meter,colorant,media,unit,"
                  "opening,opening_at,closing,closing_at,used,base_unit,used_base,known_as,gaps,"
                  "opening_batch,closing_batch,outranked,used_base_at_most,printer\r\n"
                  "north's customer,main,HP,HP DesignJet Z9 24in,NORTH1,piws,ink.used,magenta,,cc,"
                  "433,2026-11-10T12:00:00Z,440,2026-11-10T13:00:00Z,7,nL,7000000,measured,0,"));
}

TEST_F(ControllersTest, NamesTheParameterItCannotRead) {
  const std::string& token = tokens_["north"][0];
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"/api/v1/usage?to=2026-12-01", "'from' is missing"},
      {"/api/v1/usage?from=2026-13-01&to=2026-12-01", "'from' is '2026-13-01'; expected a date"},
      {"/api/v1/usage.csv?from=2026-12-01&to=2026-11-01", "'to' is '2026-11-01'; expected"},
      {"/api/v1/printers?limit=0", "'limit' is '0'; expected a whole number from 1 to 1000"},
      {"/api/v1/printers?limit=ten", "'limit' is 'ten'"},
      {"/api/v1/printers?cursor=x", "'cursor' is 'x'"},
  };
  for (const auto& [target, sentence] : wrong) {
    const Response response = Get(target, token);
    EXPECT_EQ(response.status, 400) << target;
    EXPECT_THAT(ParseJson(response.body).at("detail").get<std::string>(), HasSubstr(sentence));
  }
}

TEST_F(ControllersTest, PagesThroughTheFleet) {
  for (int i = 1; i <= 5; ++i) Store(north, "CN" + std::to_string(i), i);
  std::vector<std::string> serials;
  std::string cursor;
  for (int pages = 0; pages < 4; ++pages) {
    const Json page = ParseJson(Get("/api/v1/printers?limit=2" + cursor, tokens_["north"][0]).body);
    for (const Json& printer : page.at("printers")) serials.push_back(printer.at("serial"));
    if (!page.contains("next")) break;
    cursor = "&cursor=" + page.at("next").get<std::string>();
  }
  EXPECT_THAT(serials, testing::UnorderedElementsAre("CN1", "CN2", "CN3", "CN4", "CN5"));
}

TEST_F(ControllersTest, AnswersBatchesWithSignedWords) {
  const std::string sealed =
      Sealed(MakeBatch(north, 1, {"433"}, At("2026-11-10T12:00:00Z")), north);
  const Response first = Post("/api/v1/batches", sealed);
  EXPECT_EQ(Post("/api/v1/batches", sealed).body, first.body) << "the same receipt";
  EXPECT_EQ(CheckOf(Post("/api/v1/batches", "nonsense")), "400 form");
  const BatchText text = WriteBatch(MakeBatch(north, 2, {"433"}, At("2026-11-10T12:00:00Z")));
  EXPECT_EQ(CheckOf(Post("/api/v1/batches", Sealed(text, PrivateKey::Generate()))), "401 signer");
  EXPECT_EQ(CheckOf(Post("/api/v1/batches",
                         Sealed(MakeBatch(north, 1, {"9"}, At("2026-11-10T12:00:00Z")), north))),
            "409 fork");
  EXPECT_EQ(CheckOf(Post("/api/v1/batches",
                         Sealed(MakeBatch(north, 3, {"9"}, At("2026-11-10T12:00:00Z")), south))),
            "422 collector");
}

// What the listener asks before it reads a body.
TEST_F(ControllersTest, TakesNothingButSealedBatches) {
  const auto admit = [&](const std::string& target, const std::string& type, std::size_t length) {
    try {
      router_.Admit(Request("POST", target)
                        .With("Content-Type", type)
                        .With("Content-Length", std::to_string(length)));
      return 200;
    } catch (const Problem& problem) {
      return problem.status;
    }
  };
  EXPECT_EQ(admit("/api/v1/batches", "application/jose", kMaxSealed), 200);
  EXPECT_EQ(admit("/api/v1/batches", "application/jose", kMaxSealed + 1), 413);
  EXPECT_EQ(admit("/api/v1/batches", "application/json", 2), 415);
  EXPECT_EQ(admit("/api/v1/enrolments", "application/jose", 16 << 10), 200);
  EXPECT_EQ(admit("/api/v1/enrolments", "application/jose", (16 << 10) + 1), 413);
  EXPECT_EQ(router_.Handle(Request("GET", "/api/v1/batches")).status, 405);
}

TEST_F(ControllersTest, EnrolsOverTheApi) {
  const Response document = Get("/api/v1/keys");
  EXPECT_EQ(document.content_type, "application/jose");
  const auto code = enrolments_.Offer(north.tenant.reseller, north.tenant.site,
                                      std::chrono::days(7), kPortalItself);
  const EnrolmentCode read = *EnrolmentCode::Parse(code->Reveal());
  const auto keys = ReadKeys(document.body, read.portal);
  ASSERT_TRUE(keys);
  const auto request = [&](const Secret& secret, const PrivateKey& key) {
    return WriteEnrolmentRequest({.secret = secret.Copy(),
                                  .portal = read.portal,
                                  .name = "PC",
                                  .version = "0.1.0",
                                  .system = "Linux"},
                                 key, keys->encryption.at(0));
  };
  const PrivateKey key = PrivateKey::Generate();
  const Response enrolled = Post("/api/v1/enrolments", request(read.secret, key));
  EXPECT_EQ(enrolled.status, 200) << enrolled.body;
  EXPECT_TRUE(ReadEnrolled(enrolled.body, *keys->signing));
  const auto check = [&](const Response& response) {
    const Json problem = ParseJson(response.body);
    EXPECT_TRUE(ReadRefusal(problem.at("signed").get<std::string>(), *keys->signing));
    return std::to_string(response.status) + " " + problem.at("check").get<std::string>();
  };
  EXPECT_EQ(check(Post("/api/v1/enrolments", request(read.secret, PrivateKey::Generate()))),
            "409 code-used");
  EXPECT_EQ(check(Post("/api/v1/enrolments", request(Secret(RandomBytes(16)), key))),
            "404 code-unknown");
  const auto late = enrolments_.Offer(north.tenant.reseller, north.tenant.site,
                                      std::chrono::days(1), kPortalItself);
  clock.now += std::chrono::days(1);
  EXPECT_EQ(check(Post("/api/v1/enrolments", request(EnrolmentCode::Parse(late->Reveal())->secret,
                                                     PrivateKey::Generate()))),
            "410 code-expired");
  EXPECT_EQ(check(Post("/api/v1/enrolments", "nonsense")), "400 form");
}

// A heartbeat of `sender`, as it would say it with that nonce.
Heartbeat HeartbeatOf(const Keyring& keys, const Sender& sender, const std::string& nonce) {
  return {.portal = keys.thumbprint(),
          .collector = sender.id,
          .nonce = nonce,
          .at = At("2026-11-10T11:59:58Z"),
          .version = "0.1.0",
          .stream = "4b1c0a52-9c1d-4c63-8f9d-6d1b7a3c2e10",
          .readings = 2,
          .known = 3,
          .answering = 2,
          .disk = "plenty"};
}

// Collectors ask all the while; each answer is whole, of the keys before or of those after.
TEST_F(ControllersTest, UsesOtherKeysFromTheNextRequestOn) {
  const PortalKeys first = *ReadKeys(Get("/api/v1/keys").body, keys_.thumbprint());
  std::atomic<bool> is_over = false;
  std::vector<std::jthread> collectors;
  for (int i = 0; i < 2; ++i) {
    collectors.emplace_back([&] {
      PortalKeys known = first;
      while (!is_over) {
        const auto keys =
            FollowKeys(router_.Handle(Request("GET", "/api/v1/keys")).body, KeysTrust::Of(known));
        ASSERT_TRUE(keys);
        EXPECT_GE(keys->version, known.version);
        const auto heard = heartbeats_.Hear(
            WriteHeartbeat(HeartbeatOf(keys_, north, ""), north.key, keys->encryption[0]).sealed);
        ASSERT_TRUE(std::holds_alternative<HeartbeatHeard>(heard));
        const auto answer = ReadJws(std::get<HeartbeatHeard>(heard).jws);
        EXPECT_TRUE(answer && keys_in_use_.Now()->IsNamed(answer->header.kid));
        known = *keys;
      }
    });
  }
  for (int i = 0; i < 5; ++i) {
    RotateSigning(folder_, clock.now);
    RotateEncryption(folder_, clock.now);
    keys_in_use_.Replace(Keyring::Load(folder_));
  }
  is_over = true;
  collectors.clear();
  const auto last = FollowKeys(Get("/api/v1/keys").body, KeysTrust::Of(first));
  ASSERT_TRUE(last);
  EXPECT_EQ(last->version, first.version + 10);
  EXPECT_NE(*last->signing, *first.signing);
  const auto refused = ReadRefusal(
      ParseJson(Post("/api/v1/enrolments", "nonsense").body).at("signed").get<std::string>(),
      *last->signing);
  EXPECT_TRUE(refused) << "what is refused is signed by the new key, too";
}

TEST_F(ControllersTest, HearsAHeartbeatOnceForEachNonce) {
  const auto say = [&](const std::string& nonce) {
    const SaidHeartbeat said =
        WriteHeartbeat(HeartbeatOf(keys_, north, nonce), north.key, keys_.newest_encryption());
    const Response response = Post("/api/v1/heartbeats", said.sealed);
    EXPECT_EQ(response.status, 200) << response.body;
    const auto answer = ReadHeartbeatAnswer(response.body, keys_.signing().public_key());
    EXPECT_EQ(answer->sha256, said.sha256);
    EXPECT_EQ(answer->collector, north.id);
    return *answer;
  };
  const HeartbeatAnswer first = say("");
  EXPECT_FALSE(first.heard);
  EXPECT_TRUE(store.Heartbeats(north.tenant.reseller).empty());
  EXPECT_EQ(say(Base64Url(std::string(16, 'x'))).nonce, first.nonce) << "a stranger turns nothing";
  const HeartbeatAnswer second = say(first.nonce);
  EXPECT_TRUE(second.heard);
  EXPECT_NE(second.nonce, first.nonce);
  EXPECT_FALSE(say(first.nonce).heard) << "an old one said again";
  EXPECT_EQ(store.Heartbeats(north.tenant.reseller).at(0).readings, 2);
  EXPECT_TRUE(store.Heartbeats(south.tenant.reseller).empty());
}

TEST_F(ControllersTest, TakesACollectorsNextKey) {
  const PrivateKey next = PrivateKey::Generate();
  const auto ask = [&](const std::string& nonce, const PrivateKey& old) {
    const std::string word = WriteKeyRotation(
        {.portal = keys_.thumbprint(), .collector = north.id, .nonce = nonce}, old, next);
    return Post("/api/v1/rotations", SealKeyRotation(word, keys_.newest_encryption()));
  };
  const Response first = ask("", north.key);
  EXPECT_EQ(first.status, 200) << first.body;
  EXPECT_EQ(first.content_type, "application/jose");
  const auto nonce = ReadKeyRotated(first.body, keys_.signing().public_key());
  ASSERT_TRUE(nonce);
  EXPECT_FALSE(nonce->rotated);
  const Response second = ask(nonce->nonce, north.key);
  EXPECT_TRUE(ReadKeyRotated(second.body, keys_.signing().public_key())->rotated);
  const Response refused = ask("", PrivateKey::Generate());
  EXPECT_EQ(refused.status, 401);
  const Json problem = ParseJson(refused.body);
  EXPECT_EQ(problem.at("check"), "signer");
  EXPECT_TRUE(ReadRefusal(problem.at("signed").get<std::string>(), keys_.signing().public_key()));
}

TEST_F(ControllersTest, AnswersHeartbeatsWithSignedWords) {
  const auto check = [&](const std::string& body) {
    const Response response = Post("/api/v1/heartbeats", body);
    const Json problem = ParseJson(response.body);
    const auto note =
        ReadRefusal(problem.at("signed").get<std::string>(), keys_.signing().public_key());
    EXPECT_TRUE(note);
    EXPECT_EQ(note->sealed_sha256, Base64Url(Sha256(body)));
    return std::to_string(response.status) + " " + problem.at("check").get<std::string>();
  };
  const auto sealed = [&](const Heartbeat& said, const PrivateKey& key) {
    return WriteHeartbeat(said, key, keys_.newest_encryption()).sealed;
  };
  const Heartbeat good = HeartbeatOf(keys_, north, "");
  EXPECT_EQ(check("nonsense"), "400 form");
  EXPECT_EQ(check(WriteHeartbeat(good, north.key, encryption.public_key()).sealed),
            "400 key-retired");
  EXPECT_EQ(check(sealed(good, PrivateKey::Generate())), "401 signer");
  EXPECT_EQ(check(sealed(good, south.key)), "422 collector");
  Heartbeat elsewhere = good;
  elsewhere.portal = portal.thumbprint;
  EXPECT_EQ(check(sealed(elsewhere, north.key)), "422 portal");
  Heartbeat odd = good;
  odd.disk = "A lot";
  EXPECT_EQ(check(sealed(odd, north.key)), "422 schema");
  store.RevokeCollector(north.tenant.reseller, north.id, clock.now, kPortalItself);
  EXPECT_EQ(check(sealed(good, north.key)), "401 revoked");
}

TEST_F(ControllersTest, TellsInAHeartbeatWhereTheStreamIsAndWhatToSet) {
  Store(north, "NORTH1", 1);
  Store(north, "NORTH1", 2);
  Store(north, "NORTH1", 5);
  store.ProposeSettings(north.tenant.reseller, north.tenant.site, R"({"interval":["1h"]})",
                        clock.now, kPortalItself);
  const auto say = [&](const std::string& nonce) {
    return *ReadHeartbeatAnswer(
        Post("/api/v1/heartbeats",
             WriteHeartbeat(HeartbeatOf(keys_, north, nonce), north.key, keys_.newest_encryption())
                 .sealed)
            .body,
        keys_.signing().public_key());
  };
  const HeartbeatAnswer answer = say(say("").nonce);
  EXPECT_EQ(answer.unbroken, 2);
  EXPECT_FALSE(answer.unbroken_sha256.empty());
  EXPECT_EQ(answer.highest, 5);
  EXPECT_THAT(answer.missing, testing::ElementsAre(3, 4));
  EXPECT_EQ(answer.settings, (ProposedSettings{1, {{"interval", {"1h"}}}}));
  EXPECT_EQ(answer.newest, "0.10.0");
}

TEST_F(ControllersTest, SaysHowItIs) {
  EXPECT_EQ(Get("/healthz").body, R"({"status":"ok"})");
  EXPECT_EQ(Get("/readyz").body, R"({"status":"ok"})");
  // What is open already goes on; whoever starts next would find nothing.
  std::filesystem::rename(path, path + ".away");
  EXPECT_EQ(Get("/readyz").status, 503);
  EXPECT_EQ(Get("/healthz").status, 200);
  std::filesystem::rename(path + ".away", path);
  EXPECT_EQ(Get("/readyz").status, 200);
}

TEST_F(ControllersTest, ServesTheRoutesOfTheDescriptionAndNoOthers) {
  std::vector<std::string> served;
  for (const Router::Line& line : router_.Routes()) {
    served.push_back(line.method + " " + line.path + " " + line.roles.ToString() + " " +
                     std::to_string(line.max_body) + " " +
                     (line.media_type.empty() ? "-" : line.media_type));
  }
  const auto [output, ended_well] = Shell(Python("routes"));
  ASSERT_TRUE(ended_well) << output;
  std::vector<std::string> described;
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);) described.push_back(line);
  EXPECT_THAT(served, testing::UnorderedElementsAreArray(described));
}

}  // namespace
}  // namespace plotmeter
