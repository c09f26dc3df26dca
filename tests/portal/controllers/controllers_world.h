// The portal's whole API over a store with two tenants, and every answer of it held against
// proto/openapi.yaml when the tests are done.

#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "common/in_use.h"
#include "portal/access/people.h"
#include "portal/access/sessions.h"
#include "portal/access/tokens.h"
#include "portal/access/totp.h"
#include "portal/controllers/audit_controller.h"
#include "portal/controllers/batches_controller.h"
#include "portal/controllers/collectors_controller.h"
#include "portal/controllers/customers_controller.h"
#include "portal/controllers/enrolments_controller.h"
#include "portal/controllers/entered_controller.h"
#include "portal/controllers/exports_controller.h"
#include "portal/controllers/gaps_controller.h"
#include "portal/controllers/happenings_controller.h"
#include "portal/controllers/health_controller.h"
#include "portal/controllers/heartbeats_controller.h"
#include "portal/controllers/incidents_controller.h"
#include "portal/controllers/links_controller.h"
#include "portal/controllers/me_controller.h"
#include "portal/controllers/metrics_controller.h"
#include "portal/controllers/printers_controller.h"
#include "portal/controllers/recipients_controller.h"
#include "portal/controllers/reconciliation_controller.h"
#include "portal/controllers/repeat_notes.h"
#include "portal/controllers/resellers_controller.h"
#include "portal/controllers/rotations_controller.h"
#include "portal/controllers/rules_controller.h"
#include "portal/controllers/sessions_controller.h"
#include "portal/controllers/sign_in.h"
#include "portal/controllers/sites_controller.h"
#include "portal/controllers/tokens_controller.h"
#include "portal/controllers/usage_controller.h"
#include "portal/controllers/users_controller.h"
#include "proto/enrolment.h"
#include "proto/heartbeat.h"
#include "proto/rotation.h"
#include "tests/fakes/scratch.h"
#include "tests/paths.h"
#include "tests/portal/ledger/sealed_world.h"

namespace plotmeter {

// The output of a command, and whether it ended well.
inline std::pair<std::string, bool> Shell(const std::string& command) {
  std::string output;
  std::FILE* pipe = ::popen(command.c_str(), "r");
  std::array<char, 4096> part;
  for (std::size_t size; (size = std::fread(part.data(), 1, part.size(), pipe)) > 0;) {
    output.append(part.data(), size);
  }
  return {output, ::pclose(pipe) == 0};
}

inline std::string Python(const std::string& arguments) {
  return "/usr/bin/python3 " SOURCE_ROOT "/tests/portal/controllers/check_openapi.py " SOURCE_ROOT
         "/proto/openapi.yaml " +
         arguments + " 2>&1";
}

// Collects every answer of this process; when all tests are done one Python run compares them.
class Samples : public testing::Environment {
 public:
  void Note(const Json& sample) { file_ << JsonText(sample) << '\n'; }

  void TearDown() override {
    file_.close();
    const auto [output, ended_well] = Shell(Python("samples " + path_));
    EXPECT_TRUE(ended_well) << output;
    std::filesystem::remove(path_);
  }

 private:
  std::string path_ = Scratch() + "/openapi_samples_" + std::to_string(::getpid());
  std::ofstream file_{path_};
};

inline Samples& samples = *static_cast<Samples*>(testing::AddGlobalTestEnvironment(new Samples));

inline int worlds = 0;  // each has a journal of its own

class ControllersTest : public testing::Test, protected SealedWorld {
 protected:
  ControllersTest() {
    router_.Remember(&repeats_);
    router_.ReadWith([&](const std::function<void()>& work) { store.AtOneInstant(work); });
    batches_.Map(router_);
    enrolment_.Map(router_);
    heartbeat_.Map(router_);
    rotation_.Map(router_);
    printers_.Map(router_);
    happenings_.Map(router_);
    gaps_.Map(router_);
    entered_.Map(router_);
    customers_.Map(router_);
    sites_.Map(router_);
    collectors_.Map(router_);
    metrics_page_.Map(router_);
    usage_.Map(router_);
    reconciliation_.Map(router_);
    exports_.Map(router_);
    health_.Map(router_);
    signing_in_.Map(router_);
    me_.Map(router_);
    links_.Map(router_);
    users_.Map(router_);
    resellers_.Map(router_);
    token_.Map(router_);
    audit_.Map(router_);
    incidents_.Map(router_);
    rules_.Map(router_);
    recipients_.Map(router_);
    for (Sender* sender : {&north, &south}) {
      for (const char* role : {"reseller_admin", "reseller_viewer", "customer_viewer"}) {
        TokenWish wish{.role = role, .name = role};
        if (wish.role == "customer_viewer") wish.customer = sender->tenant.customer;
        tokens_[sender == &north ? "north" : "south"].push_back(
            IssueToken(store, sender->tenant.reseller, wish, clock.now, kPortalItself)
                ->text.Reveal());
      }
    }
    tokens_["operator"].push_back(IssueToken(store, kTheOperator,
                                             {.role = "operator", .name = "operator"}, clock.now,
                                             kPortalItself)
                                      ->text.Reveal());
  }

