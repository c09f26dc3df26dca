// Whatever a stranger sends as a request becomes a checked request or a Problem, and what is
// decoded is fit to be used. The input is a request as on the wire, roughly: a line
// "METHOD TARGET", fields, an empty line, and a body in chunks.

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "portal/http/chunks.h"
#include "portal/http/head.h"
#include "portal/http/router.h"
#include "portal/http/target.h"

namespace {

using namespace plotmeter;

void Check(bool is_so) {
  if (!is_so) std::abort();
}

struct Anything {
  static constexpr std::string_view kExample = "any text";
  static std::optional<Anything> Parse(std::string_view text) {
    if (text.empty()) return std::nullopt;
    return Anything{};
  }
};

const Router& SmallRouter() {
  static const Router router = [] {
    Router made([](const Request& request) -> std::optional<Caller> {
      if (request.BearerToken() != "good") return std::nullopt;
      return Caller{.reseller = {"res"}, .role = Role::kResellerAdmin};
    });
    const auto echo = [](const Request& request, const Caller&) {
      (void)request.OptionalQuery<Anything>("q");
      (void)request.Query<Anything>("month");
      return File("", "text/csv", request.segments().back());
    };
    made.Add("GET", "/", kAnyone, echo);
    made.Add("GET", "/api/v1/usage", kViewers, echo);
    made.Add("GET", "/api/v1/printers/{printer}", kAnyone, echo);
    made.Add("POST", "/api/v1/batches", kAnyone, echo).TakesChunked().Accepts("application/jose");
    return made;
  }();
  return router;
}

std::string_view TakeLine(std::string_view& rest) {
  const auto end = rest.find('\n');
  std::string_view line = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

void CheckTarget(std::string_view text) {
  const auto parsed = ParseTarget(text);
  const auto* target = std::get_if<Target>(&parsed);
  if (target == nullptr) return;
  Check(target->path.starts_with('/') && IsUtf8(target->path));
  Check(target->path.find('\\') == std::string::npos &&
        target->path.find('\0') == std::string::npos);
  for (const auto& segment : target->segments) {
    Check(segment != "." && segment != ".." && segment.find('/') == std::string::npos);
  }
  for (const auto& [name, value] : target->query) Check(IsUtf8(name) && IsUtf8(value));
}

// Taken whole or byte by byte, the same bytes are the same body.
void CheckChunks(std::string_view bytes) {
  Chunks whole(100);
  const std::size_t taken = whole.Take(bytes);
  Check(taken <= bytes.size() && whole.body().size() <= 100);
  Chunks slowly(100);
  std::size_t at = 0;
  while (at < bytes.size() && slowly.seen() == Chunks::Seen::kMore) {
    at += slowly.Take(bytes.substr(at, 1));
  }
  Check(at == taken && slowly.seen() == whole.seen() && slowly.body() == whole.body());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  RawHead raw;
  const std::string_view line = TakeLine(rest);
  raw.method = line.substr(0, line.find(' '));
  if (raw.method.size() < line.size()) raw.target = line.substr(raw.method.size() + 1);
  CheckTarget(raw.target);
  while (!rest.empty()) {
    const std::string_view field = TakeLine(rest);
    if (field.empty()) break;
    const auto colon = field.find(':');
    if (colon == std::string_view::npos) continue;
    raw.fields.emplace_back(field.substr(0, colon), field.substr(colon + 1));
  }
  CheckChunks(rest);
  try {
    const Head head = ReadHead(raw);
    Check(!(head.is_chunked && head.content_length > 0));
    (void)SmallRouter().Admit(head.request);
    const Response response = SmallRouter().Handle(head.request);
    Check(response.status != 500);
  } catch (const Problem& problem) {
    Check(problem.status >= 400 && problem.status != 500 && !ToResponse(problem).body.empty());
  }
  return 0;
}
