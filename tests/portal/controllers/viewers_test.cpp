// One printer of which two customers' collectors tell: what each customer's viewer may read, over
// every route there is. Whatever one of them told is marked, and looked for in all that the other
// is answered.

#include <map>
#include <utility>

#include "portal/ledger/bookkeeping.h"
#include "tests/portal/controllers/fleet_world.h"

namespace plotmeter {
namespace {

using testing::HasSubstr;
using testing::Not;

// A customer with a site and a collector, and its viewer's token. All that is its own ends in
// `mark`.
struct Party {
  std::string mark = {};
  Tenant tenant = {};
  std::string collector = {};
  std::string viewer = {};
  std::int64_t batches = 0;
  std::string entered = "ent_NOBODYS0";  // what was read off by hand at its site
};

class ViewersTest : public FleetTest {
 protected:
  ViewersTest() {
    Tell(first_);
    clock.now += std::chrono::hours(1);
    Tell(second_);
    clock.now += std::chrono::hours(1);
    printer_ = store.Printers(reseller_, {.serial = "SHARED"}, "", 2).at(0).id;
    first_.entered = Enter("433", "ENTERED_ONE");
  }

  // By hand, where it stands.
  std::string Enter(const std::string& value, const std::string& note) {
    return store
        .Enter(reseller_,
               {.printer = printer_,
                .at = clock.now,
                .values = {{.meter = "scans", .media = note, .unit = "1", .value = value}},
                .note = note},
               kPortalItself, clock.now)
        .id;
  }

  Party Make(const std::string& mark) {
    Party party{.mark = mark, .tenant = {.reseller = reseller_}};
    party.tenant.customer =
        *store.AddCustomer(reseller_, "CUSTOMER" + mark, clock.now, kPortalItself);
    party.tenant.site = *store.AddSite(
        reseller_, {.customer = party.tenant.customer, .name = "SITE" + mark, .time_zone = "UTC"},
        clock.now, kPortalItself);
    party.collector = AddCollector(store, party.tenant, "THUMB" + mark);
    party.viewer =
        IssueToken(store, reseller_,
                   {.role = "customer_viewer", .customer = party.tenant.customer, .name = mark},
                   clock.now, kPortalItself)
            ->text.Reveal();
    return party;
  }

  // All that a collector can tell of the printer: under names of its own, and under names that
  // both use.
  void Tell(Party& party) {
    const std::string& mark = party.mark;
    Parcel parcel(party.collector, ++party.batches, "SHARED", clock.now);
    parcel.record.batch = "batch" + mark + std::to_string(party.batches);
    parcel.record.sha256 = "sha" + mark;
    parcel.record.previous = party.batches == 1 ? "" : "sha" + mark;
    parcel.record.printers[0].firmware = "FIRMWARE" + mark;
    parcel.reading.state = "STATE" + mark;
    parcel.Meter("ink.used", mark == "_ONE" ? "1111" : "2222");
    parcel.Meter("METER" + mark, "5");
    for (const std::string& name : {"OWN" + mark, std::string("both")}) {
      parcel.Job("JOB" + name).Level("SUPPLY" + name, "5").Alarm("ALERT" + name);
      parcel.jobs.back().media = "MEDIA" + mark;
      parcel.reading.supplies.back().description = "LEVEL" + mark;
      parcel.Says("status", "SAID" + mark, "PART" + name);
      parcel.alerts.back().text = "TEXT" + mark;
      parcel.Event("EVENT" + name);
      parcel.events.back().text = "NOTE" + mark;
    }
    const std::map<std::size_t, Whereabouts> where = {{0, {.location = "ROOM" + mark}}};
    parcel.record.whereabouts = &where;
    store.StoreBatch(reseller_, parcel.record, [](const auto&) { return "receipt"; });
  }

