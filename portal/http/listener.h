// The portal's ear: HTTPS for anybody who can reach the port, hostile or broken as they may be.
//
//    Listener listener({.port = 8443, .certificate_file = "c.pem", .key_file = "k.pem"}, router);
//    listener.Start();                 // throws if the port is taken or a file is wrong
//    listener.Stop();                  // requests in flight are answered first
//
// Whatever cannot be answered costs little and ends soon: every phase of a connection has an
// absolute deadline, everything that grows has a limit, and handlers run on a bounded pool of
// threads beside those that do the talking, or in their place while they are quick (loops.h). The
// attacks it is tested with stand in tests/portal/http/attack_listener.py.
//
// Errors of HTTP itself are problem+json too, and then the connection is closed:
//   400 not HTTP, or HTTP that two readers might read differently (head.h)   408 too slow
//   413 411 415 404 405 as the router says, before the body is read          431 header too large
//   503 with Retry-After: the pool's queue or the memory for bodies is full, or the handler took
//       longer than `request` (its own answer is then dropped: there is exactly one)
//
// Start, Stop, IsAlive and ReloadCertificate may be called from any thread that is not a handler's.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "portal/http/router.h"

namespace plotmeter {

// Each default is what one portal for 5 000 collectors and some hundred people needs, with room.
struct ListenerLimits {
  // Our longest honest header is under 2 KiB; a browser with many cookies comes near 8.
  std::size_t header_bytes = 16 << 10;

  // From accept to the end of the TLS handshake. A satellite link needs three seconds.
  std::chrono::milliseconds handshake = std::chrono::seconds(10);
  // From the first byte of a header to its last.
  std::chrono::milliseconds header = std::chrono::seconds(10);
  // For a body, and beyond it one second for each `body_rate` bytes announced: a batch of 4 MiB
  // then has over two minutes, enough for 256 kbit/s.
  std::chrono::milliseconds body = std::chrono::seconds(30);
  std::uint64_t body_rate = 32 << 10;
  // For each 64 KiB of an answer: whoever reads slower than 3 KiB/s is cut off.
  std::chrono::milliseconds write = std::chrono::seconds(20);
  // Between two requests. An idle TLS connection costs about 85 kB.
  std::chrono::milliseconds idle = std::chrono::seconds(60);
  // For a handler's answer, waiting in the queue included; for each part of a long answer.
  std::chrono::milliseconds request = std::chrono::seconds(30);
  // How long a closed connection may go on sending, so that it gets to read our last answer.
  std::chrono::milliseconds linger = std::chrono::seconds(2);
  // What Stop gives to requests in flight.
  std::chrono::milliseconds drain = std::chrono::seconds(5);

  // In total: 1 000 idle ones are 85 MB. Fewer where the process may not open as many files.
  std::size_t connections = 1000;
  // A reseller's office behind one address is tens; IPv6 counts by /64, which is one customer's.
  std::size_t connections_per_address = 200;
  // Then it is closed, so that no client stays on one certificate or one balance of load for ever.
  std::size_t requests_per_connection = 1000;

  // Threads that talk; two keep both cores of a small machine in TLS.
  std::size_t io_threads = 2;
  // Threads that run handlers. SQLite writes one at a time; the others read.
  std::size_t workers = 8;
  // Requests that wait for a worker: at 100 a second, well under a second of waiting.
  std::size_t queue = 64;
  // Of all request bodies together, from the first byte until the answer is made.
  std::uint64_t body_memory = 256 << 20;
};

class Listener {
 public:
  struct Options {
    std::string address = "127.0.0.1";     // "0.0.0.0" or "::" for every interface
    std::uint16_t port = 0;                // 0: any free one
    std::string certificate_file = {};     // PEM, with the chain
    std::string key_file = {};             // PEM
    bool asks_client_certificate = false;  // see Peer; a client without one is served all the same
    ListenerLimits limits = {};
  };

  // `router` must outlive the listener.
  Listener(Options options, const Router& router);
  ~Listener();  // Stop()

  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // Throws std::runtime_error with a sentence for people: file, address or port, and why.
  void Start();

  // The port that is listened on; 0 before Start.
  std::uint16_t port() const;

  // Accepts nobody new, ends idle connections, lets the requests in flight be answered for
  // `limits.drain`, cuts what is left. Waits for handlers that still run. Once is enough.
  void Stop();

  // Whether requests get any further: a thread that talks answers within `patience`, and the pool
  // of handlers has ended some of its jobs since the last call, if any wait.
  bool IsAlive(std::chrono::milliseconds patience);

  // How full it is now; see ListenerLimits.
  struct Load {
    std::size_t connections = 0;
    std::size_t queue = 0;
    std::uint64_t body_memory = 0;
  };
  Load load() const;

  // Reads both files again: new connections get the new certificate. Throws like Start, and then
  // the old one stays in use.
  void ReloadCertificate();

 private:
  class Core;
  std::unique_ptr<Core> core_;
};

}  // namespace plotmeter
