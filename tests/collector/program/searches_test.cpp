#include "collector/searches.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

#include "tests/collector/spool/spool_fixture.h"

namespace plotmeter {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

class SearchesTest : public SpoolFixture {
 protected:
  SearchesTest() {
    arguments_.values = {{"http-port", {"0"}}, {"piws-pause", {"0"}}};
    spool_.Know({.host = "127.0.0.1", .identity = Plotter()});
  }

  // Whether a search was due; waits for its end.
  bool Look(Searches& searches) {
    searches.Go();
    const bool was_due = searches.is_busy();
    while (searches.is_busy()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      searches.Go();
    }
    return was_due;
  }

  Spool spool_{Open()};
  StatusBook book_{directory_};
  AccessBook access_{{}};
  RememberedCertificates certificates_;
  DiskCare disk_{directory_};
  Arguments arguments_;
};

TEST_F(SearchesTest, LooksEveryHourWhereANameLeadsThatLedNowhere) {
  SearchProfile profile{.timeout = std::chrono::milliseconds(50), .retries = 0};
  profile.hosts = {{.at = {.host = "plotter.invalid"}}};
  Searches searches({.spool = spool_,
                     .book = book_,
                     .access = access_,
                     .certificates = certificates_,
                     .disk = disk_,
                     .clock = clock_},
                    arguments_, {profile}, "site", [] {});
  EXPECT_TRUE(Look(searches)) << "the sweep of the profile";
  EXPECT_FALSE(Look(searches));
  clock_.Advance(minutes(59));
  EXPECT_FALSE(Look(searches));
  clock_.Advance(minutes(1));
  EXPECT_TRUE(Look(searches));
  EXPECT_FALSE(Look(searches));
  EXPECT_LT(spool_.LastSweep("default")->started_at, clock_.Now() - minutes(30))
      << "it was no sweep of the profile";
}

TEST_F(SearchesTest, LooksAtNamesThatLeadSomewhereOnceAfterItsStart) {
  SearchProfile profile{.timeout = std::chrono::milliseconds(50), .retries = 0};
  profile.hosts = {{.at = {.host = "localhost", .port = 9}}};
  Searches searches({.spool = spool_,
                     .book = book_,
                     .access = access_,
                     .certificates = certificates_,
                     .disk = disk_,
                     .clock = clock_},
                    arguments_, {profile}, "site", [] {});
  EXPECT_TRUE(Look(searches));
  clock_.Advance(hours(2));
  EXPECT_FALSE(Look(searches));
}

}  // namespace
}  // namespace plotmeter
