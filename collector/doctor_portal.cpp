// doctor: the way to the portal, who answers there, and what became of what was sent.

#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "collector/collector_settings.h"
#include "collector/discovery/resolve.h"
#include "collector/doctor.h"
#include "collector/service.h"
#include "collector/status_book.h"
#include "collector/system_words.h"
#include "collector/uplink/portal_client.h"
#include "common/jose.h"
#include "common/net.h"
#include "proto/enrolment.h"

namespace plotmeter {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kAnswerWithin{15};
constexpr seconds kConnectWithin{5};
constexpr seconds kClockMayDiffer{120};
constexpr seconds kClockIsWrong{600};

struct HostAndPort {
  std::string host = {};
  std::string port = {};
};

// Of "https://portal.example:8443" or "http://[::1]:3128".
HostAndPort Split(std::string url, std::string port) {
  url = url.substr(url.find("://") == url.npos ? 0 : url.find("://") + 3);
  url = url.substr(0, url.find('/'));
  const std::size_t colon = url.rfind(':');
  if (colon != url.npos && url.find(']', colon) == url.npos) {
    port = url.substr(colon + 1);
    url = url.substr(0, colon);
  }
  if (url.starts_with('[') && url.ends_with(']')) url = url.substr(1, url.size() - 2);
  return {url, port};
}

struct Way {
  HostAndPort portal = {};
  std::optional<Proxy> proxy = {};
  HostAndPort first = {};  // who is spoken to: the proxy, or the portal
  std::string what = {};   // "the portal", "the proxy"
};

// True unless the name of who comes first leads nowhere.
bool ExamineName(const Way& way, Findings& findings) {
  const std::string& host = way.first.host;
  if (ParseIp(host)) {
    findings.Ok("name", fmt::format("{} of {} is an address: no name is needed", host, way.what));
    return true;
  }
  const Resolved answer = ResolveNames({host}, kResolveWithin).at(host);
  if (!answer.addresses.empty()) {
    findings.Ok("name", fmt::format("{} is {}", host, answer.addresses.front().ToText()));
    return true;
  }
  // Perhaps it has addresses of IPv6 only, which connecting will show.
  if (TryToConnect(host, way.first.port, kConnectWithin).seen == Reached::kYes) {
    findings.Ok("name", fmt::format("{} has an address", host));
    return true;
  }
  findings.Fail(
      "name", fmt::format("{}, the name of {}, leads nowhere: {}", host, way.what, answer.trouble),
      fmt::format("is it spelt right? If it is, see whether this machine has a name server "
                  "that knows it ({})",
                  fmt::format(fmt::runtime(Words().look_up), host)));
  return false;
}

bool ExamineConnection(const Way& way, Findings& findings) {
  const ConnectAnswer answer = TryToConnect(way.first.host, way.first.port, kConnectWithin);
  const std::string check = way.proxy ? "proxy" : "connection";
  const std::string at = fmt::format("{}:{}", way.first.host, way.first.port);
  if (answer.seen == Reached::kYes) {
    findings.Ok(check, fmt::format("{} takes connections at {}", way.what, at));
    return true;
  }
  std::string advice =
      answer.seen == Reached::kRefused
          ? fmt::format("nothing listens there: is the port right, and does {} run?", way.what)
          : fmt::format("a firewall may stop it: this machine must reach TCP {} of {}",
                        way.first.port, way.first.host);
  if (way.proxy) {
    advice += " The proxy is from --proxy, the settings file or https_proxy";
  } else {
    advice += " If only a proxy leads out of this network, name it with --proxy";
  }
  findings.Fail(
      check, fmt::format("{} at {} does not take the connection: {}", way.what, at, answer.words),
      advice);
  return false;
}

std::string AdviceForTls(const std::string& detail, const std::string& host, Instant now) {
  const auto says = [&](const char* words) { return detail.find(words) != detail.npos; };
  if (says("expired") || says("not yet valid")) {
    return fmt::format(
        "this machine believes that it is {}: if that is wrong, set the clock; if it "
        "is right, whoever runs the portal must renew its certificate",
        FormatInstant(now));
  }
  if (says("not made out")) {
    return fmt::format(
        "use the name that its certificate has; {} is another one. If a proxy or a "
        "firewall opens TLS, have the portal exempted there",
        host);
  }
  if (says("trusted")) {
    return "give the authority that signed it with --ca FILE (PEM). If that is unknown, a proxy or "
           "a "
           "firewall opens TLS on the way: have the portal exempted there, or give its authority";
  }
  return "TLS could not be agreed upon: is it HTTPS that answers there, and does a firewall let "
         "TLS "
         "1.2 through?";
}

void ExamineClock(const PortalAnswer& answer, const std::optional<PortalKeys>& keys,
                  const Clock& clock, Findings& findings) {
  const Instant now = clock.Now();
  if (!answer.date) {
    return findings.Warn("clock", "not compared: the portal said no time",
                         fmt::format("compare it by hand ({})", Words().ask_clock));
  }
  const milliseconds off = now - *answer.date;
  const milliseconds by = off < milliseconds(0) ? -off : off;
  const bool signed_later = keys && keys->issued_at > now + kClockMayDiffer;
  const std::string advice =
      fmt::format("set it, and have it kept right ({}): readings carry the time of this machine",
                  Words().keep_clock);
  const std::string seen = fmt::format(
      "the clock of this machine is {} {}: it says {}, the portal {}", SpanText(by),
      off < milliseconds(0) ? "behind" : "ahead", FormatInstant(now), FormatInstant(*answer.date));
  if (by >= kClockIsWrong || signed_later) return findings.Fail("clock", seen, advice);
  if (by > kClockMayDiffer) return findings.Warn("clock", seen, advice);
  findings.Ok("clock", fmt::format("right to {}", by < seconds(2) ? "the second" : SpanText(by)));
}

void ExamineAnswer(const PortalVisit& visit, const Way& way, const PortalAnswer& answer,
                   Findings& findings) {
  const std::string& detail = answer.detail;
  if (answer.seen == PortalSeen::kUntrusted) {
    findings.Fail("tls", fmt::format("{}: {}", visit.url, detail),
                  AdviceForTls(detail, way.portal.host, visit.clock.Now()));
    return findings.Warn("clock", "not compared: the portal's time is believed over TLS only",
                         fmt::format("compare it by hand ({})", Words().ask_clock));
  }
  if (answer.seen != PortalSeen::kAnswered) {
    if (way.proxy && detail.find("407") != detail.npos) {
      return findings.Fail(
          "proxy",
          fmt::format("the proxy {} wants credentials{}", way.proxy->address,
                      way.proxy->user.empty() ? "" : ", others than those it was given"),
          "give them as --proxy http://user:password@host:port, best in a settings file that only "
          "its owner reads; or have this machine let through without");
    }
    if (way.proxy && detail.find("proxy") != detail.npos) {
      return findings.Fail("proxy",
                           fmt::format("the proxy {} does not lead to {}: {}", way.proxy->address,
                                       visit.url, detail),
                           fmt::format("have it allow CONNECT to {}:{}, or name another one with "
                                       "--proxy",
                                       way.portal.host, way.portal.port));
    }
    return findings.Fail("portal", fmt::format("{} does not answer: {}", visit.url, detail),
                         way.proxy ? "ask whoever runs the proxy whether it lets this through"
                                   : "ask whoever runs the portal whether it is up");
  }
  findings.Ok("tls", fmt::format("the certificate of {} is good", way.portal.host));
  KeysTrust trust = visit.portal.value_or(KeysTrust{});
  if (!visit.portal) {  // not enrolled: any portal will do, by its own word
    if (const auto jws = ReadJws(answer.body)) trust.signing = jws->header.kid;
  }
  const std::optional<PortalKeys> keys = FollowKeys(answer.body, trust);
  if (answer.status == 200 && keys) {
    findings.Ok("portal", !visit.portal ? "a Plotmeter portal answers there"
                                        : "it is the one this collector is enrolled at");
  } else if (answer.status == 200) {
    findings.Fail(
        "portal",
        !visit.portal
            ? fmt::format("what answers at {} is no Plotmeter portal", visit.url)
            : fmt::format("what answers at {} is not the portal this collector is enrolled "
                          "at",
                          visit.url),
        "open the address with a browser: it may be a sign-in page of the network, or "
        "another portal. After a portal lost its keys, every collector must enrol again");
  } else {
    findings.Fail(
        "portal", fmt::format("{} answers with HTTP {}", visit.url, answer.status),
        answer.status >= 500
            ? "the portal is ill or restarting; if it stays so, tell whoever runs it"
            : "is the address right? What answers there is no Plotmeter portal, or a proxy "
              "stands before it");
  }
  ExamineClock(answer, keys, visit.clock, findings);
}

}  // namespace

