// The web front of simulated printers, over HTTP and over HTTPS with certificates they sign
// themselves.
//
//    WebServer server([&](std::size_t printer, const WebRequest& request) {
//      return Answer(printer, request); });
//    const std::uint16_t https = server.Listen(0, "127.60.0.1", 0);
//    const std::uint16_t http = server.Listen(0, "127.60.0.1", 0, false);
//
// Two threads serve all printers, one TLS context serves all certificates, and a certificate is
// made when the first guest comes. Garbage, half a handshake or a client that stalls cost one
// connection for at most ten seconds and nothing else.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "tests/simulator/web_answer.h"

namespace plotmeter::simulator {

// How a printer meets its guests, before a word of HTTP.
struct WebDoor {
  bool dead = false;         // takes the connection and never says a word
  unsigned certificate = 0;  // another number, another key
  bool expired = false;
  bool weak = false;  // TLS 1.2 with AES256-GCM-SHA384 alone, RSA of 1024 bits: no forward secrecy
};

class WebServer {
 public:
  // Both are called on the server's threads, several at once; Door for every connection.
  using Handler = std::function<WebAnswer(std::size_t printer, const WebRequest& request)>;
  using Door = std::function<WebDoor(std::size_t printer)>;

  // Takes as many file descriptors as the system lets the process have.
  explicit WebServer(Handler handler, Door door = {}, int threads = 2);
  ~WebServer();  // closes everything; what the handlers refer to must live until then
  WebServer(const WebServer&) = delete;
  WebServer& operator=(const WebServer&) = delete;

  // Serves `printer` at this loopback address; port 0 takes a free one. Returns the port. Throws
  // std::system_error when the address or port cannot be had.
  std::uint16_t Listen(std::size_t printer, const std::string& address, std::uint16_t port,
                       bool tls = true);

  // The same, but nobody is let in: whoever connects hears nothing, not even from TCP, as from a
  // machine that sleeps deeply.
  std::uint16_t ListenAsleep(std::size_t printer, const std::string& address, std::uint16_t port);

  // Nobody listens at this address and port any more when it returns: whoever connects is refused,
  // and who was connected is not answered again.
  void Leave(const std::string& address, std::uint16_t port);

 private:
  class Doors;
  std::unique_ptr<Doors> doors_;
};

}  // namespace plotmeter::simulator
