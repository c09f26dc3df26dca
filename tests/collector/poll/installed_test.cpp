#include "collector/poll/installed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plotmeter {
namespace {

using testing::IsEmpty;

const Instant kNow = *ParseInstant("2026-12-01T09:00:00Z");

Reading With(std::vector<Supply> supplies) { return {.at = kNow, .supplies = std::move(supplies)}; }

TEST(InstalledTest, APartIsKnownByItsSerialNumberWhereverItIs) {
  const Reading reading = With({{.supply = "slot-0",
                                 .kind = "marking",
                                 .colorant = "magenta",
                                 .description = "HP 746",
                                 .serial = "a1b2c3d4",
                                 .installed = "2026-01-31"},
                                {.supply = "printhead-3", .kind = "printhead", .serial = "7000123"},
                                {.supply = "station-9", .kind = "waste-ink", .serial = "W000017"}});
  const std::vector<PrinterEvent> expected = {
      {.kind = "cartridge-installed",
       .key = "A1B2C3D4",
       .at = kNow,
       .text = "slot-0, marking, magenta, HP 746, 2026-01-31"},
      {.kind = "printhead-installed",
       .key = "7000123",
       .at = kNow,
       .text = "printhead-3, printhead"},
      {.kind = "part-installed", .key = "W000017", .at = kNow, .text = "station-9, waste-ink"}};
  EXPECT_EQ(InstalledEvents(reading), expected);
  for (const PrinterEvent& event : expected) EXPECT_TRUE(IsInstalled(event.kind)) << event.kind;
  EXPECT_FALSE(IsInstalled("replaced"));
}

TEST(InstalledTest, WithoutASerialNumberNothingIsKnownToBeReplaced) {
  EXPECT_THAT(InstalledEvents(With({{.supply = "1.1"},
                                    {.supply = "slot-1", .serial = "00000000"},
                                    {.supply = "slot-2", .serial = "XXXXXXXX"},
                                    {.supply = "slot-3", .serial = ""}})),
              IsEmpty());
}

}  // namespace
}  // namespace plotmeter
