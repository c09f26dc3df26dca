#include "tests/simulator/fleet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "tests/simulator/control.h"

namespace plotmeter::simulator {
namespace {

const Instant kStart = *ParseInstant("2026-10-01T00:00:00Z");

FleetPlan Plan(std::size_t printers, const char* network = "127.60.0.0/16") {
  return {.printers = printers, .network = *ParseNetwork(network), .seed = 3, .start = kStart};
}

std::string Said(Fleet& fleet, const std::string& line) { return AnswerControl(fleet, line).line; }

TEST(FleetTest, GivesEveryPrinterAnAddressAndASerialNumberOfItsOwn) {
  const Fleet fleet(Plan(300));
  std::set<std::uint32_t> addresses;
  std::set<std::string> serials;
  for (std::size_t i = 0; i < fleet.size(); ++i) {
    addresses.insert(fleet.address(i));
    EXPECT_NE(fleet.address(i) & 0xFF, 0u);
    EXPECT_NE(fleet.address(i) & 0xFF, 0xFFu);
    EXPECT_EQ(fleet.At(fleet.address(i)), i);
    fleet.Look(i, [&](const SimulatedPrinter& p) {
      serials.insert(p.serial());
      EXPECT_EQ(p.serial().size(), 10u);
      EXPECT_EQ(p.model().name, Models()[i % kUsualModels].name);
    });
  }
  EXPECT_EQ(addresses.size(), 300u);
  EXPECT_EQ(serials.size(), 300u);
  EXPECT_FALSE(fleet.At(0x7F000001));
}

TEST(FleetTest, RefusesMorePrintersThanTheNetworkHolds) {
  EXPECT_THROW(Fleet(Plan(2, "127.0.0.9")), std::invalid_argument);
  EXPECT_EQ(Fleet(Plan(1, "127.0.0.9")).address(0), 0x7F000009u);
  EXPECT_EQ(Fleet(Plan(254, "127.60.1.0/24")).size(), 254u);
  EXPECT_THROW(Fleet(Plan(255, "127.60.1.0/24")), std::invalid_argument);
}

TEST(FleetTest, MakesAMibAnewOnlyWhenSomethingChanged) {
  Fleet fleet(Plan(2));
  const auto before = fleet.MibOf(0);
  EXPECT_EQ(fleet.MibOf(0), before);
  fleet.Change(0, [](SimulatedPrinter& p) { p.Reboot(); });
  const auto rebooted = fleet.MibOf(0);
  EXPECT_NE(rebooted, before);
  fleet.Advance(kStart + std::chrono::hours(1));
  EXPECT_NE(fleet.MibOf(0), rebooted);
}

TEST(FleetTest, CanBeAskedWhileTimeGoesOn) {
  Fleet fleet(Plan(4));
  std::thread reader([&] {
    for (int i = 0; i < 200; ++i) fleet.MibOf(static_cast<std::size_t>(i) % 4);
  });
  for (int hour = 0; hour < 48; ++hour) fleet.Advance(kStart + std::chrono::hours(hour));
  reader.join();
  EXPECT_EQ(fleet.now(), kStart + std::chrono::hours(47));
}

TEST(ControlTest, DrivesTimeAndTellsTheTruth) {
  Fleet fleet(Plan(4));
  EXPECT_EQ(Said(fleet, "now"), R"({"now":"2026-10-01T00:00:00Z"})");
  EXPECT_EQ(Said(fleet, "advance 2026-10-03T06:00:00Z"), R"({"now":"2026-10-03T06:00:00Z"})");
  const Json truth = ParseJson(Said(fleet, "truth 2026-10-01 2026-10-03T06:00:00Z"));
  EXPECT_EQ(truth, fleet.Truth(kStart, fleet.now()));
  EXPECT_GT(truth.at("jobs").size(), 20u);
  EXPECT_FALSE(AnswerControl(fleet, "now").quit);
  EXPECT_TRUE(AnswerControl(fleet, "quit").quit);
}

TEST(ControlTest, SendsOnePrinterToSleepAndWakesIt) {
  Fleet fleet(Plan(2));
  std::string serial;
  fleet.Look(1, [&](const SimulatedPrinter& p) { serial = p.serial(); });
  const auto asleep = [&](std::size_t i) {
    bool is = false;
    fleet.Look(i, [&](const SimulatedPrinter& p) { is = p.asleep(); });
    return is;
  };
  EXPECT_EQ(Said(fleet, "sleep " + serial), R"({"ok":true})");
  EXPECT_TRUE(asleep(1));
  EXPECT_FALSE(asleep(0));
  EXPECT_EQ(Said(fleet, "wake " + serial), R"({"ok":true})");
  EXPECT_FALSE(asleep(1));
  const auto deeply = [&] {
    bool is = false;
    fleet.Look(1, [&](const SimulatedPrinter& p) { is = p.deeply_asleep(); });
    return is;
  };
  EXPECT_EQ(Said(fleet, "deep-sleep " + serial), R"({"ok":true})");
  EXPECT_TRUE(asleep(1));
  EXPECT_TRUE(deeply());
  EXPECT_EQ(Said(fleet, "sleep " + serial), R"({"ok":true})");
  EXPECT_TRUE(asleep(1));
  EXPECT_FALSE(deeply());
  EXPECT_EQ(Said(fleet, "reboot " + serial), R"({"ok":true})");
}

TEST(ControlTest, MakesAPrinterOddAndHealthyAgain) {
  FleetPlan plan = Plan(2);
  plan.odd = {ParseOddityRule("2:v1-only")};
  Fleet fleet(plan);
  std::string serial;
  fleet.Look(1, [&](const SimulatedPrinter& p) { serial = p.serial(); });
  EXPECT_TRUE(fleet.OdditiesOf(0)->empty());
  EXPECT_EQ(Said(fleet, "odd " + serial + " slow=5s"), R"({"ok":true})");
  EXPECT_EQ(fleet.OdditiesOf(1)->Text(), "slow=5s,v1-only");
  EXPECT_THAT(Said(fleet, "odd " + serial + " slow=soon"), ::testing::HasSubstr("duration"));
  EXPECT_EQ(Said(fleet, "even " + serial), R"({"ok":true})");
  EXPECT_TRUE(fleet.OdditiesOf(1)->empty());
}

TEST(ControlTest, MovesTwinsAndReplaces) {
  Fleet fleet(Plan(2, "127.60.1.0/29"));
  fleet.Advance(kStart + std::chrono::days(2));
  std::string serial;
  fleet.Look(0, [&](const SimulatedPrinter& p) { serial = p.serial(); });
  const auto at = [&](const char* address) { return fleet.At(*ParseAddress(address)); };

  EXPECT_EQ(Said(fleet, "move " + serial + " 127.60.1.6"), R"({"ok":true})");
  EXPECT_FALSE(at("127.60.1.1"));
  EXPECT_EQ(at("127.60.1.6"), 0u);
  EXPECT_THAT(Said(fleet, "move " + serial + " 127.60.1.2"), ::testing::HasSubstr("no free"));
  EXPECT_THAT(Said(fleet, "move " + serial + " 127.61.0.1"), ::testing::HasSubstr("no free"));

  EXPECT_EQ(ParseJson(Said(fleet, "twin " + serial)).at("address"), "127.60.1.1");
  EXPECT_EQ(at("127.60.1.1"), 0u);
  EXPECT_EQ(at("127.60.1.6"), 0u);

  const Json replaced = ParseJson(Said(fleet, "replace 127.60.1.6"));
  EXPECT_NE(replaced.at("serial"), serial);
  EXPECT_FALSE(fleet.WithSerial(serial));
  EXPECT_EQ(fleet.WithSerial(replaced.at("serial").get<std::string>()), 0u);
  fleet.Advance(kStart + std::chrono::days(4));
  std::set<std::string> told;
  const Json truth = fleet.Truth(kStart, fleet.now());
  for (const Json& row : truth.at("meters")) told.insert(row.at("serial"));
  EXPECT_EQ(told.size(), 3u);  // the truth of the printer that is gone stays
}

TEST(ControlTest, SwapsTwoPrinters) {
  Fleet fleet(Plan(2, "127.60.1.0/29"));
  std::string serial;
  fleet.Look(0, [&](const SimulatedPrinter& p) { serial = p.serial(); });
  const auto uptimes = [&] {  // each printer was started at another time
    const Oid up = *ParseOid("1.3.6.1.2.1.1.3.0");
    return std::pair{fleet.DeviceAt(*ParseAddress("127.60.1.1"))->mib->Find(up)->count,
                     fleet.DeviceAt(*ParseAddress("127.60.1.2"))->mib->Find(up)->count};
  };
  const auto before = uptimes();
  EXPECT_EQ(Said(fleet, "swap " + serial + " 127.60.1.2"), R"({"ok":true})");
  EXPECT_EQ(AddressText(fleet.address(0)), "127.60.1.2");
  EXPECT_EQ(AddressText(fleet.address(1)), "127.60.1.1");
  const auto after = uptimes();
  EXPECT_EQ(after.first, before.second);
  EXPECT_EQ(after.second, before.first);
  EXPECT_EQ(fleet.Places(),
            (std::map<std::uint32_t, std::size_t>{{*ParseAddress("127.60.1.1"), 1},
                                                  {*ParseAddress("127.60.1.2"), 0}}));
}

TEST(ControlTest, TellsOnceWhatAWebServerWasAsked) {
  Fleet fleet(Plan(2));
  std::string serial;
  fleet.Look(1, [&](const SimulatedPrinter& p) { serial = p.serial(); });
  fleet.NoteAsked(0, "GET /DevMgmt/DiscoveryTree.xml 404");
  for (int i = 0; i <= 1000; ++i) fleet.NoteAsked(1, "GET /" + std::to_string(i) + " 404");
  const Json asked = ParseJson(Said(fleet, "asked " + serial)).at("requests");
  EXPECT_EQ(asked.size(), 1000u);
  EXPECT_EQ(asked.at(0), "GET /1 404");
  EXPECT_EQ(Said(fleet, "asked " + serial), R"({"requests":[]})");
}

TEST(FleetTest, NeighboursLiveBehindThePrinters) {
  FleetPlan plan = Plan(2);
  for (const NeighbourKind& kind : NeighbourKinds()) plan.neighbours.push_back(&kind);
  plan.odd = {ParseOddityRule("3:dead")};
  const Fleet fleet(plan);
  ASSERT_EQ(fleet.devices(), 12u);
  EXPECT_EQ(fleet.size(), 2u);
  EXPECT_TRUE(fleet.OdditiesOf(2)->Has("dead"));
  for (std::size_t i = 2; i < fleet.devices(); ++i) {
    const auto device = fleet.DeviceAt(fleet.address(i));
    ASSERT_TRUE(device);
    EXPECT_NE(device->mib->Find(*ParseOid("1.3.6.1.2.1.1.2.0")), nullptr);
    EXPECT_TRUE(device->engine_id.empty());
  }
  const auto printer = fleet.DeviceAt(fleet.address(0));
  EXPECT_EQ(printer->engine_id.size(), 11u);
  EXPECT_EQ(printer->mib, fleet.MibOf(0));
}

TEST(ControlTest, SaysWhatItDoesNotUnderstandAndChangesNothing) {
  Fleet fleet(Plan(1));
  fleet.Advance(kStart + std::chrono::days(1));
  for (const char* line : {"",
                           "fly",
                           "advance",
                           "advance tomorrow",
                           "advance 2026-10-01",
                           "truth x y",
                           "truth 2026-10-01 y",
                           "sleep NOBODY",
                           "quit now",
                           "odd NOBODY dead",
                           "even NOBODY",
                           "odd",
                           "move NOBODY 127.60.0.9",
                           "twin NOBODY",
                           "replace NOBODY",
                           "swap NOBODY 127.60.0.1",
                           "swap 127.60.0.1",
                           "swap 127.60.0.1 NOBODY",
                           "asked",
                           "deep-sleep"}) {
    EXPECT_THAT(Said(fleet, line), ::testing::StartsWith(R"({"error":)")) << line;
    EXPECT_FALSE(AnswerControl(fleet, line).quit);
  }
  EXPECT_EQ(fleet.now(), kStart + std::chrono::days(1));
}

}  // namespace
}  // namespace plotmeter::simulator