std::string SpanText(milliseconds span) {
  const auto s = std::chrono::duration_cast<seconds>(span).count();
  const auto text = [](std::int64_t n, const char* unit) {
    return fmt::format("{} {}{}", n, unit, n == 1 ? "" : "s");
  };
  if (s < 60) return text(s, "second");
  if (s < 120 * 60) return text(s / 60, "minute");
  if (s < 48 * 3600) return text(s / 3600, "hour");
  return text(s / 86400, "day");
}

void ExaminePortal(const PortalVisit& visit, Findings& findings) {
  if (visit.url.empty()) {
    return findings.Warn("portal", "not looked for: nobody said where it is",
                         "plotmeter-collector doctor --portal URL looks before enrolment, too");
  }
  PortalClientSettings settings = PortalClientSettingsOf(visit.arguments, visit.url, visit.ca_file);
  settings.deadline = kAnswerWithin;
  settings.step_timeout = kAnswerWithin;
  PortalClient portal(settings);  // refuses what is no address
  Way way{.portal = Split(visit.url, "443")};
  way.proxy = ChooseProxy(settings.proxy, way.portal.host);
  way.first = way.proxy ? Split(way.proxy->address, "80") : way.portal;
  way.what = way.proxy ? "the proxy" : "the portal";
  if (!ExamineName(way, findings) || !ExamineConnection(way, findings)) return;
  ExamineAnswer(visit, way, portal.Get("/api/v1/keys"), findings);
}

