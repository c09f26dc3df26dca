#include "tests/simulator/web_sick.h"

#include <fmt/format.h>
#include <zlib.h>

#include <array>
#include <stdexcept>

#include "tests/simulator/chance.h"

namespace plotmeter::simulator {

namespace {

constexpr std::size_t kDepth = 100'000;
constexpr std::uint64_t kHuge = 300'000'000;  // octets
constexpr int kBombMegabytes = 256;
constexpr unsigned kNewCertificate = 1000;  // more boards than any printer gets

std::string Repeat(std::string_view text, std::size_t times) {
  std::string all;
  all.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

bool IsJson(const WebAnswer& answer) { return answer.type == "application/json"; }

WebAnswer Huge(WebAnswer answer) {
  const bool json = IsJson(answer);
  answer.body = json ? "{\"Identification\":[" : "<?xml version=\"1.0\"?>\n<Identification>\n";
  const std::string_view piece = json ? "\"more and more\"," : "<More>and more</More>\n";
  answer.filler = Repeat(piece, 65'536 / piece.size());
  answer.fillers = kHuge / answer.filler.size() + 1;
  return answer;
}

WebAnswer Bomb(WebAnswer answer) {
  const bool json = IsJson(answer);
  answer.body = json ? Repeat("[", kDepth) + Repeat("]", kDepth)
                     : Repeat("<a>", kDepth) + Repeat("</a>", kDepth);
  return answer;
}

WebAnswer Laughs(WebAnswer answer) {
  if (IsJson(answer)) return answer;
  std::string dtd = "<?xml version=\"1.0\"?>\n<!DOCTYPE Identification [\n<!ENTITY a0 \"ha\">\n";
  for (int i = 1; i <= 9; ++i) {
    dtd += fmt::format("<!ENTITY a{} \"{}\">\n", i, Repeat(fmt::format("&a{};", i - 1), 10));
  }
  answer.body = dtd + "]>\n<Identification><SerialNumber>&a9;</SerialNumber></Identification>\n";
  return answer;
}

WebAnswer Garbage(WebAnswer answer) {
  Chance chance({answer.body.size(), 12});
  for (char& c : answer.body) c = static_cast<char>(chance.Between(-128, 127));
  return answer;
}

std::string MakeGzipBomb() {
  z_stream stream{};
  if (::deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::runtime_error("zlib makes no bomb");
  }
  std::string blanks(1'000'000, ' ');
  std::string out;
  std::array<char, 65'536> buffer{};
  for (int i = 0; i < kBombMegabytes; ++i) {
    stream.next_in = reinterpret_cast<Bytef*>(blanks.data());
    stream.avail_in = static_cast<uInt>(blanks.size());
    do {
      stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
      stream.avail_out = buffer.size();
      ::deflate(&stream, i + 1 == kBombMegabytes ? Z_FINISH : Z_NO_FLUSH);
      out.append(buffer.data(), buffer.size() - stream.avail_out);
    } while (stream.avail_out == 0);
  }
  ::deflateEnd(&stream);
  return out;
}

WebAnswer GzipBomb(WebAnswer answer) {
  static const std::string bomb = MakeGzipBomb();
  answer.body = bomb;
  answer.headers.emplace_back("Content-Encoding", "gzip");
  return answer;
}

}  // namespace

WebAnswer Sicken(const Oddities& odd, const WebRequest& request, WebAnswer healthy) {
  if (odd.Has("web-slow")) healthy.wait = odd.Seconds("web-slow");
  if (!odd.Has("web")) return healthy;
  const std::string how = odd.Word("web");
  if (how == "silent") return {.never = true};
  if (how == "503") {
    return {.status = 503,
            .type = "text/html",
            .body = "<html><body>The printer is asleep.</body></html>\n"};
  }
  if (how == "401" && request.path().find("/JQ/") != std::string_view::npos) {
    return {.status = 401,
            .body = "Unauthorized\n",
            .headers = {{"WWW-Authenticate", "Basic realm=\"HP simulated\""}}};
  }
  if (how == "redirect") {
    return {.status = 302,
            .headers = {{"Location", fmt::format("https://127.255.255.254{}", request.target)}}};
  }
  if (healthy.status != 200) return healthy;
  if (how == "html") {
    healthy.type = "text/html";
    healthy.body = "<!DOCTYPE html>\n<html><body><form>Password <input></form></body></html>\n";
  }
  if (how == "truncated") healthy.cut = true;
  if (how == "huge") return Huge(std::move(healthy));
  if (how == "bomb") return Bomb(std::move(healthy));
  if (how == "laughs") return Laughs(std::move(healthy));
  if (how == "garbage") return Garbage(std::move(healthy));
  if (how == "gzip-bomb") return GzipBomb(std::move(healthy));
  return healthy;
}

WebDoor DoorOf(const Oddities& odd, unsigned boards) {
  const std::string how = odd.Has("web") ? odd.Word("web") : "";
  return {.dead = odd.Has("dead") || how == "dead",
          .certificate = boards + (how == "new-certificate" ? kNewCertificate : 0),
          .expired = how == "expired",
          .weak = how == "weak"};
}

}  // namespace plotmeter::simulator
