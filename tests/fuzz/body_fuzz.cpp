// Whatever a client sends as JSON, as a cursor or as ETags becomes values that are within their
// limits, or a Problem that says what was expected. The input is a body; its base64url is a cursor.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "common/crypto.h"
#include "portal/controllers/account_json.h"
#include "portal/controllers/body.h"
#include "portal/controllers/paging.h"
#include "portal/controllers/proposal.h"
#include "portal/http/conditions.h"

namespace {

using namespace plotmeter;

void Check(bool is_so) {
  if (!is_so) std::abort();
}

// What `read` throws is a refusal in words.
template <typename Read>
void Try(const Read& read) {
  try {
    read();
  } catch (const Problem& problem) {
    Check(problem.status == 400 || problem.status == 422);
    const Response response = ToResponse(problem);
    Check(response.body.size() < 2000);
    ParseJson(response.body);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const Request request = Request("POST", "/api/v1/sites").WithBody(text);
  Try([&] {
    const Body body(request, {"name", "time_zone", "customer", "days", "settings", "email", "role",
                              "disabled", "password"});
    Try([&] {
      const std::string name = body.Need<Name>("name").text;
      Check(!name.empty() && name.size() <= 200 && name.find('\n') == name.npos);
    });
    Try([&] { Check(!body.Need<TimeZone>("time_zone").name.empty()); });
    Try([&] { Check(IsEmail(body.Need<Email>("email").text)); });
    Try([&] { Check(IsPersonRole(body.Need<RoleName>("role").text)); });
    Try([&] { body.Need<Flag>("disabled"); });
    Try([&] { Check(body.NeedSecret("password").Reveal().size() <= kLongestSecret); });
    Try([&] { Check(body.Need<RowId>("customer").text.size() <= 40); });
    Try([&] {
      const auto days = body.Need<CodeDays>("days").value;
      Check(days.count() >= 1 && days.count() <= 365);
    });
    Try([&] {
      for (const auto& [name, values] : body.Need<Proposal>("settings").values) {
        Check(!values.empty() && values.size() <= 100);
        for (const std::string& value : values) Check(!value.empty() && value.size() <= 200);
      }
    });
  });
  if (size < 1500) {
    Try([&] {
      const Request list("GET", "/api/v1/alerts?cursor=" + Base64Url(text));
      const PageAsked asked = ReadPageAsked(list, 2, 2);
      Check(asked.after.numbers.size() == 2 && asked.after.texts.size() == 2);
    });
  }
  Check(!NamesEtag(text, "\"no such tag, ever\"", true) || text.find('*') != text.npos ||
        text.find("no such tag, ever") != text.npos);
  return 0;
}
