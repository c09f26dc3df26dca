#include "common/http/fetch.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <future>
#include <thread>

#include "tests/common/http/stranger.h"
#include "tests/fakes/scratch.h"

namespace plotmeter {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using Then = Stranger::Answer::Then;

FetchResult Get(Fetch& fetch, FetchRequest request) {
  auto promise = std::make_shared<std::promise<FetchResult>>();
  auto future = promise->get_future();
  fetch.Submit(std::move(request),
               [promise](FetchResult got) { promise->set_value(std::move(got)); });
  if (future.wait_for(20s) != std::future_status::ready) {
    ADD_FAILURE() << "no callback";
    return {};
  }
  return future.get();
}

Stranger::Handler Always(Stranger::Answer answer) {
  return [answer](const Stranger::Request&) { return answer; };
}

// A socket of which the kernel takes connections and nobody ever answers; or, unless it listens,
// refuses them.
class DeadEnd {
 public:
  explicit DeadEnd(bool listens) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(socket_, reinterpret_cast<sockaddr*>(&address), size);
    if (listens) ::listen(socket_, 8);
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  ~DeadEnd() { ::close(socket_); }
  std::string url() const { return "https://127.0.0.1:" + std::to_string(port_) + "/"; }

 private:
  int socket_;
  int port_ = 0;
};

TEST(FetchTest, GetsWhatASelfSignedPrinterSays) {
  Stranger stranger(Always(
      Stranger::Ok("{\"a\":1}", "application/json", "Date: Sat, 23 May 2026 16:30:56 GMT\r\n")));
  Fetch fetch(FetchRules::Printers());
  const auto got = Get(fetch, {.url = stranger.url("/a.json?b=c"), .accept = "application/json"});
  EXPECT_EQ(got.seen, FetchSeen::kAnswered) << got.detail;
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.content_type, "application/json");
  EXPECT_EQ(got.body, "{\"a\":1}");
  EXPECT_EQ(got.date, ParseInstant("2026-05-23T16:30:56Z"));
  EXPECT_EQ(got.fingerprint, stranger.certificate().fingerprint());
  ASSERT_EQ(stranger.asked().size(), 1u);
  EXPECT_EQ(stranger.asked()[0].method, "GET");
  EXPECT_EQ(stranger.asked()[0].path, "/a.json?b=c");
  EXPECT_THAT(stranger.asked()[0].head, HasSubstr("Accept: application/json"));
}

TEST(FetchTest, KeepsItsConnectionAndKnowsTheKeyOnItToo) {
  Stranger stranger(Always(Stranger::Ok("x")));
  Fetch fetch(FetchRules::Printers());
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Get(fetch, {.url = stranger.url()}).fingerprint,
              stranger.certificate().fingerprint());
  }
  for (const auto& request : stranger.asked()) EXPECT_EQ(request.connection, 1);
}

TEST(FetchTest, FollowsNoRedirect) {
  Stranger stranger(Always(Stranger::Status(302, "Location: /elsewhere\r\n")));
  Fetch fetch(FetchRules::Printers());
  const auto got = Get(fetch, {.url = stranger.url()});
  EXPECT_EQ(got.seen, FetchSeen::kAnswered);
  EXPECT_EQ(got.status, 302);
  EXPECT_EQ(stranger.asked().size(), 1u);
}

TEST(FetchTest, AsksNothingOfAnotherKeyThanTheRememberedOne) {
  Stranger stranger(Always(Stranger::Ok("x")));
  Fetch fetch(FetchRules::Printers());
  const std::string other(64, '0');
  const auto fresh = Get(fetch, {.url = stranger.url(), .pin = other});
  EXPECT_EQ(fresh.seen, FetchSeen::kCertificateChanged);
  EXPECT_EQ(fresh.fingerprint, stranger.certificate().fingerprint());
  EXPECT_EQ(stranger.asked().size(), 0u);

  const std::string right = stranger.certificate().fingerprint();
  EXPECT_EQ(Get(fetch, {.url = stranger.url(), .pin = right}).seen, FetchSeen::kAnswered);
  const auto kept = Get(fetch, {.url = stranger.url(), .pin = other});  // on the kept connection
  EXPECT_EQ(kept.seen, FetchSeen::kCertificateChanged);
  EXPECT_EQ(stranger.asked().size(), 1u);
}

