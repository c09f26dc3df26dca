// The program that attack_listener.py is unkind to: a Listener with deadlines of half a second and
// handlers that misbehave on request.
//
//    attacked_listener CERTIFICATE KEY [NAME=NUMBER ...]     numbers of ListenerLimits, ms or count
//
// Says "listening PORT" when it is ready, then obeys lines on standard input and repeats each when
// it is done: hold (handlers of /wait wait), release, reload, hog N (takes all descriptors but N),
// unhog, stop (ends the program when the listener has stopped).

#include <fcntl.h>
#include <unistd.h>

#include <charconv>
#include <condition_variable>
#include <functional>
#include <iostream>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "portal/http/listener.h"

namespace {

using namespace plotmeter;

// Where /wait waits for a word from outside.
class Gate {
 public:
  void Hold() { Set(true); }
  void Release() { Set(false); }
  void Pass() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.wait(lock, [this] { return !is_held_; });
    --waiting_;
  }
  int waiting() {
    const std::lock_guard lock(mutex_);
    return waiting_;
  }

 private:
  void Set(bool held) {
    const std::lock_guard lock(mutex_);
    is_held_ = held;
    changed_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_held_ = false;
  int waiting_ = 0;
};

Gate gate;

Response Length(const Request& request, const Caller&) {
  return Ok({{"bytes", request.body().size()}});
}

void MapPages(Router& router) {
  router.Add("GET", "/healthz", kAnyone, [](const Request&, const Caller&) { return Ok("well"); });
  router.Add("GET", "/echo/{word}", kAnyone,
             [](const Request& request, const Caller&) { return Ok(request.Parameter("word")); });
  router.Add("GET", "/secret", kViewers, Length);
  router.Add("POST", "/small", kAnyone, Length).MaxBody(1000);
  router.Add("POST", "/batches", kAnyone, Length).MaxBody(4 << 20).Accepts("application/jose");
  router.Add("POST", "/chunked", kAnyone, Length).MaxBody(64 << 10).TakesChunked();
  router.Add("GET", "/big", kAnyone, [](const Request&, const Caller&) {
    return File(std::string(3 << 20, 'b'), "text/plain", "big.txt");
  });
  router.Add("GET", "/rows", kAnyone, [](const Request&, const Caller&) {
    return LongFile(
        [row = 0](std::string& chunk) mutable {
          chunk += "row " + std::to_string(row) + "\r\n";
          return ++row < 100'000;
        },
        "text/csv", "rows.csv");
  });
  router.Add("GET", "/endless", kAnyone, [](const Request&, const Caller&) {
    return LongFile(
        [](std::string& chunk) {
          chunk.append(16 << 10, 'e');
          return true;
        },
        "text/csv", "endless.csv");
  });
  router.Add("GET", "/half", kAnyone, [](const Request&, const Caller&) {
    return LongFile(
        [row = 0](std::string& chunk) mutable -> bool {
          if (++row > 10) throw std::runtime_error("the database went away");
          chunk.append(8 << 10, 'h');
          return true;
        },
        "text/csv", "half.csv");
  });
  router.Add("GET", "/split", kAnyone, [](const Request& request, const Caller&) {
    return Response{.headers = {{"Location", *request.Header("x-from") + "\r\nSet-Cookie: a=b"}}};
  });
  router.Add("GET", "/nothing", kAnyone, [](const Request&, const Caller&) { return NoContent(); });
  router.Add("GET", "/wait", kAnyone, [](const Request&, const Caller&) {
    gate.Pass();
    return Ok("waited");
  });
  router.Add("GET", "/peer", kAnyone, [](const Request& request, const Caller&) {
    return Ok({{"address", request.peer().address},
               {"subject", request.peer().certificate_subject},
               {"key", request.peer().certificate_key_sha256}});
  });
}

void SetLimit(ListenerLimits& limits, const std::string& argument) {
  const auto equals = argument.find('=');
  std::size_t number = 0;
  std::from_chars(argument.data() + equals + 1, argument.data() + argument.size(), number);
  const std::chrono::milliseconds time(number);
  const std::map<std::string, std::function<void()>> names = {
      {"handshake", [&] { limits.handshake = time; }},
      {"header", [&] { limits.header = time; }},
      {"body", [&] { limits.body = time; }},
      {"write", [&] { limits.write = time; }},
      {"idle", [&] { limits.idle = time; }},
      {"request", [&] { limits.request = time; }},
      {"drain", [&] { limits.drain = time; }},
      {"connections", [&] { limits.connections = number; }},
      {"connections_per_address", [&] { limits.connections_per_address = number; }},
      {"requests_per_connection", [&] { limits.requests_per_connection = number; }},
      {"workers", [&] { limits.workers = number; }},
      {"queue", [&] { limits.queue = number; }},
      {"body_memory", [&] { limits.body_memory = number; }},
  };
  names.at(argument.substr(0, equals))();
}

std::vector<int> hogged;

void Hog(std::size_t spare) {
  for (;;) {
    const int file = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (file < 0) break;
    hogged.push_back(file);
  }
  for (; spare > 0 && !hogged.empty(); --spare) {
    close(hogged.back());
    hogged.pop_back();
  }
}

void Unhog() {
  for (const int file : hogged) close(file);
  hogged.clear();
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() < 2) return 2;
  Listener::Options options{
      .certificate_file = arguments[0], .key_file = arguments[1], .asks_client_certificate = true};
  ListenerLimits& limits = options.limits;
  limits.header = limits.body = limits.write = std::chrono::milliseconds(500);
  limits.idle = limits.request = std::chrono::milliseconds(1000);
  limits.linger = std::chrono::milliseconds(300);
  for (std::size_t i = 2; i < arguments.size(); ++i) SetLimit(limits, arguments[i]);

  Router router;
  MapPages(router);
  Listener listener(options, router);
  listener.Start();
  std::cout << "listening " << listener.port() << std::endl;

  std::jthread stopping;
  for (std::string line; std::getline(std::cin, line);) {
    if (line == "hold") gate.Hold();
    if (line == "release") gate.Release();
    if (line == "waiting") line += " " + std::to_string(gate.waiting());
    if (line == "unhog") Unhog();
    if (line.starts_with("hog ")) Hog(static_cast<std::size_t>(std::stoul(line.substr(4))));
    if (line == "reload") {
      try {
        listener.ReloadCertificate();
      } catch (const std::runtime_error& error) {
        line = std::string("not reloaded: ") + error.what();
      }
    }
    if (line == "stop") {
      stopping = std::jthread([&listener] {
        listener.Stop();
        std::cout << "stopped" << std::endl;
      });
      continue;
    }
    std::cout << line << std::endl;
  }
  gate.Release();
  return 0;
}
