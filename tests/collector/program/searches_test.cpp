#include "collector/searches.h"

#include <gtest/gtest.h>

#include <chrono>
#include <semaphore>
#include <string>
#include <utility>
#include <vector>

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
  static SearchProfile ProfileOf(HostRow row) {
    SearchProfile profile{.timeout = std::chrono::milliseconds(50), .retries = 0};
    profile.hosts = {std::move(row)};
    return profile;
  }
  // With a port that nobody listens at.
  static SearchProfile ProfileOf(const std::string& name, std::chrono::hours rediscover) {
    SearchProfile profile = ProfileOf({.at = {.host = "127.0.0.1", .port = 9}});
    profile.name = name;
    profile.rediscover = rediscover;
    return profile;
  }
  Instant SweptAt(const std::string& profile) { return spool_.LastSweep(profile)->started_at; }

  // Of one profile, whose only place to look at is that host.
  Searches For(HostRow row) { return Over({ProfileOf(std::move(row))}); }
  Searches Over(std::vector<SearchProfile> profiles) {
    return Searches({.spool = spool_,
                     .book = book_,
                     .access = access_,
                     .certificates = certificates_,
                     .disk = disk_,
                     .clock = clock_},
                    arguments_, std::move(profiles), "site", [this] { woken_.release(); });
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

TEST_F(SearchesTest, LooksAgainWithinAWeek) {
  Searches searches = For({.at = {.host = "127.0.0.1", .port = 9}});
  EXPECT_TRUE(Look(searches)) << "it was never swept";
  EXPECT_FALSE(Look(searches));
  clock_.Advance(hours(7 * 12) - minutes(1));
  EXPECT_FALSE(Look(searches)) << "not before half of the interval has passed";
  clock_.Advance(hours(7 * 12) + minutes(1));
  EXPECT_TRUE(Look(searches));
  EXPECT_EQ(SweptAt("default"), clock_.Now()) << "the whole profile, not its names alone";
  EXPECT_FALSE(Look(searches));
}

TEST_F(SearchesTest, KeepsTheScheduleOfEachProfile) {
  const Instant start = clock_.Now();
  Searches searches = Over({ProfileOf("daily", hours(24)), ProfileOf("weekly", hours(7 * 24)),
                            ProfileOf("once", hours(0))});
  for (int profile = 0; profile < 3; ++profile) EXPECT_TRUE(Look(searches));
  EXPECT_FALSE(Look(searches));
  clock_.Advance(hours(24));
  EXPECT_TRUE(Look(searches));
  EXPECT_FALSE(Look(searches));
  EXPECT_EQ(SweptAt("daily"), clock_.Now());
  EXPECT_EQ(SweptAt("weekly"), start);
  clock_.Advance(hours(6 * 24));
  EXPECT_TRUE(Look(searches));
  EXPECT_TRUE(Look(searches));
  EXPECT_FALSE(Look(searches));
  EXPECT_EQ(SweptAt("daily"), clock_.Now());
  EXPECT_EQ(SweptAt("weekly"), clock_.Now());
  EXPECT_EQ(SweptAt("once"), start) << "only when asked";
}

}  // namespace
}  // namespace plotmeter
