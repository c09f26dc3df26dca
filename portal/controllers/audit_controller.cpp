#include "portal/controllers/audit_controller.h"

#include <charconv>

#include "portal/controllers/account_json.h"

namespace plotmeter {
namespace {

// The number of the last row of the page before.
struct RowNumber {
  static constexpr std::string_view kExample = "the 'next' of the page before";
  static std::optional<RowNumber> Parse(std::string_view text) {
    RowNumber number;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number.value);
    if (error != std::errc{} || stop != end || number.value < 1) return std::nullopt;
    return number;
  }
  std::int64_t value = INT64_MAX;
};

Json ToJson(const AuditRow& row) {
  return {{"number", row.number},
          {"at", FormatInstant(row.at)},
          {"who", row.who},
          {"what", row.what},
          {"subject", row.subject},
          {"before", ParseJson(row.before)},
          {"after", ParseJson(row.after)},
          {"previous", row.previous},
          {"hash", row.hash}};
}

}  // namespace

void AuditController::Map(Router& router) const {
  router.Get("/api/v1/audit", kAdmins, this, &AuditController::List);
}

Response AuditController::List(const Request& request, const Caller& caller) const {
  request.OnlyQuery({"limit", "cursor"});
  const std::size_t limit = ReadLimit(request);
  const auto before = request.OptionalQuery<RowNumber>("cursor").value_or(RowNumber{});
  auto rows = accounts_.AuditRows(caller.reseller, before.value, limit + 1);
  Json json = {{"rows", Json::array()}};
  const bool more = rows.size() > limit;
  if (more) rows.pop_back();
  for (const AuditRow& row : rows) json["rows"].push_back(ToJson(row));
  if (more) json["next"] = rows.back().number;
  return Ok(json);
}

}  // namespace plotmeter
