// Lists, a page at a time: what was asked for, and how a page looks.
//
//    GET /api/v1/alerts?limit=100&cursor=eyJuIjpb…
//    {"alerts":[…],"next":"eyJuIjpb…"}
//
// A cursor is opaque: base64url of the key at which the page before ended. It belongs to the list
// that gave it; of another one it is refused as soon as it cannot be a key there. It is a place and
// no permission. Where a narrowed list looked at many rows in vain, the place is that of the last
// of them, which its bearer may perhaps not see: it is sealed, so that only this portal reads it,
// in whichever process, and after a restart too.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/json.h"
#include "portal/access/second_factor.h"
#include "portal/http/http.h"
#include "portal/store/lists.h"

namespace plotmeter {

// From then on cursors are sealed with the portal's key, which must outlive all requests; until
// then with one that this process alone has. Before any request, in one thread.
void SealCursorsWith(const SecondFactorKey& key);

struct PageAsked {
  std::size_t limit = 100;
  Position after = {};
};

// 'limit' and 'cursor'. The keys of the list have so many `numbers` and `texts`. Problem 400.
PageAsked ReadPageAsked(const Request& request, std::size_t numbers, std::size_t texts);

// For the answer's "next".
std::string CursorText(const Position& position);
std::string HiddenCursorText(const Position& position);

// A page of `rows`, of which one more than `limit` was asked for: whether it came tells if there is
// a next page. `key` names where a row stands.
template <typename Row, typename Key>
Page<Row> PageOf(std::vector<Row> rows, std::size_t limit, const Key& key) {
  Page<Row> page{.rows = std::move(rows)};
  if (page.rows.size() > limit) {
    page.rows.pop_back();
    page.next = Position{.texts = {key(page.rows.back())}};
  }
  return page;
}

// {"alerts":[…],"next":"…"}, each row as `to_json` has it; no "next" on the last page.
template <typename Row, typename ToJson>
Json PageJson(const char* name, const Page<Row>& page, const ToJson& to_json) {
  Json list = Json::array();
  for (const Row& row : page.rows) list.push_back(to_json(row));
  Json json = {{name, std::move(list)}};
  if (page.next) {
    json["next"] = page.next_is_hidden ? HiddenCursorText(*page.next) : CursorText(*page.next);
  }
  return json;
}

// How many rows a page has at most.
struct PageLimit {
  static constexpr std::string_view kExample = "a whole number from 1 to 1000";
  static std::optional<PageLimit> Parse(std::string_view text);
  std::size_t value = 100;
};

}  // namespace plotmeter
