#include "portal/alerts/export_mail.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/fakes/fake_clock.h"
#include "tests/portal/store/fleet.h"

namespace plotmeter {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

class ExportMailTest : public testing::Test {
 protected:
  ExportMailTest() {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    Write("a,b\r\n1,2\r\n");
  }
  ~ExportMailTest() override { fs::remove_all(folder_); }

  void Write(const std::string& text) {
    std::ofstream(delivery_.PartOf(schedule_, kName), std::ios::binary) << text;
  }
  std::vector<std::string> Files() {
    std::vector<std::string> files;
    for (const auto& one : fs::directory_iterator(folder_)) {
      files.push_back(one.path().filename().string());
    }
    return files;
  }

  static inline const std::string kName = "usage-2026-11-sch_7Q2M9K4T.csv";
  const fs::path folder_ = FreshPath() + ".data";
  ScheduledExport schedule_{.id = "sch_7Q2M9K4T",
                            .what = "usage",
                            .format = "csv",
                            .folder = folder_.string(),
                            .mail = "books@north.example"};
  FakeClock clock_;
  std::vector<Mail> mailed_;
  MailResult answer_{MailSeen::kTaken, ""};
  MailedFolder delivery_{[this](const Mail& mail) {
                           mailed_.push_back(mail);
                           return answer_;
                         },
                         clock_};
};

TEST_F(ExportMailTest, MailsAFileOnce) {
  delivery_.Deliver(schedule_, kName);
  EXPECT_THAT(Files(), UnorderedElementsAre(kName));
  ASSERT_EQ(mailed_.size(), 1U);
  EXPECT_EQ(mailed_[0].to, "books@north.example");
  EXPECT_EQ(mailed_[0].id, "usage-2026-11-sch-7Q2M9K4T-csv");
  EXPECT_EQ(mailed_[0].file->name, kName);
  EXPECT_EQ(mailed_[0].file->bytes, "a,b\r\n1,2\r\n");
  delivery_.Deliver(schedule_, kName);  // cut short before the month was ended
  EXPECT_EQ(mailed_.size(), 1U);
}

TEST_F(ExportMailTest, TriesAgainThoughTheFileIsGone) {
  answer_ = {MailSeen::kTrouble, "the mail server takes no connection"};
  EXPECT_THROW(delivery_.Deliver(schedule_, kName), std::runtime_error);
  EXPECT_THAT(Files(), UnorderedElementsAre(kName, "." + kName + ".mail"))
      << "it is in its folder, whatever becomes of the mail";
  fs::remove(folder_ / kName);  // imported
  answer_ = {MailSeen::kTaken, ""};
  delivery_.Deliver(schedule_, kName);
  ASSERT_EQ(mailed_.size(), 2U);
  EXPECT_EQ(mailed_[0].id, mailed_[1].id);
  EXPECT_EQ(mailed_[1].file->bytes, "a,b\r\n1,2\r\n");
  EXPECT_TRUE(Files().empty());
  delivery_.Deliver(schedule_, kName);
  EXPECT_EQ(mailed_.size(), 2U);
}

// Cut short when the file had its second name, and not yet its place.
TEST_F(ExportMailTest, GoesOnWhereItWasCutShort) {
  fs::create_hard_link(delivery_.PartOf(schedule_, kName), folder_ / ("." + kName + ".mail"));
  delivery_.Deliver(schedule_, kName);
  EXPECT_THAT(Files(), UnorderedElementsAre(kName));
  ASSERT_EQ(mailed_.size(), 1U);
  EXPECT_EQ(mailed_[0].file->bytes, "a,b\r\n1,2\r\n");
}

TEST_F(ExportMailTest, LeavesWhatIsRefusedOrTooLargeInTheFolder) {
  answer_ = {MailSeen::kRefused, "the mail server answered 552"};
  testing::internal::CaptureStderr();
  delivery_.Deliver(schedule_, kName);
  Write(std::string(kMostMailed + 1, 'x'));
  delivery_.Deliver(schedule_, kName);
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_EQ(mailed_.size(), 1U);
  EXPECT_THAT(Files(), UnorderedElementsAre(kName));
  EXPECT_THAT(log, HasSubstr("scheduled_mail_not_sent"));
  EXPECT_THAT(log, HasSubstr("answered 552"));
  EXPECT_THAT(log, HasSubstr("5242881 bytes"));
  EXPECT_THAT(log, testing::Not(HasSubstr("books@north.example")));
}

TEST_F(ExportMailTest, MailsToNobodyUnlessAsked) {
  schedule_.mail.clear();
  delivery_.Deliver(schedule_, kName);
  EXPECT_THAT(Files(), UnorderedElementsAre(kName));
  EXPECT_TRUE(mailed_.empty());
}

TEST_F(ExportMailTest, SaysThatNoServerIsSet) {
  MailedFolder nobody({}, clock_);
  EXPECT_THROW(nobody.Deliver(schedule_, kName), std::runtime_error);
  EXPECT_THAT(Files(), UnorderedElementsAre(kName, "." + kName + ".mail"));
}

}  // namespace
}  // namespace plotmeter
