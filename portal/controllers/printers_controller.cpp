#include "portal/controllers/printers_controller.h"

#include <charconv>

namespace plotmeter {
namespace {

struct PageLimit {
  static constexpr std::string_view kExample = "a whole number from 1 to 1000";
  static std::optional<PageLimit> Parse(std::string_view text) {
    PageLimit limit;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, limit.value);
    if (error != std::errc{} || stop != end || limit.value < 1 || limit.value > 1000) {
      return std::nullopt;
    }
    return limit;
  }
  std::size_t value = 100;
};

struct Cursor {
  static constexpr std::string_view kExample = "the 'next' of the page before";
  static std::optional<Cursor> Parse(std::string_view text) {
    if (!text.starts_with("prn_") || text.size() > 20) return std::nullopt;
    return Cursor{std::string(text)};
  }
  std::string value = {};
};

Json ToJson(const PrinterRow& row) {
  Json json = {{"id", row.id},
               {"site", {{"id", row.site.id}, {"name", row.site.name}}},
               {"customer", {{"id", row.site.customer}, {"name", row.site.customer_name}}},
               {"first_seen", FormatInstant(row.first_seen)},
               {"last_seen", FormatInstant(row.last_seen)}};
  const auto put = [&](const char* name, const std::string& text) {
    if (!text.empty()) json[name] = text;  // absent is unknown
  };
  put("manufacturer", row.manufacturer);
  put("serial", row.serial);
  put("product", row.product);
  put("model", row.model);
  put("firmware", row.firmware);
  put("state", row.state.value_or(""));
  // The serial was seen at these sites too: a person has to confirm a move.
  if (!row.claimed_by.empty()) json["also_seen_at"] = row.claimed_by;
  if (row.whereabouts.ip) json["ip"] = *row.whereabouts.ip;
  if (!row.whereabouts.macs.empty()) json["macs"] = row.whereabouts.macs;
  if (row.whereabouts.name) json["name"] = *row.whereabouts.name;
  if (row.whereabouts.location) json["location"] = *row.whereabouts.location;
  return json;
}

}  // namespace

void PrintersController::Map(Router& router) const {
  router.Get("/api/v1/printers", kViewers, this, &PrintersController::List);
}

Response PrintersController::List(const Request& request, const Caller& caller) const {
  const auto limit = request.OptionalQuery<PageLimit>("limit").value_or(PageLimit{});
  const auto cursor = request.OptionalQuery<Cursor>("cursor").value_or(Cursor{});
  // One more than asked for tells whether there is a next page.
  auto rows = store_.Printers(caller.reseller, {.customer = caller.customer}, cursor.value,
                              limit.value + 1);
  Json page = {{"printers", Json::array()}};
  const bool more = rows.size() > limit.value;
  if (more) rows.pop_back();
  for (const PrinterRow& row : rows) page["printers"].push_back(ToJson(row));
  if (more) page["next"] = rows.back().id;
  return Ok(page);
}

}  // namespace plotmeter