  // Every answer to GET that the viewer gets, with the ids of either party in the path, and either
  // party's as a filter.
  std::map<std::string, std::string> Everything(const Party& viewer) {
    Bookkeeper(store, store, store).Tick([] { return true; });
    std::map<std::string, std::string> answers;
    for (const Router::Line& line : router_.Routes()) {
      if (line.method != "GET") continue;
      for (const Party* of : {&first_, &second_}) {
        std::string target = line.path;
        for (const auto& [name, id] :
             std::map<std::string, std::string>{{"{printer}", printer_},
                                                {"{customer}", of->tenant.customer},
                                                {"{site}", of->tenant.site},
                                                {"{collector}", of->collector},
                                                {"{user}", "usr_NOBODYS0"},
                                                {"{token}", "tok_NOBODYS0"},
                                                {"{gap}", "gap_NOBODYS0"},
                                                {"{entered}", of->entered},
                                                {"{incident}", "inc_NOBODYS0"},
                                                {"{recipient}", "rcp_NOBODYS0"},
                                                {"{reseller}", reseller_.value}}) {
          if (const auto at = target.find(name); at != target.npos) {
            target.replace(at, name.size(), id);
          }
        }
        const bool is_by_month = target == "/api/v1/usage/sites" ||
                                 target == "/api/v1/usage/jobs" ||
                                 target == "/api/v1/reconciliation";
        const bool has_period = target.starts_with("/api/v1/usage") ||
                                target.starts_with("/api/v1/jobs.") ||
                                target.starts_with("/api/v1/readings.");
        const bool is_usage = is_by_month || has_period;
        if (is_by_month) {
          target += "?month=2026-11";
          if (target.starts_with("/api/v1/usage/jobs")) target += "&by=media";
        } else if (has_period) {
          target += "?from=2026-11-01&to=2026-12-01";
        }
        const std::string more = is_usage ? "&" : "?";
        for (const std::string& query :
             {std::string(), more + "site=" + of->tenant.site, more + "printer=" + printer_,
              more + "customer=" + of->tenant.customer, more + "serial=SHARED", more + "limit=1",
              more + "q=" + of->mark, more + "state=STATE" + of->mark}) {
          const Response response = Get(target + query, viewer.viewer);
          EXPECT_LT(response.status, 500) << target << query;
          // An answer that refuses repeats what was asked for, and nothing else.
          if (response.status == 200) answers[target + query] = response.body;
        }
      }
    }
    return answers;
  }

  void SeesOnlyItsOwn(const Party& viewer, const Party& other) {
    const auto answers = Everything(viewer);
    std::string all;
    for (const auto& [target, body] : answers) {
      all += body;
      for (const std::string& foreign :
           {other.mark, other.collector, other.tenant.site, other.tenant.customer,
            std::string(other.mark == "_ONE" ? "1111" : "2222")}) {
        EXPECT_THAT(body, Not(HasSubstr(foreign))) << target;
      }
    }
    for (const char* own : {"CUSTOMER", "SITE", "THUMB", "batch", "sha", "FIRMWARE", "STATE",
                            "METER", "JOBOWN", "SUPPLYOWN", "ALERTOWN", "EVENTOWN", "MEDIA",
                            "LEVEL", "SAID", "PARTOWN", "TEXT", "NOTE", "ROOM"}) {
      EXPECT_THAT(all, HasSubstr(own + viewer.mark)) << "it is looked for where it is";
    }
    for (const char* of :
         {"", "/readings", "/supplies", "/jobs", "/alerts", "/events", "/traits"}) {
      const std::string target = "/api/v1/printers/" + printer_ + of;
      ASSERT_TRUE(answers.contains(target)) << target;
      EXPECT_THAT(answers.at(target), HasSubstr(viewer.mark)) << target;
    }
    EXPECT_THAT(answers.at("/api/v1/usage.csv?from=2026-11-01&to=2026-12-01"),
                HasSubstr(viewer.mark == "_ONE" ? "1111" : "2222"));
    EXPECT_THAT(answers.at("/api/v1/usage?from=2026-11-01&to=2026-12-01"),
                HasSubstr("SITE" + viewer.mark));
  }

  Response Move(const std::string& site) {
    return Send("PATCH", "/api/v1/printers/" + printer_, R"({"site":")" + site + "\"}", admin());
  }

  Json Printer(const std::string& token) {
    return ParseJson(Get("/api/v1/printers/" + printer_, token).body);
  }

  // How many rows of that list the token's bearer is shown, of the one printer.
  std::size_t Count(const std::string& list, const std::string& token) {
    return ParseJson(Get("/api/v1/printers/" + printer_ + "/" + list, token).body).at(list).size();
  }

