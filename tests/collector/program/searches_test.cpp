#include "collector/searches.h"

#include <gtest/gtest.h>

#include <chrono>
#include <semaphore>
#include <string>
#include <utility>

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
      woken_.acquire();
      searches.Go();
    }
    return was_due;
  }
  // Of one profile, whose only place to look at is that host.
  Searches For(HostRow row) {
    SearchProfile profile{.timeout = std::chrono::milliseconds(50), .retries = 0};
    profile.hosts = {std::move(row)};
    return Searches({.spool = spool_,
                     .book = book_,
                     .access = access_,
                     .certificates = certificates_,
                     .disk = disk_,
                     .clock = clock_},
                    arguments_, {profile}, "site", [this] { woken_.release(); });
  }

  Spool spool_{Open()};
  StatusBook book_{directory_};
  AccessBook access_{{}};
  RememberedCertificates certificates_;
  DiskCare disk_{directory_};
  Arguments arguments_;
  std::counting_semaphore<> woken_{0};  // how often there was news
};

TEST_F(SearchesTest, LooksEveryHourWhereANameLeadsThatLedNowhere) {
  // No name has so long a part (RFC 1035 section 2.3.4), so that nobody on a network is asked.
  Searches searches = For({.at = {.host = std::string(64, 'x')}});
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
  Searches searches = For({.at = {.host = "localhost", .port = 9}});
  EXPECT_TRUE(Look(searches));
  clock_.Advance(hours(2));
  EXPECT_FALSE(Look(searches));
}

}  // namespace
}  // namespace plotmeter
