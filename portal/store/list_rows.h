// How rows of a list are read, and where its page ends.

#pragma once

#include <string>
#include <vector>

#include "portal/store/connection.h"
#include "portal/store/lists.h"

namespace plotmeter {

// Whether a row belongs to what was asked for stands in its first column: what is narrowed may have
// to look at many rows of others, and a page looks at no more of them than this.
inline constexpr std::size_t kMostLookedAt = 10'000;

// Fills a page from a question that is bound. `read` makes a row, `key` tells where it stands.
template <typename Row, typename Read, typename Key>
Page<Row> ReadPage(Statement& q, std::size_t limit, const Read& read, const Key& key) {
  Page<Row> page;
  Position last;
  for (std::size_t looked_at = 0; q.Step(); ++looked_at) {
    if (page.rows.size() == limit || looked_at == kMostLookedAt) {
      page.next = last;
      break;
    }
    last = key(q);
    page.next_is_hidden = q.Int(0) == 0;
    if (!page.next_is_hidden) page.rows.push_back(read(q));
  }
  return page;
}

// Five columns from `first` on: id, customer, its name, name, time zone.
Site ReadSite(const Statement& q, int first);
// 21 columns from `first` on, as Heartbeats asks for them; the first is the collector.
HeartbeatNote ReadHeartbeatNote(const Statement& q, int first);

// The texts of all questions that answer a page, for a test that each is answered by an index and
// in its order.
std::vector<std::string> PrinterQuestions();
std::vector<std::string> PlaceQuestions();
std::vector<std::string> HappeningQuestions();
std::vector<std::string> AccessQuestions();
std::vector<std::string> ResellerQuestions();
std::vector<std::string> JobRowQuestions();

}  // namespace plotmeter
