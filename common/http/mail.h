// Mail to a person, by a server that takes it (SMTP, RFC 5321). With fetch.cpp the door to libcurl.
//
//    const Mailer mailer({.host = "mail.example.org", .port = 587, .user = "portal",
//                         .password = Secret("…"), .from = "portal@example.org"});
//    const MailResult sent =
//        mailer.Send({.to = "anna@north.example", .subject = "…", .text = "…",
//                     .id = "0193a1c2-7b1e-4c3a-9f52-0d6f3f1b8a11", .at = now});
//    if (sent.seen == MailSeen::kTaken) …        the server is in charge of it now
//
// Text goes as UTF-8. No header can be split: subject and addresses lose their control characters.
// The Message-ID is made of `id` and nothing else, so what is sent twice is the same message to
// whoever looks. Send waits until it is over, 30 s at the longest and a second more for every 50
// KB, or a second from Stop() on; both from any thread.

#pragma once

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "common/secret.h"
#include "common/time.h"

namespace plotmeter {

struct MailServer {
  // kStartTls: in the clear until the server was told to encrypt, and nothing more if it cannot.
  // kImplicit: TLS from the first byte. kNone: for a server on this machine.
  enum class Tls { kStartTls, kImplicit, kNone };

  std::string host = {};
  int port = 587;
  Tls tls = Tls::kStartTls;  // its certificate is verified
  std::string ca_file = {};  // PEM; empty: the system's roots
  std::string user = {};     // empty: it asks for none
  Secret password = {};
  std::string from = {};  // an address
};

// A file that goes with a mail.
struct MailFile {
  std::string name = {};  // "usage-2026-11.csv"
  std::string type = {};  // "text/csv"
  std::string bytes = {};
};

struct Mail {
  std::string to = {};  // one address
  std::string subject = {};
  std::string text = {};  // lines end with \n
  std::string id = {};    // letters, digits and hyphens
  Instant at = {};        // for the Date header
  std::optional<MailFile> file = {};
};

enum class MailSeen {
  kTaken,    // the server said that it has it
  kRefused,  // for good: it says that it will never take this (5xx)
  kTrouble,  // anything else: trying again may help
  kStopped,  // by Stop(), before the server had it all
};

struct MailResult {
  MailSeen seen = MailSeen::kTrouble;
  std::string detail = {};  // for people, never what the server said
};

class Mailer {
 public:
  explicit Mailer(MailServer server) : server_(std::move(server)) {}
  MailResult Send(const Mail& mail) const;
  void Stop() { stopped_ = true; }

 private:
  MailServer server_;
  std::atomic<bool> stopped_ = false;
};

// The message as it goes out (RFC 5322, RFC 2045): headers, a blank line, text in base64; with a
// file in two parts (RFC 2046, RFC 2183).
std::string MessageText(const Mail& mail, const std::string& from);

// Whether it can stand in a command to a server: an @ with something on both sides, printable, and
// no brackets.
bool IsMailbox(std::string_view address);

}  // namespace plotmeter