  // Asks, reads the answer whole, and notes it for the comparison with openapi.yaml.
  Response Ask(Request request) {
    const std::string method = request.method();
    const std::string asked = request.path();
    Response response = router_.Handle(std::move(request));
    if (response.pull) {
      while (response.pull(response.body)) {
      }
    }
    samples.Note({{"method", method},
                  {"path", asked},
                  {"status", response.status},
                  {"content_type", response.content_type},
                  {"body", response.body}});
    return response;
  }

  Response Get(const std::string& target, const std::string& token = "") {
    Request request("GET", target);
    if (!token.empty()) request.With("Authorization", "Bearer " + token);
    return Ask(std::move(request));
  }

  Response Post(const std::string& target, std::string body) {
    return Ask(
        Request("POST", target).With("Content-Type", "application/jose").WithBody(std::move(body)));
  }

  std::string CheckOf(const Response& response) {
    const Json problem = ParseJson(response.body);
    const auto note =
        ReadRefusal(problem.at("signed").get<std::string>(), portal.signing.public_key());
    EXPECT_TRUE(note);
    EXPECT_EQ(problem.at("check"), note->check);
    return std::to_string(response.status) + " " + problem.at("check").get<std::string>();
  }

  void Store(const Sender& sender, const std::string& serial, std::int64_t sequence = 1) {
    const Response response =
        Post("/api/v1/batches",
             Sealed(MakeBatch(sender, sequence, {"433", "440"}, At("2026-11-10T12:00:00Z"), serial),
                    sender));
    EXPECT_EQ(response.status, 200) << response.body;
    EXPECT_EQ(response.content_type, "application/jose");
    EXPECT_TRUE(ReadReceipt(response.body, portal.signing.public_key()));
  }

  const std::string folder_ = [] {
    const std::string folder = FreshPath() + ".data";
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    return folder;
  }();
  Keyring keys_ = Keyring::Create(folder_);
  InUse<Keyring> keys_in_use_{keys_};
  Enrolments enrolments_{store, store, keys_in_use_, clock};
  CounterFamily batch_counts_ = BatchesController::Counts();
  BatchesController batches_{ingest, &batch_counts_};
  EnrolmentsController enrolment_{enrolments_, keys_in_use_, clock};
  Heartbeats heartbeats_{store, store, keys_in_use_, clock, "0.10.0"};
  HeartbeatsController heartbeat_{heartbeats_};
  Rotations rotations_{store, store, keys_in_use_, clock};
  RotationsController rotation_{rotations_};
  PrintersController printers_{store, store, clock};
  HappeningsController happenings_{store, store};
  SitesController sites_{store, store, enrolments_, clock};
  const std::filesystem::path journal_ = Scratch() + "/journal_" + std::to_string(++worlds);
  CustomersController customers_{store, store, store, journal_, clock};
  CollectorsController collectors_{store, store, journal_, clock};
  UsageController usage_{store, store, store};
  ReconciliationController reconciliation_{store, store, store};
  ExportsController exports_{store, store, store};
  GapsController gaps_{store, store, store, clock};
  EnteredController entered_{store, store, clock};
  HealthController health_{store};
  Passwords passwords_{kCheapest};
  SecondFactorKey second_factors_{Secret(std::string(32, 'k'))};
  Proofs proofs_{store, passwords_, second_factors_, clock};
  Sessions sessions_{store, store, proofs_, clock};
  People people_{store, store, passwords_, proofs_, second_factors_, clock};
  SessionsController signing_in_{sessions_, store, clock};
  MeController me_{people_, store, clock};
  LinksController links_{people_};
  LinkMail link_mail_{store, second_factors_, true};
  UsersController users_{store, journal_, clock, &link_mail_};
  IncidentsController incidents_{store, store, store, clock};
  RulesController rules_{store, store, store, clock};
  RecipientsController recipients_{store, second_factors_, clock, {.has_mail = true}};
  ResellersController resellers_{store, store, clock};
  TokensController token_{store, journal_, clock};
  AuditController audit_{store};
  StoredRepeatNotes notes_{store, clock};
  Repeats repeats_{notes_};
  Router router_{WhoAsks(store, store, sessions_, clock)};
  Metrics metrics_;
  MetricsController metrics_page_{router_, metrics_};
  std::map<std::string, std::vector<std::string>> tokens_;
};

}  // namespace plotmeter
