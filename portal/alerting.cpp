#include "portal/alerting.h"

#include <fmt/format.h>

#include <charconv>
#include <fstream>
#include <sstream>

#include "common/log.h"
#include "common/private_file.h"
#include "portal/access/webhook_secret.h"
#include "portal/alerts/recipient_rules.h"
#include "portal/certificate.h"

namespace plotmeter {
namespace {

constexpr std::size_t kLongestPassword = 1024;

// "mail.example.org:587", "[2001:db8::7]:25"
void ReadServer(const std::string& text, MailServer& server) {
  const auto colon = text.rfind(':');
  unsigned port = 0;
  if (colon != text.npos) {
    server.host = text.substr(0, colon);
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, port);
    if (error != std::errc{} || stop != end) port = 0;
  }
  if (server.host.starts_with('[') && server.host.ends_with(']')) {
    server.host = server.host.substr(1, server.host.size() - 2);
  }
  const bool is_host =
      !server.host.empty() && server.host.find_first_of(" /@?#\\") == std::string::npos;
  if (!is_host || port < 1 || port > 65535) {
    throw UsageError(fmt::format(
        "'smtp-server' is '{}'; expected a host and a port such as mail.example.org:587", text));
  }
  server.port = static_cast<int>(port);
}

MailServer::Tls TlsOf(const Arguments& arguments, const MailServer& server) {
  const std::string text = arguments.Text("smtp-tls");
  if (text == "starttls") return MailServer::Tls::kStartTls;
  if (text == "implicit") return MailServer::Tls::kImplicit;
  const bool is_here =
      server.host == "localhost" || server.host == "::1" || server.host.starts_with("127.");
  if (text == "none" && is_here) return MailServer::Tls::kNone;
  throw UsageError(fmt::format(
      "'smtp-tls' is '{}'; expected starttls or implicit; none is for a server on this machine",
      text));
}

Secret PasswordIn(const std::string& file) {
  try {
    std::string text = ReadPersonsFile(file, kLongestPassword).Reveal();
    while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
    return Secret(std::move(text));
  } catch (const std::runtime_error& error) {
    throw UsageError(fmt::format("'smtp-password-file' names {}, {}", file, error.what()));
  }
}

std::optional<MailServer> MailServerOf(const Arguments& arguments) {
  if (!arguments.Has("smtp-server")) return std::nullopt;
  MailServer server;
  ReadServer(arguments.Text("smtp-server"), server);
  server.tls = TlsOf(arguments, server);
  server.ca_file = arguments.Text("smtp-ca");
  server.user = arguments.Text("smtp-user");
  server.from = arguments.Text("mail-from");
  if (!IsMailbox(server.from)) {
    throw UsageError(fmt::format(
        "'mail-from' is '{}'; expected the address that mail comes from, portal@example.org",
        server.from));
  }
  if (server.user.empty() != !arguments.Has("smtp-password-file")) {
    throw UsageError("'smtp-user' and 'smtp-password-file' go together");
  }
  if (!server.user.empty()) server.password = PasswordIn(arguments.Text("smtp-password-file"));
  return server;
}

FetchRules HookRules(const AlertSettings& settings) {
  return {.ca_file = settings.webhook_ca,
          .plain_http = settings.private_hooks,
          .post = true,
          .public_only = !settings.private_hooks};
}

std::string TextOf(const std::string& file) {
  std::ifstream in(file);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace

std::vector<Setting> AlertSettingsTable() {
  return {{.name = "smtp-server",
           .value = "HOST:PORT",
           .help = "mail server for alerts, digests and invitations",
           .why = "Without one nobody gets mail; webhooks need none.",
           .example = "mail.example.org:587"},
          {.name = "smtp-tls",
           .value = "HOW",
           .fallback = "starttls",
           .help = "starttls, implicit (port 465), or none for a server on this machine",
           .why = "With starttls nothing is said in the clear, if the server cannot encrypt; its "
                  "certificate is verified either way."},
          {.name = "smtp-ca",
           .value = "FILE",
           .help = "PEM of who vouches for the mail server [the system's authorities]",
           .why = "For a mail server of your own, whose certificate nobody else knows.",
           .example = "/etc/plotmeter/mail-ca.pem"},
          {.name = "smtp-user",
           .value = "NAME",
           .help = "with which to sign in at the mail server",
           .why = "Most servers take mail of nobody else; one beside the portal may.",
           .example = "portal"},
          {.name = "smtp-password-file",
           .value = "FILE",
           .help = "its first kilobyte is the password of smtp-user",
           .why = "A file, so that it stands in no list of processes; only the portal's user "
                  "should read it.",
           .example = "/etc/plotmeter/smtp-password"},
          {.name = "mail-from",
           .value = "ADDRESS",
           .help = "the address that mail comes from",
           .why = "One that the mail server lets the portal write as; what comes back goes there.",
           .example = "plotmeter@example.org"},
          {.name = "public-url",
           .value = "URL",
           .help = "how people reach this portal, for mail",
           .why = "The portal itself knows only where it listens, and may stand behind a proxy.",
           .example = "https://portal.example.org"},
          {.name = "webhook-ca",
           .value = "FILE",
           .help = "PEM of who vouches for the receivers of webhooks [the system's authorities]",
           .why = "For receivers of your own, whose certificates nobody else knows.",
           .example = "/etc/plotmeter/hooks-ca.pem"},
          {.name = "webhook-reach",
           .value = "WHERE",
           .fallback = "public",
           .help = "public: webhooks only to addresses of the open internet, by https; private: "
                   "to any, and by http",
           .why = "Resellers name the URLs. Private is for a portal whose resellers are you: with "
                  "it, any of them can reach what this machine reaches."}};
}

AlertSettings AlertSettingsOf(const Arguments& arguments) {
  AlertSettings settings{.mail = MailServerOf(arguments),
                         .public_url = arguments.Text("public-url"),
                         .webhook_ca = arguments.Text("webhook-ca")};
  while (settings.public_url.ends_with('/')) settings.public_url.pop_back();
  if (!settings.public_url.empty() && !IsWebhookUrl(settings.public_url, false)) {
    throw UsageError(
        fmt::format("'public-url' is '{}'; expected a URL such as https://portal.example.org",
                    settings.public_url));
  }
  const std::string reach = arguments.Text("webhook-reach");
  settings.private_hooks = reach == "private";
  if (reach != "public" && reach != "private") {
    throw UsageError(fmt::format("'webhook-reach' is '{}'; expected public or private", reach));
  }
  return settings;
}

Alerting::Alerting(SqliteStore& store, const Clock& clock, const SecondFactorKey& key,
                   AlertSettings settings, Watch::Doors doors)
    : fetch_(HookRules(settings)),
      mails_(store, store, clock, "email",
             [this, portal = settings.public_url, &key](const std::vector<Delivery>& load) {
               return MailsBy(*mailer_, portal,
                              [&key](const std::string& sealed, const std::string& of) {
                                return OpenLink(key, sealed, of);
                              })(load);
             }),
      hooks_(store, store, clock, "webhook",
             WebhooksBy(fetch_, clock,
                        [&key](const std::string& sealed, const std::string& of) {
                          return OpenForWebhook(key, sealed, of);
                        })),
      watch_(store, store, store, clock, [&] {
        doors.told = [this] { Wake(); };
        return std::move(doors);
      }()) {
  if (settings.mail) mailer_.emplace(*std::move(settings.mail));
  threads_.emplace_back([this](const std::stop_token& stop) { watch_.Run(stop); });
  threads_.emplace_back([this](const std::stop_token& stop) { hooks_.Run(stop); });
  if (mailer_) threads_.emplace_back([this](const std::stop_token& stop) { mails_.Run(stop); });
}

Alerting::~Alerting() {
  for (std::jthread& thread : threads_) thread.request_stop();
  fetch_.Stop();
  if (mailer_) mailer_->Stop();
}

void Alerting::Wake() {
  mails_.Wake();
  hooks_.Wake();
}

std::vector<WatchedExpiry> ExpiriesOf(const std::string& certificate_file) {
  const auto ends = ReadExpiry(TextOf(certificate_file));
  if (!ends) return {};
  return {{"certificate", "certificate.pem", *ends}};
}

}  // namespace plotmeter