TEST(FetchTest, NoticesThatTheCertificateChangedBetweenTwoRequests) {
  auto first = std::make_unique<Stranger>(Always(Stranger::Ok("x")));
  Fetch fetch(FetchRules::Printers());
  const std::string url = first->url();
  const std::uint16_t port = first->port();
  const std::string pin = Get(fetch, {.url = url}).fingerprint;
  first.reset();
  Stranger second(Always(Stranger::Ok("y")), Stranger::Speaks::kTls, nullptr, port);
  EXPECT_EQ(Get(fetch, {.url = url, .pin = pin}).seen, FetchSeen::kCertificateChanged);
  EXPECT_EQ(second.asked().size(), 0u);
}

TEST(FetchTest, SpeaksToOldFirmwareWhereItMay) {
  const auto old = std::make_shared<const SelfSigned>(SelfSigned::Kind::kOldFirmware);
  Stranger stranger(Always(Stranger::Ok("x")), Stranger::Speaks::kTls, old);
  Fetch printers(FetchRules::Printers());
  const auto got = Get(printers, {.url = stranger.url()});
  EXPECT_EQ(got.seen, FetchSeen::kAnswered) << got.detail;
  EXPECT_EQ(got.fingerprint, old->fingerprint());
  Fetch strict({.tls = FetchRules::Tls::kRemembered});
  EXPECT_EQ(Get(strict, {.url = stranger.url()}).seen, FetchSeen::kTlsTrouble);
}

TEST(FetchTest, VerifiesByDefault) {
  Stranger stranger(Always(Stranger::Ok("x")));
  Fetch strict;
  EXPECT_EQ(Get(strict, {.url = stranger.url()}).seen, FetchSeen::kTlsTrouble);
  EXPECT_EQ(stranger.asked().size(), 0u);

  const auto file = std::filesystem::path(Scratch()) / "stranger_ca.pem";
  std::ofstream(file) << stranger.certificate().pem();
  Fetch knowing({.ca_file = file.string()});
  const auto got = Get(knowing, {.url = stranger.url()});
  EXPECT_EQ(got.seen, FetchSeen::kAnswered) << got.detail;
  EXPECT_EQ(got.fingerprint, stranger.certificate().fingerprint());
  std::filesystem::remove(file);
}

TEST(FetchTest, CutsABodyThatSaysItIsTooLarge) {
  Stranger stranger(Always({"HTTP/1.1 200 OK\r\nContent-Length: 314572800\r\n\r\n", Then::kHang}));
  Fetch fetch(FetchRules::Printers());
  EXPECT_EQ(Get(fetch, {.url = stranger.url(), .max_bytes = 1000}).seen, FetchSeen::kTooLarge);
}

TEST(FetchTest, CutsAnEndlessBodyAtTheLimit) {
  for (const char* head :
       {"HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"}) {
    Stranger stranger(Always({head, Then::kRepeatForEver}));
    Fetch fetch(FetchRules::Printers());
    const auto got = Get(fetch, {.url = stranger.url(), .max_bytes = 1 << 20});
    EXPECT_EQ(got.seen, FetchSeen::kTooLarge);
    EXPECT_EQ(got.body, "");
    // What was taken in is bounded too: the limit, and what the sockets' buffers held.
    EXPECT_LE(fetch.traffic().bytes_received, (std::uint64_t{1} << 20) + (256u << 10));
    EXPECT_LE(stranger.bytes_sent(), std::uint64_t{32} << 20);
  }
}

TEST(FetchTest, TakesABodyOfExactlyTheLimit) {
  Stranger stranger(Always(Stranger::Ok(std::string(1000, 'x'))));
  Fetch fetch(FetchRules::Printers());
  EXPECT_EQ(Get(fetch, {.url = stranger.url(), .max_bytes = 1000}).body.size(), 1000u);
  EXPECT_EQ(Get(fetch, {.url = stranger.url(), .max_bytes = 999}).seen, FetchSeen::kTooLarge);
}

TEST(FetchTest, CutsEndlessHeaders) {
  std::string head = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 2000; ++i)
    head += "X-" + std::to_string(i) + ": " + std::string(80, 'y') + "\r\n";
  Stranger stranger(Always({head, Then::kHang}));
  Fetch fetch(FetchRules::Printers());
  const auto got = Get(fetch, {.url = stranger.url()});
  EXPECT_EQ(got.seen, FetchSeen::kTooLarge);
  EXPECT_EQ(got.detail, "more than 65536 bytes of HTTP headers");
}

