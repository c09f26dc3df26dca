// What the spool makes of the alerts that a printer says are active: which are new, which are over.

#include <gmock/gmock.h>

#include "collector/spool/spool.h"
#include "tests/collector/spool/spool_fixture.h"

namespace plotmeter {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

class SpoolAlertsTest : public SpoolFixture {};

TEST_F(SpoolAlertsTest, NamesNewAndClearedAlerts) {
  Spool spool = Open();
  const Alert lever{.key = "1855",
                    .severity = Severity::kCritical,
                    .code = "501",
                    .text = "Lever",
                    .part = "input 2",
                    .location = "12",
                    .raised = Quantity{Decimal::FromInteger(8'640'000), "1/100 s"}};
  const Alert paper{.key = "1857", .severity = Severity::kWarning, .code = "1"};
  AlertChanges changes = spool.Alerts(Plotter(), ChannelKind::kSnmp, {lever});
  EXPECT_THAT(changes.appeared, testing::ElementsAre(lever));
  changes = spool.Alerts(Plotter(), ChannelKind::kSnmp, {lever, paper});
  EXPECT_THAT(changes.appeared, testing::ElementsAre(paper));
  EXPECT_TRUE(changes.cleared.empty());
  const Instant began = clock_.Now();
  Batch batch = Opened(*spool.Cut(signer()));
  ASSERT_EQ(batch.alerts.size(), 2U);
  EXPECT_EQ(batch.alerts[0].since, began);
  EXPECT_FALSE(batch.alerts[0].cleared_at);

  clock_.Advance(minutes(10));
  changes = spool.Alerts(Plotter(), ChannelKind::kSnmp, {paper});
  ASSERT_EQ(changes.cleared.size(), 1U);
  EXPECT_EQ(changes.cleared[0].key, lever.key);
  batch = Opened(*spool.Cut(signer()));
  ASSERT_EQ(batch.alerts.size(), 1U);
  EXPECT_EQ(batch.alerts[0].alert, lever) << "where and when it was raised, too";
  EXPECT_EQ(batch.alerts[0].since, began);
  EXPECT_EQ(batch.alerts[0].cleared_at, clock_.Now());
  // It may come again, and is new then.
  EXPECT_THAT(spool.Alerts(Plotter(), ChannelKind::kSnmp, {paper, lever}).appeared,
              testing::ElementsAre(lever));
}

// The rows of prtAlertTable are numbered from 1 after a start, and most have the code 1, "other".
TEST_F(SpoolAlertsTest, TellsAlertsOfOneNumberApartByTheStartOfThePrinter) {
  Spool spool = Open();
  const Instant start = clock_.Now();
  const Alert lever{.key = "1", .severity = Severity::kWarning, .code = "1", .text = "Lever"};
  const Alert paper{.key = "1", .severity = Severity::kWarning, .code = "1", .text = "No paper"};
  EXPECT_EQ(spool.Alerts(Plotter(), ChannelKind::kSnmp, {lever}, start).appeared.size(), 1U);
  clock_.Advance(hours(20));
  AlertChanges changes =
      spool.Alerts(Plotter(), ChannelKind::kSnmp, {lever}, start + std::chrono::seconds(3));
  EXPECT_TRUE(changes.appeared.empty()) << "no reckoning is exact";
  EXPECT_TRUE(changes.cleared.empty());
  changes = spool.Alerts(Plotter(), ChannelKind::kSnmp, {paper}, clock_.Now());
  ASSERT_EQ(changes.appeared.size(), 1U);
  EXPECT_EQ(changes.appeared[0].text, "No paper");
  ASSERT_EQ(changes.cleared.size(), 1U);
  EXPECT_EQ(changes.cleared[0].text, "Lever");
}

TEST_F(SpoolAlertsTest, AnAlertGoesOnWhereTheStartOfThePrinterIsNotSaid) {
  Spool spool = Open();
  const Alert lever{.key = "1", .severity = Severity::kWarning, .code = "1", .text = "Lever"};
  spool.Alerts(Plotter(), ChannelKind::kSnmp, {lever});
  const std::vector<std::optional<Instant>> starts = {clock_.Now(), std::nullopt, clock_.Now()};
  for (const auto& start : starts) {
    const AlertChanges changes = spool.Alerts(Plotter(), ChannelKind::kSnmp, {lever}, start);
    EXPECT_TRUE(changes.appeared.empty());
    EXPECT_TRUE(changes.cleared.empty());
  }
}

TEST_F(SpoolAlertsTest, ClearsAlertsOfOneChannelOnly) {
  Spool spool = Open();
  const Alert alert{.key = "1", .severity = Severity::kWarning};
  spool.Alerts(Plotter(), ChannelKind::kSnmp, {alert});
  spool.Alerts(Plotter(), ChannelKind::kPiws, {alert});
  EXPECT_TRUE(spool.Alerts(Plotter(2), ChannelKind::kSnmp, {}).cleared.empty());
  EXPECT_EQ(spool.Alerts(Plotter(), ChannelKind::kPiws, {}).cleared.size(), 1U);
}

}  // namespace
}  // namespace plotmeter
