#include "collector/status_book.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/fakes/scratch.h"

namespace plotmeter {
namespace {

const Instant kNoon = *ParseInstant("2026-11-22T12:00:00Z");

class StatusBookTest : public testing::Test {
 protected:
  StatusBookTest() {
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
  }
  std::string directory_ = Scratch() + "/plotmeter_status_book";
};

TEST_F(StatusBookTest, GoesOnFromWhatWasSaved) {
  const PrinterAddress address{.host = "10.0.0.7"};
  {
    StatusBook book(directory_);
    book.Of(address) = {.model = "HP DesignJet T1600",
                        .serial = "CN9541H01M",
                        .last_success = kNoon,
                        .last_kept = Moment{.wall = kNoon},
                        .last_error = "snmp: no answer",
                        .remarks = {"job queue wants credentials"}};
    book.trouble = "the portal is away";
    book.next_try_at = kNoon;
    book.Save(kNoon);
  }
  StatusBook again(directory_);
  EXPECT_EQ(again.Of(address).serial, "CN9541H01M");
  EXPECT_EQ(again.Of(address).last_kept, Moment{.wall = kNoon});
  EXPECT_EQ(again.Of(address).last_error, "snmp: no answer");
  EXPECT_EQ(again.Of(address).remarks, std::vector<std::string>{"job queue wants credentials"});
  EXPECT_EQ(again.trouble, "the portal is away");
  EXPECT_EQ(again.next_try_at, kNoon);
  EXPECT_EQ(again.last_receipt_at, std::nullopt);
}

TEST_F(StatusBookTest, SaysNullForWhatHasNotHappened) {
  StatusBook book(directory_);
  book.Of({.host = "10.0.0.7"});
  const Json json = ParseJson(book.Text(kNoon));
  EXPECT_EQ(json["written_at"], "2026-11-22T12:00:00Z");
  EXPECT_TRUE(json["trouble"].is_null());
  EXPECT_TRUE(json["printers"][0]["last_success"].is_null());
}

TEST_F(StatusBookTest, ShowsAPrinterThatMovedOnlyWhereItIsReadNow) {
  StatusBook book(directory_);
  book.Of({.host = "10.0.0.7"}) = {
      .serial = "CN9541H01M", .last_success = kNoon, .last_error = "snmp: no answer"};
  EXPECT_EQ(ParseJson(book.Text(kNoon))["printers"].size(), 1U)
      << "it is silent, as far as is known";
  book.Of({.host = "10.0.0.9"}) = {.serial = "CN9541H01M",
                                   .last_success = kNoon + std::chrono::hours(3)};
  book.Of({.host = "10.0.0.8"}) = {.last_error = "snmp: no answer"};  // nobody knows who that was
  const Json printers = ParseJson(book.Text(kNoon))["printers"];
  ASSERT_EQ(printers.size(), 2U);
  EXPECT_EQ(printers[0]["address"], "10.0.0.8:161");
  EXPECT_EQ(printers[1]["address"], "10.0.0.9:161");
}

TEST_F(StatusBookTest, StartsAnewFromADamagedFile) {
  std::ofstream(directory_ + "/status.json") << "{\"printers\":[";
  StatusBook book(directory_);
  EXPECT_TRUE(ParseJson(book.Text(kNoon))["printers"].empty());
}

}  // namespace
}  // namespace plotmeter
