// The HTTPS front of simulated printers: TLS with certificates they sign themselves, one door an
// address.
//
//    PiwsServer server([&](std::size_t printer, const WebRequest& request) { return Answer(printer,
//    request); }); const std::uint16_t port = server.Listen(0, "127.60.0.1", 0);
//
// A few threads serve all printers. Garbage, half a handshake or a client that stalls cost one
// connection for at most ten seconds and nothing else.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "tests/simulator/piws_documents.h"

namespace plotmeter::simulator {

class PiwsServer {
 public:
  // Called on the server's threads, several at once.
  using Handler = std::function<WebAnswer(std::size_t printer, const WebRequest& request)>;

  explicit PiwsServer(Handler handler, int threads = 2);
  ~PiwsServer();  // closes everything; what the handler refers to must live until then
  PiwsServer(const PiwsServer&) = delete;
  PiwsServer& operator=(const PiwsServer&) = delete;

  // Serves `printer` at this loopback address with a certificate of its own; port 0 takes a free
  // one. Returns the port. Throws std::system_error when the address or port cannot be had.
  std::uint16_t Listen(std::size_t printer, const std::string& address, std::uint16_t port);

 private:
  class Doors;
  std::unique_ptr<Doors> doors_;
};

}  // namespace plotmeter::simulator