void ExamineSending(const std::string& directory, Spool& spool, const Clock& clock,
                    Findings& findings) {
  const StatusBook book(directory);
  const Waiting waiting = spool.CountWaiting();
  const auto ago = [&](Instant at) { return SpanText(clock.Now() - at) + " ago"; };
  const std::string last = book.last_receipt_at
                               ? "the last receipt came " + ago(*book.last_receipt_at)
                               : "nothing was sent yet";
  if (book.trouble.find("does not know this collector") != std::string::npos) {
    findings.Fail("sending", fmt::format("{}; {}", book.trouble, last),
                  "it was revoked, or the portal was restored from before its enrolment: ask the "
                  "reseller for a new code and enrol again; what was read is kept and sent then");
  } else if (!book.trouble.empty() && !book.trouble.starts_with("not enrolled")) {
    findings.Warn("sending", fmt::format("when it was tried last: {}; {}", book.trouble, last),
                  "what failed above explains it most often; it is tried again by itself");
  } else {
    findings.Ok("sending", fmt::format("{}; {} readings and {} batches wait", last,
                                       waiting.readings, waiting.batches));
  }
  if (waiting.aside > 0) {
    findings.Warn("sending", fmt::format("the portal refused {} batches for good", waiting.aside),
                  "plotmeter-collector outbox names the reason; update portal and collector, then "
                  "report it");
  }
}

}  // namespace plotmeter
