#include "common/http/mail.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>

#include "common/net.h"

namespace plotmeter {
namespace {

constexpr std::chrono::milliseconds kDeadline{30'000};
constexpr std::size_t kBytesASecond = 50'000;
constexpr std::chrono::milliseconds kConnect{10'000};

// RFC 4648 section 4, with its padding.
std::string Base64(std::string_view bytes) {
  static constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t here = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8 | (k < here ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      text += k <= here ? kAlphabet[group >> (18 - 6 * k) & 63U] : '=';
    }
  }
  return text;
}

bool IsPlain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; });
}

std::string WithoutControls(std::string_view text) {
  std::string kept(text);
  std::erase_if(kept, [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) == 0x7f;
  });
  return kept;
}

// RFC 2047: in words of at most 75 characters, none cut within a character.
std::string EncodedWords(std::string_view subject) {
  constexpr std::size_t kMost = 42;  // bytes; 56 characters, and 12 around them
  const std::string text = WithoutControls(subject);
  if (IsPlain(text) && text.size() <= 60 && text.find("=?") == text.npos) return text;
  std::string words;
  for (std::size_t start = 0; start < text.size();) {
    std::size_t end = std::min(start + kMost, text.size());
    while (end < text.size() && end > start &&
           (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80) {
      --end;
    }
    if (end == start) end = std::min(start + kMost, text.size());  // no UTF-8
    words += (words.empty() ? "" : "\r\n ") +
             fmt::format("=?UTF-8?B?{}?=", Base64(text.substr(start, end - start)));
    start = end;
  }
  return words;
}

// "Mon, 30 Nov 2026 07:30:00 +0000"
std::string DateOf(Instant at) {
  static constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(at - day));
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} +0000",
                     kDays.at(std::chrono::weekday(day).c_encoding()), unsigned{date.day()},
                     kMonths.at(unsigned{date.month()} - 1), int{date.year()}, time.hours().count(),
                     time.minutes().count(), time.seconds().count());
}

constexpr std::string_view kBoundary = "plotmeter-part";

// What may stand between quotes in a header.
std::string Quotable(std::string_view name) {
  std::string kept = WithoutControls(name);
  std::erase_if(kept, [](char c) { return c == '"' || c == '\\'; });
  return kept;
}

// Its headers, a blank line, and what it holds in lines of base64.
void AddPart(std::string& text, std::string_view type, std::string_view more,
             std::string_view bytes) {
  constexpr std::size_t kLine = 57;  // bytes; 76 characters
  text +=
      fmt::format("Content-Type: {}\r\n{}Content-Transfer-Encoding: base64\r\n\r\n", type, more);
  for (std::size_t i = 0; i < bytes.size(); i += kLine) {
    text += Base64(bytes.substr(i, kLine)) + "\r\n";
  }
}

std::string HostOf(const std::string& address) {
  const auto at = address.find('@');
  return at == address.npos ? "localhost" : address.substr(at + 1);
}

struct Upload {
  std::string text = {};
  std::size_t sent = 0;
};

std::size_t ReadUpload(char* into, std::size_t size, std::size_t count, void* from) {
  auto& upload = *static_cast<Upload*>(from);
  const std::size_t part = std::min(size * count, upload.text.size() - upload.sent);
  upload.text.copy(into, part, upload.sent);
  upload.sent += part;
  return part;
}

int IsStopped(void* stopped, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const std::atomic<bool>*>(stopped)->load() ? 1 : 0;
}

// What the server says, for nobody.
std::size_t Ignore(char*, std::size_t size, std::size_t count, void*) { return size * count; }

std::string DetailOf(CURLcode code, long status) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return "no address is known for the mail server";
    case CURLE_COULDNT_CONNECT:
      return "the mail server takes no connection";
    case CURLE_OPERATION_TIMEDOUT:
      return "the mail server did not answer in time";
    case CURLE_USE_SSL_FAILED:
      return "the mail server does not encrypt";
    case CURLE_SSL_CONNECT_ERROR:
      return "the mail server speaks no TLS, or none that is spoken here";
    case CURLE_PEER_FAILED_VERIFICATION:
      return "the mail server's certificate is not trusted, or is another host's";
    case CURLE_LOGIN_DENIED:
      return "the mail server did not take user and password";
    default:
      if (status >= 400) return fmt::format("the mail server answered {}", status);
      return curl_easy_strerror(code);
  }
}

}  // namespace

bool IsMailbox(std::string_view address) {
  const auto at = address.rfind('@');
  return at != address.npos && at > 0 && at + 1 < address.size() && address.size() <= 254 &&
         std::ranges::all_of(address, [](char c) {
           const auto u = static_cast<unsigned char>(c);
           return u > 0x20 && u != 0x7f && c != '<' && c != '>' && c != '"' && c != '\\' &&
                  c != ',' && c != ';';
         });
}

