#include <gtest/gtest.h>

#include "tests/portal/store/fleet.h"

namespace plotmeter {
namespace {

class HeartbeatsTest : public testing::Test {
 protected:
  HeartbeatNote Note(const std::string& collector) const {
    return {.collector = collector,
            .received_at = At("2026-11-10T12:00:00Z"),
            .at = At("2026-11-10T11:59:00Z"),
            .offset_ms = -60000,
            .version = "0.1.0",
            .stream = "4b1c0a52-9c1d-4c63-8f9d-6d1b7a3c2e10",
            .sequence = 41,
            .readings = 1,
            .jobs = 2,
            .alerts = 3,
            .events = 4,
            .batches = 5,
            .aside = 6,
            .known = 9,
            .answering = 7,
            .asleep = 1,
            .disk = "enough",
            .troubles = {"clock", "set-aside"},
            .settings_version = 3,
            .settings_outcome = "refused",
            .settings_reason = "'interval' is '1s'"};
  }

  SqliteStore store_{FreshDatabase()};
  Tenant north_ = AddTenant(store_, "north");
  Tenant south_ = AddTenant(store_, "south");
  std::string first_ = AddCollector(store_, north_, "key 1");
  std::string second_ = AddCollector(store_, north_, "key 2");
  std::string foreign_ = AddCollector(store_, south_, "key 3");
};

TEST_F(HeartbeatsTest, KeepTheLastOneThatNamedItsNonce) {
  EXPECT_EQ(store_.TakeHeartbeat(north_.reseller, Note(first_), "", "one").nonce, "one");
  EXPECT_TRUE(store_.Heartbeats(north_.reseller).empty());
  const HeartbeatTaken wrong = store_.TakeHeartbeat(north_.reseller, Note(first_), "zero", "two");
  EXPECT_FALSE(wrong.heard);
  EXPECT_EQ(wrong.nonce, "one");
  const HeartbeatTaken right = store_.TakeHeartbeat(north_.reseller, Note(first_), "one", "two");
  EXPECT_TRUE(right.heard);
  EXPECT_EQ(right.nonce, "two");
  EXPECT_EQ(store_.Heartbeats(north_.reseller), std::vector{Note(first_)});
  HeartbeatNote later = Note(first_);
  later.offset_ms = {};
  later.troubles = {};
  EXPECT_TRUE(store_.TakeHeartbeat(north_.reseller, later, "two", "three").heard);
  EXPECT_EQ(store_.Heartbeats(north_.reseller), std::vector{later});
}

TEST_F(HeartbeatsTest, AreNothingToAnotherReseller) {
  EXPECT_THROW(store_.TakeHeartbeat(north_.reseller, Note(foreign_), "", "x"),
               std::invalid_argument);
  store_.TakeHeartbeat(south_.reseller, Note(foreign_), "", "x");
  store_.TakeHeartbeat(south_.reseller, Note(foreign_), "x", "y");
  EXPECT_TRUE(store_.Heartbeats(north_.reseller).empty());
  EXPECT_EQ(store_.Heartbeats(south_.reseller).size(), 1U);
}

TEST_F(HeartbeatsTest, KnowNoStreamThatWasNeverSent) {
  const StreamPlace place =
      store_.FindStream(north_.reseller, first_, "4b1c0a52-9c1d-4c63-8f9d-6d1b7a3c2e10");
  EXPECT_EQ(place.unbroken, 0);
  EXPECT_EQ(place.highest, 0);
  EXPECT_TRUE(place.missing.empty());
}

TEST_F(HeartbeatsTest, ProposeACollectorsOwnSettingsBeforeItsSites) {
  const auto propose = [&](const std::string& target, const std::string& settings) {
    return store_.ProposeSettings(north_.reseller, target, settings, At("2026-11-10T12:00:00Z"),
                                  kPortalItself);
  };
  EXPECT_FALSE(store_.SettingsFor(north_.reseller, first_));
  EXPECT_EQ(propose(north_.site, "site 1"), 1);
  EXPECT_EQ(propose(first_, "own 1"), 2);
  EXPECT_EQ(propose(north_.site, "site 2"), 3);
  EXPECT_EQ(store_.SettingsFor(north_.reseller, first_)->settings, "own 1");
  EXPECT_EQ(store_.SettingsFor(north_.reseller, second_)->settings, "site 2");
  EXPECT_EQ(propose(first_, "own 2"), 4);
  EXPECT_EQ(store_.SettingsFor(north_.reseller, first_)->version, 4);
}

TEST_F(HeartbeatsTest, ProposeNothingToAnotherResellers) {
  const Instant now = At("2026-11-10T12:00:00Z");
  EXPECT_FALSE(store_.ProposeSettings(north_.reseller, foreign_, "{}", now, kPortalItself));
  EXPECT_FALSE(store_.ProposeSettings(north_.reseller, south_.site, "{}", now, kPortalItself));
  EXPECT_FALSE(store_.ProposeSettings(north_.reseller, "col_NONE", "{}", now, kPortalItself));
  EXPECT_TRUE(store_.ProposeSettings(south_.reseller, foreign_, "{}", now, kPortalItself));
  EXPECT_FALSE(store_.SettingsFor(north_.reseller, foreign_));
}

}  // namespace
}  // namespace plotmeter
