// A crowd of collectors that post a batch each at the same moment, over TLS, to a portal that runs:
// what crowd_bench.py drives.
//
//    crowd DATA COLLECTORS
//
// Enrols them in the portal's database and seals a batch of 1 000 rows for each, says "ready",
// reads the portal's port from standard input, and lets them all go at once. Each has a connection
// and an address (127.80.x.y) of its own, as sites have, verifies the certificate in full, and
// waits as a collector does (collector/upload/retry.h) when it is told to or when it is hung up on.
// Ends when all have their receipts, with one line of JSON: times in seconds.
//
// The client is plain Boost.Beast, for the collector's own cannot choose the address it comes from.

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <latch>
#include <map>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include "collector/upload/retry.h"
#include "common/json.h"
#include "portal/access/keyring.h"
#include "tests/bench/bench_batches.h"

namespace plotmeter {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using SteadyClock = std::chrono::steady_clock;

double Since(SteadyClock::time_point start) {
  return std::chrono::duration<double>(SteadyClock::now() - start).count();
}

struct Seen {
  std::mutex mutex = {};
  std::vector<double> answers = {};        // from connecting to the receipt, of the last request
  std::vector<double> stored = {};         // from the start to the receipt
  std::map<std::string, int> others = {};  // "503", or why there was no answer
};

struct Site {
  int number = 0;
  std::string body = {};
};

tcp::endpoint AddressOf(const Site& site) {
  return {
      asio::ip::make_address(fmt::format("127.80.{}.{}", site.number / 250, site.number % 250 + 1)),
      0};
}

// One request on a connection of its own. Throws boost::system::system_error.
SeenAnswer Post(const Site& site, asio::ssl::context& tls, std::uint16_t port) {
  asio::io_context context;
  asio::ssl::stream<tcp::socket> stream(context, tls);
  stream.next_layer().open(tcp::v4());
  stream.next_layer().bind(AddressOf(site));
  stream.next_layer().connect({asio::ip::make_address("127.0.0.1"), port});
  stream.set_verify_callback(asio::ssl::host_name_verification("localhost"));
  stream.handshake(asio::ssl::stream_base::client);

  http::request<http::string_body> request{http::verb::post, "/api/v1/batches", 11, site.body};
  request.set(http::field::host, "localhost");
  request.set(http::field::content_type, "application/jose");
  request.prepare_payload();
  http::write(stream, request);
  boost::beast::flat_buffer buffer;
  http::response<http::string_body> response;
  http::read(stream, buffer, response);

  SeenAnswer answer{.answered = true, .status = static_cast<int>(response.result_int())};
  if (answer.status == 200) answer.word = Word::kReceipt;
  if (const auto wait = response.find(http::field::retry_after); wait != response.end()) {
    answer.retry_after = seconds(std::atoi(std::string(wait->value()).c_str()));
  }
  return answer;
}

void SendUntilStored(const Site& site, asio::ssl::context& tls, std::uint16_t port,
                     SteadyClock::time_point start, Seen& seen) {
  std::mt19937 chance(static_cast<std::mt19937::result_type>(site.number));
  for (int failures = 1;; ++failures) {
    const auto began = SteadyClock::now();
    SeenAnswer answer;
    std::string trouble;
    try {
      answer = Post(site, tls, port);
      trouble = std::to_string(answer.status);
    } catch (const boost::system::system_error& failed) {
      trouble = failed.code().message();
    }
    const Decision decision = Decide(answer);
    {
      const std::lock_guard lock(seen.mutex);
      if (decision.act == Act::kForget) {
        seen.answers.push_back(Since(began));
        seen.stored.push_back(Since(start));
        return;
      }
      ++seen.others[trouble];
    }
    std::this_thread::sleep_for(
        decision.wait.value_or(BackOff(failures, std::uniform_real_distribution<>(0, 1)(chance))));
  }
}

// Of sorted numbers, the least one that this share of them does not exceed.
double Quantile(std::vector<double> numbers, double share) {
  std::ranges::sort(numbers);
  const auto at = static_cast<std::size_t>(share * static_cast<double>(numbers.size() - 1) + 0.5);
  return numbers[at];
}

void AllowFiles(std::size_t wanted) {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = std::min<rlim_t>(files.rlim_max, wanted);
  ::setrlimit(RLIMIT_NOFILE, &files);
}

int Crowd(const std::filesystem::path& data, int count) {
  AllowFiles(static_cast<std::size_t>(count) * 5 + 100);  // a socket, and what Asio opens beside it
  const Keyring keys = Keyring::Load(data);
  std::vector<Site> sites;
  {
    SqliteStore store(data / "portal.db");
    const BenchPlace place = BenchSite(store);
    for (int number = 0; number < count; ++number) {
      Party party{
          .portal = keys.thumbprint(), .encryption = keys.newest_encryption(), .fleet = number};
      party.id = Enrol(store, place, party.collector.public_key());
      std::string previous;
      sites.push_back({number, SealedBatch(party, 0, previous)});
    }
  }
  asio::ssl::context tls(asio::ssl::context::tls_client);
  tls.set_verify_mode(asio::ssl::verify_peer);
  tls.load_verify_file((data / "tls" / "certificate.pem").string());

  std::cout << "ready" << std::endl;
  std::uint16_t port = 0;
  if (!(std::cin >> port)) return 1;
  Seen seen;
  std::latch all(count);
  std::vector<std::jthread> threads;
  for (const Site& site : sites) {
    threads.emplace_back([&, port] {
      all.arrive_and_wait();
      SendUntilStored(site, tls, port, SteadyClock::now(), seen);
    });
  }
  threads.clear();
  fmt::print("{}\n", JsonText({{"seconds", Quantile(seen.stored, 1)},
                               {"stored_p50", Quantile(seen.stored, 0.5)},
                               {"stored_p99", Quantile(seen.stored, 0.99)},
                               {"answer_p50", Quantile(seen.answers, 0.5)},
                               {"answer_p99", Quantile(seen.answers, 0.99)},
                               {"bytes", sites.front().body.size()},
                               {"receipts", seen.answers.size()},
                               {"others", Json(seen.others)}}));
  return 0;
}

}  // namespace
}  // namespace plotmeter

int main(int argc, char** argv) {
  const int count = argc == 3 ? std::atoi(argv[2]) : 0;
  if (count < 1 || count > 10'000) {
    fmt::print(
        stderr,
        "usage: crowd DATA COLLECTORS, the folder of a portal and a number from 1 to 10000\n");
    return 2;
  }
  return plotmeter::Crowd(argv[1], count);
}