// libcurl would unpack it unasked, and a few bytes may become gigabytes.
TEST(FetchTest, TakesNoTransferCodingThatNobodyAskedFor) {
  Stranger stranger(
      Always({"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"
              "3\r\nabc\r\n0\r\n\r\n",
              Then::kClose}));
  Fetch fetch(FetchRules::Printers());
  const auto got = Get(fetch, {.url = stranger.url()});
  EXPECT_EQ(got.seen, FetchSeen::kNotHttp);
  EXPECT_EQ(got.detail, "a transfer coding that nobody asked for");
  Stranger chunked(
      Always({"HTTP/1.1 200 OK\r\ntransfer-encoding:  Chunked \r\n\r\n"
              "3\r\nabc\r\n0\r\n\r\n",
              Then::kClose}));
  EXPECT_EQ(Get(fetch, {.url = chunked.url()}).body, "abc");
}

// Each alone sends no more than it may; all together would fill the memory.
TEST(FetchTest, BoundsAllBodiesTogetherAtTheCostOfTheLargest) {
  const std::string large(600'000, 'x');
  Stranger hangs(
      Always({"HTTP/1.1 200 OK\r\nContent-Length: 700000\r\n\r\n" + large, Then::kHang}));
  Stranger small(Always(Stranger::Ok(std::string(90'000, 'y'))));
  FetchRules rules = FetchRules::Printers();
  rules.at_once = 10;
  rules.most_bytes = 1'000'000;
  Fetch fetch(rules);
  std::vector<std::future<FetchResult>> hostile;
  for (int i = 0; i < 4; ++i) {
    auto promise = std::make_shared<std::promise<FetchResult>>();
    hostile.push_back(promise->get_future());
    fetch.Submit({.url = hangs.url("/" + std::to_string(i)), .deadline = 5s},
                 [promise](FetchResult got) { promise->set_value(std::move(got)); });
  }
  int ended = 0;
  for (auto& one : hostile) {
    const FetchResult result = one.get();
    if (result.seen != FetchSeen::kTooLarge) continue;
    ++ended;
    EXPECT_EQ(result.detail, "more than 100000 bytes while others send as much");
  }
  EXPECT_EQ(ended, 3) << "there is room for one of them";
  EXPECT_EQ(Get(fetch, {.url = small.url()}).body.size(), 90'000u) << "what has ended is not held";
}

TEST(FetchTest, GivesUpASlowBodyAtTheDeadline) {
  Stranger stranger(Always({"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", Then::kHang}));
  Fetch fetch(FetchRules::Printers());
  const auto got = Get(fetch, {.url = stranger.url(), .deadline = 200ms});
  EXPECT_EQ(got.seen, FetchSeen::kTimedOut);
  EXPECT_EQ(got.body, "");
  EXPECT_EQ(got.detail, "no whole answer within 200 ms");
}

TEST(FetchTest, GivesUpAHandshakeNobodyAnswers) {
  const DeadEnd mute(true);
  Fetch fetch(FetchRules::Printers());
  EXPECT_EQ(Get(fetch, {.url = mute.url(), .deadline = 200ms}).seen, FetchSeen::kTimedOut);
  const auto got = Get(fetch, {.url = mute.url(), .connect = 200ms});
  EXPECT_EQ(got.seen, FetchSeen::kTimedOut);
  EXPECT_EQ(got.detail, "no connection within 200 ms");
}

TEST(FetchTest, SaysWhoIsNotThere) {
  const DeadEnd refusing(false);
  Fetch fetch(FetchRules::Printers());
  const auto got = Get(fetch, {.url = refusing.url()});
  EXPECT_EQ(got.seen, FetchSeen::kUnreachable);
  EXPECT_EQ(got.detail, "the port is closed");
}

TEST(FetchTest, TellsGarbageFromHttp) {
  Stranger garbage(Always({"SSH-2.0-OpenSSH_9.2\r\n\r\n", Then::kClose}));
  Fetch fetch(FetchRules::Printers());
  EXPECT_EQ(Get(fetch, {.url = garbage.url()}).seen, FetchSeen::kNotHttp);
}

TEST(FetchTest, TellsWhatDoesNotSpeakTls) {
  Stranger plain(Always(Stranger::Ok("x")), Stranger::Speaks::kPlain);
  Fetch fetch(FetchRules::Printers());
  const std::string url = "https://127.0.0.1:" + std::to_string(plain.port()) + "/";
  // It waits for the end of a header that a ClientHello does not have, so the deadline may come
  // first.
  const auto seen = Get(fetch, {.url = url, .deadline = 300ms}).seen;
  EXPECT_TRUE(seen == FetchSeen::kTlsTrouble || seen == FetchSeen::kTimedOut) << ToText(seen);
}

TEST(FetchTest, SaysThatAnAnswerWasCutShort) {
  Stranger stranger(Always({"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", Then::kClose}));
  Fetch fetch(FetchRules::Printers());
  const auto got = Get(fetch, {.url = stranger.url()});
  EXPECT_EQ(got.seen, FetchSeen::kUnreachable);
  EXPECT_EQ(got.detail, "the connection broke off before the end of the answer");
}

TEST(FetchTest, RefusesWhatItsRulesDoNotAllow) {
  Stranger plain(Always(Stranger::Ok("x")), Stranger::Speaks::kPlain);
  Fetch fetch(FetchRules::Printers());
  EXPECT_EQ(Get(fetch, {.url = plain.url()}).seen, FetchSeen::kRefused);
  EXPECT_EQ(Get(fetch, {.url = "file:///etc/hostname"}).seen, FetchSeen::kRefused);
  EXPECT_EQ(Get(fetch, {.url = "ftp://127.0.0.1/"}).seen, FetchSeen::kRefused);
  EXPECT_EQ(Get(fetch, {.url = "https://"}).seen, FetchSeen::kRefused);
  EXPECT_EQ(Get(fetch, {.url = "https://admin:secret@127.0.0.1/"}).seen, FetchSeen::kRefused);
  EXPECT_EQ(Get(fetch, {.url = plain.url(), .method = FetchRequest::Method::kPost}).seen,
            FetchSeen::kRefused);
  EXPECT_EQ(plain.asked().size(), 0u);
}

TEST(FetchTest, PostsWhereItMay) {
  Stranger plain(Always({"HTTP/1.1 204 No Content\r\n\r\n", Then::kClose}),
                 Stranger::Speaks::kPlain);
  Fetch fetch({.plain_http = true, .post = true});
  const auto got = Get(fetch, {.url = plain.url("/hook"),
                               .method = FetchRequest::Method::kPost,
                               .content_type = "application/json",
                               .body = "{}"});
  EXPECT_EQ(got.status, 204) << got.detail;
  EXPECT_EQ(got.fingerprint, "");
  ASSERT_EQ(plain.asked().size(), 1u);
  EXPECT_EQ(plain.asked()[0].method, "POST");
  EXPECT_THAT(plain.asked()[0].head, HasSubstr("Content-Length: 2"));
}

TEST(FetchTest, WaitsAsLongAsAPauseSays) {
  Stranger stranger(Always(Stranger::Ok("x")));
  Fetch fetch(FetchRules::Printers());
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(Get(fetch, {.url = stranger.url(), .pause = 60ms}).seen, FetchSeen::kAnswered);
  EXPECT_GE(std::chrono::steady_clock::now() - start, 60ms);
}

TEST(FetchTest, ServesManyAtOnceAndCallsEachBackOnce) {
  Stranger stranger(Always(Stranger::Ok("x")));
  FetchRules rules = FetchRules::Printers();
  rules.at_once = 4;
  Fetch fetch(rules);
  constexpr int kRequests = 40;
  std::atomic<int> answered = 0;
  std::promise<void> all;
  for (int i = 0; i < kRequests; ++i) {
    fetch.Submit({.url = stranger.url()}, [&](FetchResult got) {
      EXPECT_EQ(got.seen, FetchSeen::kAnswered) << got.detail;
      if (++answered == kRequests) all.set_value();
    });
  }
  EXPECT_EQ(all.get_future().wait_for(20s), std::future_status::ready);
  EXPECT_EQ(fetch.traffic().requests, 40u);
  EXPECT_GT(fetch.traffic().bytes_sent, 40u * 20);
  EXPECT_GT(fetch.traffic().bytes_received, 40u * 20);
}

TEST(FetchTest, MaySubmitFromACallback) {
  Stranger stranger(Always(Stranger::Ok("x")));
  Fetch fetch(FetchRules::Printers());
  std::promise<int> second;
  fetch.Submit({.url = stranger.url("/1")}, [&](const FetchResult&) {
    fetch.Submit({.url = stranger.url("/2")},
                 [&](FetchResult got) { second.set_value(got.status); });
  });
  auto future = second.get_future();
  ASSERT_EQ(future.wait_for(20s), std::future_status::ready);
  EXPECT_EQ(future.get(), 200);
}

TEST(FetchTest, OutlivesACallbackThatThrows) {
  Stranger stranger(Always(Stranger::Ok("x")));
  Fetch fetch(FetchRules::Printers());
  fetch.Submit({.url = stranger.url()}, [](const FetchResult&) { throw std::runtime_error("oh"); });
  EXPECT_EQ(Get(fetch, {.url = stranger.url()}).seen, FetchSeen::kAnswered);
}

TEST(FetchTest, StopsEverythingAndStillCallsBackOnce) {
  const DeadEnd mute(true);
  Fetch fetch(FetchRules::Printers());
  std::atomic<int> stopped = 0;
  const auto count = [&](const FetchResult& got) { stopped += got.seen == FetchSeen::kStopped; };
  fetch.Submit({.url = mute.url()}, count);               // in flight
  fetch.Submit({.url = mute.url(), .pause = 1h}, count);  // waiting
  fetch.Stop();
  EXPECT_EQ(stopped, 2);
  fetch.Submit({.url = mute.url()}, count);  // too late
  EXPECT_EQ(stopped, 3);
  fetch.Stop();
  EXPECT_EQ(stopped, 3);
}

TEST(FetchTest, MayBeStoppedFromACallback) {
  const DeadEnd mute(true);
  Stranger stranger(Always(Stranger::Ok("x")));
  std::atomic<int> stopped = 0;
  {
    Fetch fetch(FetchRules::Printers());
    fetch.Submit({.url = mute.url()},
                 [&](const FetchResult& got) { stopped += got.seen == FetchSeen::kStopped; });
    fetch.Submit({.url = stranger.url()}, [&](const FetchResult&) { fetch.Stop(); });
    Get(fetch, {.url = mute.url()});
  }
  EXPECT_EQ(stopped, 1);
}

TEST(FetchTest, MakesACallOnItsOwnThreadUntilItIsStopped) {
  Fetch fetch;
  std::promise<std::thread::id> there;
  EXPECT_TRUE(fetch.Call([&] { there.set_value(std::this_thread::get_id()); }));
  EXPECT_NE(there.get_future().get(), std::this_thread::get_id());
  fetch.Stop();
  EXPECT_FALSE(fetch.Call([] { ADD_FAILURE() << "called"; }));
}

TEST(FetchTest, AsksNobodyWhoIsNotOnTheOpenInternet) {
  Stranger stranger(Always(Stranger::Ok("secret")), Stranger::Speaks::kPlain);
  Fetch fetch({.plain_http = true, .public_only = true});
  for (const std::string& url :
       {stranger.url(), "http://localhost:" + std::to_string(stranger.port()) + "/",
        std::string("https://169.254.169.254/latest"), std::string("https://[::1]/")}) {
    const auto got = Get(fetch, {.url = url});
    EXPECT_EQ(got.seen, FetchSeen::kRefused) << url;
    EXPECT_EQ(got.detail, "its address is none of the open internet") << url;
  }
  EXPECT_TRUE(stranger.asked().empty());
}

TEST(FetchTest, SendsTheHeadersThatItIsTold) {
  Stranger stranger(Always(Stranger::Ok("")), Stranger::Speaks::kPlain);
  Fetch fetch({.plain_http = true, .post = true});
  Get(fetch, {.url = stranger.url(),
              .method = FetchRequest::Method::kPost,
              .content_type = "application/json",
              .body = "{}",
              .headers = {{"Plotmeter-Delivery", "d-1"}}});
  ASSERT_EQ(stranger.asked().size(), 1u);
  EXPECT_THAT(stranger.asked()[0].head, HasSubstr("Plotmeter-Delivery: d-1"));
}

}  // namespace
}  // namespace plotmeter