std::string MessageText(const Mail& mail, const std::string& from) {
  std::string text = fmt::format(
      "Date: {}\r\nFrom: Plotmeter <{}>\r\nTo: <{}>\r\nSubject: {}\r\nMessage-ID: <{}@{}>\r\n"
      "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n",
      DateOf(mail.at), from, mail.to, EncodedWords(mail.subject), mail.id, HostOf(from));
  std::string lines;
  for (const char c : mail.text) {
    if (c == '\n') lines += '\r';
    lines += c;
  }
  if (!mail.file) {
    AddPart(text, "text/plain; charset=utf-8", "", lines);
    return text;
  }
  // No line of base64 begins with two hyphens.
  text += fmt::format("Content-Type: multipart/mixed; boundary=\"{}\"\r\n\r\n--{}\r\n", kBoundary,
                      kBoundary);
  AddPart(text, "text/plain; charset=utf-8", "", lines);
  text += fmt::format("--{}\r\n", kBoundary);
  AddPart(text, mail.file->type,
          fmt::format("Content-Disposition: attachment; filename=\"{}\"\r\n",
                      Quotable(mail.file->name)),
          mail.file->bytes);
  text += fmt::format("--{}--\r\n", kBoundary);
  return text;
}

MailResult Mailer::Send(const Mail& mail) const {
  if (!IsMailbox(mail.to)) return {MailSeen::kRefused, "it is no address that can be written to"};
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (started != CURLE_OK) throw std::runtime_error("libcurl does not start");
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> easy(curl_easy_init(),
                                                                 &curl_easy_cleanup);
  if (!easy) return {MailSeen::kTrouble, "out of memory"};
  std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> to(
      curl_slist_append(nullptr, ("<" + mail.to + ">").c_str()), &curl_slist_free_all);
  const auto set = [&](CURLoption option, auto value) {
    if (const CURLcode code = curl_easy_setopt(easy.get(), option, value); code != CURLE_OK) {
      throw std::runtime_error(
          fmt::format("libcurl option {}: {}", static_cast<int>(option), curl_easy_strerror(code)));
    }
  };
  Upload upload{MessageText(mail, server_.from)};
  const std::string host =
      server_.host.find(':') == server_.host.npos ? server_.host : "[" + server_.host + "]";
  // The path is what we call ourselves.
  const std::string url =
      fmt::format("{}://{}:{}/{}", server_.tls == MailServer::Tls::kImplicit ? "smtps" : "smtp",
                  host, server_.port, HostOf(server_.from));
  set(CURLOPT_URL, url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  set(CURLOPT_PROXY, "");
  set(CURLOPT_NOSIGNAL, 1L);
  const auto deadline = kDeadline + std::chrono::seconds(upload.text.size() / kBytesASecond);
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(deadline.count()));
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(kConnect.count()));
  set(CURLOPT_USE_SSL,
      server_.tls == MailServer::Tls::kNone ? long{CURLUSESSL_NONE} : long{CURLUSESSL_ALL});
  set(CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
  if (!server_.ca_file.empty()) {
    set(CURLOPT_CAINFO, server_.ca_file.c_str());
    set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }
  if (!server_.user.empty()) {
    set(CURLOPT_USERNAME, server_.user.c_str());
    set(CURLOPT_PASSWORD, server_.password.Reveal().c_str());
  }
  set(CURLOPT_MAIL_FROM, ("<" + server_.from + ">").c_str());
  set(CURLOPT_MAIL_RCPT, to.get());
  set(CURLOPT_READFUNCTION, &ReadUpload);
  set(CURLOPT_READDATA, static_cast<void*>(&upload));
  set(CURLOPT_WRITEFUNCTION, &Ignore);
  set(CURLOPT_UPLOAD, 1L);
  set(CURLOPT_NOPROGRESS, 0L);
  set(CURLOPT_XFERINFOFUNCTION, &IsStopped);
  set(CURLOPT_XFERINFODATA, static_cast<const void*>(&stopped_));
  const CURLcode code = curl_easy_perform(easy.get());
  if (code == CURLE_OK) return {MailSeen::kTaken, ""};
  if (code == CURLE_ABORTED_BY_CALLBACK) return {MailSeen::kStopped, "stopped"};
  long status = 0;
  curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
  // A sign-in that fails is ours to mend, and no fault of the message.
  const bool is_for_good = status >= 500 && status != 530 && status != 534 && status != 535 &&
                           status != 538 && code != CURLE_LOGIN_DENIED &&
                           code != CURLE_USE_SSL_FAILED;
  return {is_for_good ? MailSeen::kRefused : MailSeen::kTrouble, DetailOf(code, status)};
}

}  // namespace plotmeter