  const ResellerId reseller_ = north.tenant.reseller;
  Party first_ = Make("_ONE");
  Party second_ = Make("_TWO");
  std::string printer_;
};

TEST_F(ViewersTest, SeeWhatTheirOwnCollectorsToldWhileTheClaimStands) {
  SeesOnlyItsOwn(first_, second_);
  SeesOnlyItsOwn(second_, first_);
}

TEST_F(ViewersTest, SeeTheSameAfterAMove) {
  EXPECT_EQ(Move(second_.tenant.site).status, 200);
  Tell(second_);
  second_.entered = Enter("437", "ENTERED_TWO");
  SeesOnlyItsOwn(first_, second_);
  SeesOnlyItsOwn(second_, first_);
  EXPECT_EQ(Printer(first_.viewer).at("site").at("id"), first_.tenant.site);
  EXPECT_EQ(Printer(admin()).at("site").at("id"), second_.tenant.site);
}

TEST_F(ViewersTest, SeeAPrinterThatStandsAtTheirsThoughNothingWasToldYet) {
  Party third = Make("_THREE");
  EXPECT_EQ(Get("/api/v1/printers/" + printer_, third.viewer).status, 404);
  EXPECT_EQ(Move(third.tenant.site).status, 200);
  const Json printer = Printer(third.viewer);
  EXPECT_EQ(printer.at("site").at("name"), "SITE_THREE");
  EXPECT_FALSE(printer.contains("last_seen"));
  EXPECT_FALSE(printer.contains("state"));
  EXPECT_TRUE(printer.at("meters").empty());
  for (const auto& [target, body] : Everything(third)) {
    EXPECT_THAT(body, Not(HasSubstr("_ONE"))) << target;
    EXPECT_THAT(body, Not(HasSubstr("_TWO"))) << target;
  }
  SeesOnlyItsOwn(first_, third);
  EXPECT_EQ(Move(second_.tenant.site).status, 200);
  EXPECT_EQ(Get("/api/v1/printers/" + printer_, third.viewer).status, 404)
      << "it stands there no more, and its collectors told nothing";
}

// The other's rows are more than a page looks at: the place where it ends is not theirs to read.
TEST_F(ViewersTest, ReadNoKeyOfAnotherInACursor) {
  {
    Database db(path, Database::Mode::kReadWrite);
    Statement fill = db.Prepare(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<10500)"
        " INSERT INTO job(reseller_id, printer, channel, job, sighting, revision, seen_at, type,"
        " status, ink, batch) SELECT j.reseller_id, j.printer, j.channel, 'HIDDEN_TWO ' || i,"
        " j.sighting, 1, j.seen_at+i, 'print', 'printed', '[]', j.batch FROM n"
        " JOIN job j WHERE j.job='JOBOWN_TWO'");
    fill.Run();
  }
  std::vector<std::string> jobs;
  std::string cursor;
  for (int pages = 0; pages < 5; ++pages) {
    const Json page = ParseJson(Get("/api/v1/jobs" + cursor, first_.viewer).body);
    for (const Json& job : page.at("jobs")) jobs.push_back(job.at("job"));
    if (!page.contains("next")) break;
    const std::string next = page.at("next").get<std::string>();
    for (const std::string& text : {next, next.substr(1)}) {
      EXPECT_THAT(FromBase64Url(text).value_or(""), Not(HasSubstr("_TWO")));
    }
    cursor = "?cursor=" + next;
    EXPECT_EQ(Get("/api/v1/jobs" + cursor + "A", first_.viewer).status, 400) << "it is sealed";
  }
  EXPECT_NE(cursor, "") << "one page was enough";
  EXPECT_THAT(jobs, testing::UnorderedElementsAre("JOBOWN_ONE", "JOBboth"));
}

TEST_F(ViewersTest, TheResellerSeesEachThingOnce) {
  // Two of their own each, and one of both.
  EXPECT_EQ(Count("jobs", admin()), 3u);
  EXPECT_EQ(Count("supplies", admin()), 3u);
  EXPECT_EQ(Count("events", admin()), 3u);
  EXPECT_EQ(Count("traits", admin()), 3u);
  EXPECT_EQ(Count("jobs", first_.viewer), 2u);
  EXPECT_EQ(Count("supplies", second_.viewer), 2u);
  EXPECT_EQ(Count("traits", second_.viewer), 2u);
  const Json jobs = ParseJson(Get("/api/v1/printers/" + printer_ + "/jobs", admin()).body);
  for (const Json& job : jobs.at("jobs")) {
    if (job.at("job") != "JOBboth") continue;
    EXPECT_EQ(job.at("media"), "MEDIA_ONE") << "who saw it first";
  }
  const Json supplies = ParseJson(Get("/api/v1/supplies", admin()).body);
  for (const Json& supply : supplies.at("supplies")) {
    if (supply.at("supply") != "SUPPLYboth") continue;
    EXPECT_EQ(supply.at("description"), "LEVEL_TWO");
  }
  // The alert that both told lasts once, as whoever told it last says.
  std::vector<std::string> lasting;
  const Json alerts = ParseJson(Get("/api/v1/alerts?active=true", admin()).body);
  for (const Json& alert : alerts.at("alerts")) {
    if (alert.at("key") == "ALERTboth") lasting.push_back(alert.at("text"));
  }
  EXPECT_THAT(lasting, testing::ElementsAre("TEXT_TWO"));
  EXPECT_EQ(Count("alerts", admin()), 4u) << "the other is over, and shown so";
}

