// The sentences that the program carries for the Event Viewer.

#include "common/event_log.h"

#include <gtest/gtest.h>

namespace plotmeter {
namespace {

TEST(EventLogTest, HasASentenceForEveryEvent) {
  EXPECT_EQ(EventSentence(EventKind::kStarted, "state=C:\\ProgramData\\Plotmeter"),
            "The Plotmeter collector runs: state=C:\\ProgramData\\Plotmeter");
  EXPECT_EQ(EventSentence(EventKind::kStopped, ""), "The Plotmeter collector has stopped. ");
  EXPECT_EQ(EventSentence(EventKind::kWarning, "portal_unreachable"),
            "The Plotmeter collector goes on, but look at this: portal_unreachable");
  EXPECT_EQ(
      EventSentence(EventKind::kError, "disk_trouble why=\"it is f\u00fcll\""),
      "Something does not work in the Plotmeter collector: disk_trouble why=\"it is f\u00fcll\"");
  EXPECT_EQ(EventSentence(EventKind::kFailed, "'interval' is '0s'"),
            "The Plotmeter collector has ended, because it failed: 'interval' is '0s'");
}

}  // namespace
}  // namespace plotmeter