TEST_F(ViewersTest, AMoveSettlesTheClaimAndIsWrittenDown) {
  EXPECT_EQ(Printer(admin()).at("also_seen_at"), Json::array({second_.tenant.site}));
  EXPECT_FALSE(Printer(first_.viewer).contains("also_seen_at"));
  const Response moved = Move(second_.tenant.site);
  EXPECT_EQ(ParseJson(moved.body).at("site").at("id"), second_.tenant.site);
  EXPECT_FALSE(Printer(admin()).contains("also_seen_at"));
  const AuditRow row = store.AuditRows(reseller_, 1000, 1).at(0);
  EXPECT_EQ(row.what, "printer.move");
  EXPECT_EQ(row.subject, printer_);
  EXPECT_EQ(ParseJson(row.before).at("site"), first_.tenant.site);
  EXPECT_EQ(ParseJson(row.before).at("also_seen_at"), Json::array({second_.tenant.site}));
  EXPECT_EQ(ParseJson(row.after).at("site"), second_.tenant.site);

  // What the old customer's collector had read before it left claims nothing; what it reads later
  // does.
  const Instant now = std::exchange(clock.now, clock.now - std::chrono::minutes(30));
  Tell(first_);
  EXPECT_FALSE(Printer(admin()).contains("also_seen_at"));
  clock.now = now + std::chrono::hours(1);
  Tell(first_);
  EXPECT_EQ(Printer(admin()).at("also_seen_at"), Json::array({first_.tenant.site}));
  EXPECT_EQ(Move(second_.tenant.site).status, 200) << "it stays there: that settles it too";
  EXPECT_FALSE(Printer(admin()).contains("also_seen_at"));
}

TEST_F(ViewersTest, AlertsAreOverForTheCustomerThatAPrinterLeaves) {
  const auto lasting = [&](const Party& party) {
    return ParseJson(Get("/api/v1/alerts?active=true", party.viewer).body).at("alerts").size();
  };
  EXPECT_EQ(lasting(first_), 2u);
  Move(second_.tenant.site);
  EXPECT_EQ(lasting(first_), 0u);
  EXPECT_EQ(lasting(second_), 2u);
}

TEST_F(ViewersTest, AMoveNamesASiteOfTheReseller) {
  EXPECT_EQ(Words(Move(south.tenant.site)),
            "422 'site' is '" + south.tenant.site + "'; there is no such site");
  EXPECT_THAT(Words(Send("PATCH", "/api/v1/printers/" + printer_, "{}", admin())),
              HasSubstr("'site'"));
  EXPECT_EQ(Send("PATCH", "/api/v1/printers/" + printer_,
                 R"({"site":")" + south.tenant.site + "\"}", stranger())
                .status,
            404);
  EXPECT_EQ(Printer(admin()).at("site").at("id"), first_.tenant.site);
}

TEST_F(ViewersTest, AnErasedCustomerLeavesTheOthersTheirOwn) {
  store.EraseCustomer(reseller_, first_.tenant.customer, kPortalItself, clock.now);
  const Json printer = Printer(admin());
  EXPECT_EQ(printer.at("site").at("id"), second_.tenant.site);
  EXPECT_EQ(printer.at("firmware"), "FIRMWARE_TWO");
  for (const char* of : {"", "/readings", "/supplies", "/jobs", "/alerts", "/events", "/traits"}) {
    const std::string body = Get("/api/v1/printers/" + printer_ + of, admin()).body;
    EXPECT_THAT(body, Not(HasSubstr("_ONE"))) << of;
    EXPECT_THAT(body, HasSubstr("_TWO")) << of;
  }
  EXPECT_EQ(Get("/api/v1/printers/" + printer_, first_.viewer).status, 401);
}

// It moved, and the customer it moved to is erased: what the first was billed by is still there.
TEST_F(ViewersTest, AnErasedCustomerTakesNoHistoryOfAnotherAlong) {
  Move(second_.tenant.site);
  store.EraseCustomer(reseller_, second_.tenant.customer, kPortalItself, clock.now);
  EXPECT_EQ(Printer(admin()).at("site").at("id"), first_.tenant.site);
  EXPECT_EQ(Printer(admin()).at("firmware"), "FIRMWARE_ONE");
  EXPECT_EQ(Count("jobs", first_.viewer), 2u);
  EXPECT_EQ(Count("readings", first_.viewer), 3u);
}

}  // namespace
}  // namespace plotmeter
