// init, migrate and serve.

#include <arpa/inet.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <thread>

#include "common/clock.h"
#include "common/in_use.h"
#include "common/json.h"
#include "common/log.h"
#include "common/log_settings.h"
#include "common/semantic_version.h"
#include "common/supervisor.h"
#include "common/version.h"
#include "portal/access/enrolments.h"
#include "portal/access/heartbeats.h"
#include "portal/access/key_changes.h"
#include "portal/access/keyring.h"
#include "portal/access/keys_lock.h"
#include "portal/access/people.h"
#include "portal/access/proofs.h"
#include "portal/access/revocations.h"
#include "portal/access/sessions.h"
#include "portal/alerting.h"
#include "portal/alerts/export_mail.h"
#include "portal/alerts/ledger_findings.h"
#include "portal/certificate.h"
#include "portal/commands.h"
#include "portal/controllers/audit_controller.h"
#include "portal/controllers/batches_controller.h"
#include "portal/controllers/collectors_controller.h"
#include "portal/controllers/customers_controller.h"
#include "portal/controllers/enrolments_controller.h"
#include "portal/controllers/entered_controller.h"
#include "portal/controllers/exports_controller.h"
#include "portal/controllers/gaps_controller.h"
#include "portal/controllers/happenings_controller.h"
#include "portal/controllers/health_controller.h"
#include "portal/controllers/heartbeats_controller.h"
#include "portal/controllers/incidents_controller.h"
#include "portal/controllers/links_controller.h"
#include "portal/controllers/me_controller.h"
#include "portal/controllers/metrics_controller.h"
#include "portal/controllers/paging.h"
#include "portal/controllers/printers_controller.h"
#include "portal/controllers/recipients_controller.h"
#include "portal/controllers/reconciliation_controller.h"
#include "portal/controllers/repeat_notes.h"
#include "portal/controllers/resellers_controller.h"
#include "portal/controllers/rotations_controller.h"
#include "portal/controllers/rules_controller.h"
#include "portal/controllers/sessions_controller.h"
#include "portal/controllers/sign_in.h"
#include "portal/controllers/sites_controller.h"
#include "portal/controllers/tokens_controller.h"
#include "portal/controllers/usage_controller.h"
#include "portal/controllers/users_controller.h"
#include "portal/http/listener.h"
#include "portal/ledger/bookkeeping.h"
#include "portal/ledger/monthly_exports.h"
#include "portal/ledger/retention.h"
#include "portal/lookup.h"
#include "portal/portal_settings.h"
#include "portal/store/migrate.h"
#include "portal/store/sqlite_store.h"

namespace plotmeter {
namespace {

namespace fs = std::filesystem;

// With another process that writes: then the collector hears that it should try again.
constexpr std::chrono::seconds kPatience{5};
constexpr std::chrono::seconds kAliveWithin{5};    // TLS of a busy minute takes far less
constexpr std::int64_t kMostRequests = 1'000'000;  // a second, of any rate limit

// "127.0.0.1:8443", "[::1]:8443"
Listener::Options ReadAddress(const std::string& text) {
  Listener::Options options;
  const auto colon = text.rfind(':');
  unsigned port = 65536;
  if (colon != std::string::npos) {
    options.address = text.substr(0, colon);
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, port);
    if (error != std::errc{} || stop != end) port = 65536;
  }
  if (options.address.starts_with('[') && options.address.ends_with(']')) {
    options.address = options.address.substr(1, options.address.size() - 2);
  }
  unsigned char address[sizeof(in6_addr)];
  const bool is_address = ::inet_pton(AF_INET, options.address.c_str(), address) == 1 ||
                          ::inet_pton(AF_INET6, options.address.c_str(), address) == 1;
  if (port > 65535 || !is_address) {
    throw UsageError(fmt::format(
        "'listen' is '{}'; expected an IP address and a port such as 127.0.0.1:8443", text));
  }
  options.port = static_cast<std::uint16_t>(port);
  return options;
}

Listener::Options ServeOptions(const Arguments& arguments) {
  Listener::Options options = ReadAddress(arguments.Text("listen"));
  options.limits.workers = static_cast<std::size_t>(arguments.Number("workers", 1, 256));
  return options;
}

RateRules RateRulesOf(const Arguments& arguments) {
  const auto rate = [&](const char* name, std::chrono::seconds rest) {
    return RateOf(arguments.Number(name, 1, kMostRequests), rest);
  };
  return {.caller = rate("caller-rate", RateRules::kCallerRests),
          .address = rate("address-rate", RateRules::kAddressRests),
          .collectors = rate("collector-rate", RateRules::kAddressRests)};
}

struct NewestCollector {
  std::string version = {};  // empty: collectors are told of none
  std::string from = {};     // who says so
};

// Programs of one release have one version, so a portal knows of a collector as new as itself.
NewestCollector NewestCollectorOf(const Arguments& arguments) {
  const std::string text = arguments.Text("newest-collector");
  if (text.empty()) return {.version = kVersion, .from = "this portal's own version"};
  const std::string from = "the setting newest-collector";
  if (text == "none") return {.from = from};
  if (ParseVersion(text)) return {.version = text, .from = from};
  throw UsageError(
      fmt::format("'newest-collector' is '{}'; expected a version such as 1.4.2, or none", text));
}

// A time of which less than `shortest` would take away what bills still need.
std::chrono::days KeepTimeOf(const Arguments& arguments, const char* name,
                             std::chrono::days shortest) {
  const std::string text = arguments.Text(name);
  const auto keep = ParseKeepTime(text);
  if (keep && (*keep == std::chrono::days(0) || *keep >= shortest)) return *keep;
  throw UsageError(fmt::format("'{}' is '{}'; expected 0 (for ever), or {}d or more", name, text,
                               shortest.count()));
}

KeepTimes KeepTimesOf(const Arguments& arguments) {
  return {.names = KeepTimeOf(arguments, "keep-job-names", std::chrono::days(1)),
          .evidence = KeepTimeOf(arguments, "keep-evidence", std::chrono::days(400)),
          .jobs = KeepTimeOf(arguments, "keep-jobs", std::chrono::days(62))};
}

std::chrono::hours SettleOf(const Arguments& arguments) {
  const std::string text = arguments.Text("export-settle");
  if (const auto settle = ParseSettle(text)) return *settle;
  throw UsageError(fmt::format(
      "'export-settle' is '{}'; expected hours or days such as 36h or 2d, at most 90d", text));
}

// The signals `serve` waits for, blocked before the first thread so that no thread takes them.
sigset_t BlockSignals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  return set;
}

// The next of `signals`; 0 when none came within `wait`. Without `wait` it waits for ever.
int NextSignal(const sigset_t& signals, std::optional<std::chrono::milliseconds> wait) {
  for (;;) {
    int signal = 0;
    if (!wait) {
      if (sigwait(&signals, &signal) == 0) return signal;
      continue;
    }
    const timespec span{.tv_sec = wait->count() / 1000,
                        .tv_nsec = wait->count() % 1000 * 1'000'000};
    signal = sigtimedwait(&signals, nullptr, &span);
    if (signal > 0) return signal;
    if (errno == EAGAIN) return 0;
  }
}

void ReloadCertificate(Listener& listener) {
  try {
    listener.ReloadCertificate();
    Log(LogLevel::kInfo, "certificate_reloaded");
  } catch (const std::exception& error) {
    // The old one stays in use.
    Log(LogLevel::kError, "certificate_not_reloaded", {{"why", error.what()}});
  }
}

// What was sealed or signed by the ones before goes on to be answered: requests that are under way
// end with the keys that they began with.
void ReloadKeys(const DataDirectory& data, InUse<Keyring>& keys, InUse<PortalIdentity>& identity) {
  try {
    keys.Replace(LoadKeys(data));
    identity.Replace(IdentityOf(keys.Now()));
    Log(LogLevel::kInfo, "keys_reloaded",
        {{"signing", keys.Now()->thumbprint()},
         {"document", std::to_string(keys.Now()->version())}});
  } catch (const std::exception& error) {
    Log(LogLevel::kError, "keys_not_reloaded", {{"why", error.what()}});
  }
}

void DropRetiredKeys(const DataDirectory& data, Instant now) {
  const KeysLock lock = KeysLock::WaitToChange(data.path);
  for (const std::string& gone : DropRetired(data.path, now)) {
    Log(LogLevel::kInfo, "retired_key_removed", {{"file", gone}});
  }
}

std::uint64_t SizeOf(const std::string& file) {
  std::error_code none;
  const std::uintmax_t size = fs::file_size(file, none);
  return none ? 0 : size;
}

// `listener` must outlive `metrics`' use.
void ShowLoad(Metrics& metrics, const Listener& listener, const std::string& database) {
  metrics.Show("plotmeter_connections", "Connections that are open.",
               [&listener] { return listener.load().connections; });
  metrics.Show("plotmeter_queue", "Requests that wait for a thread.",
               [&listener] { return listener.load().queue; });
  metrics.Show("plotmeter_body_bytes", "Memory for bodies that are on their way.",
               [&listener] { return listener.load().body_memory; });
  metrics.Show("plotmeter_database_bytes", "The database, with its log.",
               [database] { return SizeOf(database) + SizeOf(database + "-wal"); });
}

}  // namespace

int Init(const Arguments& arguments) {
  const DataDirectory data(arguments);
  for (const std::string& made :
       {data.database(), (data.path / "keys").string(), data.certificate()}) {
    if (fs::exists(made)) {
      throw std::runtime_error(
          fmt::format("{} exists; init makes a new portal and overwrites nothing", made));
    }
  }
  std::vector<std::string> names = arguments.All("name");
  for (const char* own : {"localhost", "127.0.0.1"}) {
    if (std::ranges::find(names, own) == names.end()) names.emplace_back(own);
  }
  const TlsFiles tls = MakeCertificate(names, SystemClock().Now());  // before anything is made
  ::umask(0077);  // what is made here is nobody else's business; the certificate is for everybody
  fs::create_directories(data.path / "tls");
  SqliteStore::Create(data.database());
  const fs::path recovery_key = arguments.Has("recovery-key")
                                    ? fs::path(arguments.Text("recovery-key"))
                                    : RecoveryKeyFile(data.path);
  const Keyring keys = Keyring::Create(data.path, recovery_key);
  WritePrivateFile(data.tls_key(), tls.key.Reveal());
  std::ofstream certificate(data.certificate());
  certificate << tls.certificate;
  certificate.close();
  if (!certificate) throw std::runtime_error("cannot write " + data.certificate());
  fs::permissions(data.certificate(), fs::perms::group_read | fs::perms::others_read,
                  fs::perm_options::add);

  if (arguments.Switch("json")) {
    fmt::print("{}\n", JsonText({{"data", data.path.string()},
                                 {"portal", keys.thumbprint()},
                                 {"recovery_key", recovery_key.string()},
                                 {"certificate", data.certificate()}}));
    return 0;
  }
  fmt::print("made a portal in {}\n", data.path.string());
  fmt::print("  database     {} (schema {})\n", data.database(), LatestSchema());
  fmt::print("  keys         {} (thumbprint {})\n", (data.path / "keys").string(),
             keys.thumbprint());
  fmt::print("  certificate  {} ({})\n", data.certificate(), fmt::join(names, ", "));
  fmt::print("  recovery key {}: move it off this machine now; backups are sealed to it\n",
             recovery_key.string());
  fmt::print("Next: plotmeter-portal serve --data {}\n", data.path.string());
  return 0;
}

int MigrateDatabase(const Arguments& arguments) {
  const DataDirectory data(arguments);
  const int had = SqliteStore::Create(data.existing_database());
  fmt::print("schema {} (it was {})\n", LatestSchema(), had);
  return 0;
}

void CheckServe(const Arguments& arguments) {
  ServeOptions(arguments);
  RateRulesOf(arguments);
  NewestCollectorOf(arguments);
  KeepTimesOf(arguments);
  SettleOf(arguments);
  AlertSettingsOf(arguments);
  CheckLogSettings(arguments);
}

int Serve(const Arguments& arguments) {
  const DataDirectory data(arguments);
  Listener::Options options = ServeOptions(arguments);
  options.certificate_file = data.certificate();
  options.key_file = data.tls_key();

  ::umask(0077);  // SQLite's own files, too
  StartLog(arguments);
  const sigset_t signals = BlockSignals();
  const SystemClock clock;
  Supervisor supervisor = Supervisor::FromEnvironment(clock);
  SqliteStore store(data.existing_database(), kPatience);
  DropRetiredKeys(data, clock.Now());
  InUse<Keyring> keys(LoadKeys(data));
  if (const int repeated = RepeatRevocations(JournalFile(data.path), store); repeated > 0) {
    Log(LogLevel::kInfo, "revocations_repeated", {{"revoked", std::to_string(repeated)}});
  }
  if (const int repeated = RepeatDisablings(JournalFile(data.path), store); repeated > 0) {
    Log(LogLevel::kInfo, "people_disabled_again", {{"people", std::to_string(repeated)}});
  }
  if (const int repeated = RepeatErasures(JournalFile(data.path), store); repeated > 0) {
    Log(LogLevel::kInfo, "erasures_repeated", {{"customers", std::to_string(repeated)}});
  }
  if (fs::exists(RecoveryKeyFile(data.path))) {
    Log(LogLevel::kWarning, "recovery_key_here", {{"file", RecoveryKeyFile(data.path).string()}});
  }
  InUse<PortalIdentity> identity(IdentityOf(keys.Now()));
  Ingest ingest(store, store, identity, clock);
  Enrolments enrolments(store, store, keys, clock, RevokedIn(JournalFile(data.path)));
  Rotations rotations(store, store, keys, clock);
  const NewestCollector newest = NewestCollectorOf(arguments);
  Heartbeats heartbeats(store, store, keys, clock, newest.version);

  const SecondFactorKey second_factors = SecondFactorKey::LoadOrMake(data.path);
  SealCursorsWith(second_factors);
  const Passwords passwords;
  const Proofs proofs(store, passwords, second_factors, clock);
  const Sessions sessions(store, store, proofs, clock);
  const People people(store, store, passwords, proofs, second_factors, clock);

  CounterFamily batch_counts = BatchesController::Counts();
  const BatchesController batches(ingest, &batch_counts);
  const EnrolmentsController enrolment(enrolments, keys, clock);
  const HeartbeatsController heartbeat(heartbeats);
  const RotationsController rotation(rotations);
  const PrintersController printers(store, store, clock);
  const HappeningsController happenings(store, store);
  const CustomersController customers(store, store, store, JournalFile(data.path), clock);
  const SitesController sites(store, store, enrolments, clock);
  const CollectorsController collectors(store, store, JournalFile(data.path), clock);
  const UsageController usage(store, store, store);
  const ReconciliationController reconciliation(store, store, store);
  const ExportsController exports(store, store, store);
  const GapsController gaps(store, store, store, clock);
  const EnteredController entered(store, store, clock);
  const HealthController health(store);
  const SessionsController signing_in(sessions, store, clock);
  const MeController me(people, store, clock);
  const LinksController links(people);
  AlertSettings alert_settings = AlertSettingsOf(arguments);
  const RecipientLimits recipient_limits{.has_mail = alert_settings.mail.has_value(),
                                         .private_hooks = alert_settings.private_hooks};
  const IncidentsController incidents(store, store, store, clock);
  const RulesController rules(store, store, store, clock);
  const RecipientsController recipients(store, second_factors, clock, recipient_limits);
  const LinkMail link_mail(store, second_factors, recipient_limits.has_mail);
  const UsersController users(store, JournalFile(data.path), clock, &link_mail);
  const TokensController tokens(store, JournalFile(data.path), clock);
  const ResellersController resellers(store, store, clock);
  const AuditController audit(store);
  RateLimits limits(clock, RateRulesOf(arguments));
  StoredRepeatNotes notes(store, clock);
  Repeats repeats(notes);
  Router router(WhoAsks(store, store, sessions, clock));
  router.Limit(&limits);
  router.Remember(&repeats);
  router.ReadWith([&](const std::function<void()>& work) { store.AtOneInstant(work); });
  batches.Map(router);
  enrolment.Map(router);
  heartbeat.Map(router);
  rotation.Map(router);
  printers.Map(router);
  happenings.Map(router);
  customers.Map(router);
  sites.Map(router);
  collectors.Map(router);
  usage.Map(router);
  reconciliation.Map(router);
  exports.Map(router);
  gaps.Map(router);
  entered.Map(router);
  health.Map(router);
  signing_in.Map(router);
  me.Map(router);
  links.Map(router);
  users.Map(router);
  tokens.Map(router);
  resellers.Map(router);
  audit.Map(router);
  incidents.Map(router);
  rules.Map(router);
  recipients.Map(router);

  Metrics metrics;
  const MetricsController metrics_page(router, metrics);
  metrics_page.Map(router);
  Listener listener(std::move(options), router);
  metrics.Show(batch_counts);
  ShowLoad(metrics, listener, data.database());
  Bookkeeper bookkeeper(store, store, store);
  const std::jthread keeps_books([&](const std::stop_token& stop) { bookkeeper.Run(stop); });
  Retention retention(store, store, store, clock, KeepTimesOf(arguments));
  const std::jthread forgets([&](const std::stop_token& stop) { retention.Run(stop); });
  Alerting alerting(store, clock, second_factors, std::move(alert_settings),
                    {.expiries = [&data] { return ExpiriesOf(data.certificate()); },
                     .findings =
                         [&store, &clock](const ResellerId& reseller, const std::string& printer) {
                           return FindingsOf(store, reseller, printer, clock.Now());
                         }});
  Mailer* const mailer = alerting.mailer();
  MailedFolder::Send send;
  if (mailer != nullptr) send = [mailer](const Mail& mail) { return mailer->Send(mail); };
  MailedFolder folders(std::move(send), clock);
  MonthlyExports monthly(store, store, store, store, store, folders, clock, SettleOf(arguments));
  const std::jthread exports_monthly([&](const std::stop_token& stop) {
    const std::stop_callback hang_up(stop, [&] {
      if (mailer != nullptr) mailer->Stop();
    });
    monthly.Run(stop);
  });
  listener.Start();
  fmt::print("{}\n", JsonText({{"ready", true}, {"port", listener.port()}}));
  std::fflush(stdout);
  Log(LogLevel::kInfo, "portal_ready", {{"port", std::to_string(listener.port())}});
  Log(LogLevel::kInfo, "newest_collector", {{"version", newest.version}, {"from", newest.from}});
  supervisor.Ready(fmt::format("listens on port {}", listener.port()));
  for (;;) {
    const int signal = NextSignal(signals, supervisor.pulse());
    if (signal == SIGHUP) {
      ReloadCertificate(listener);
      ReloadKeys(data, keys, identity);
    } else if (signal != 0) {
      break;
    } else if (listener.IsAlive(kAliveWithin)) {
      supervisor.Alive();
    } else {
      Log(LogLevel::kError, "portal_hangs");
    }
  }
  Log(LogLevel::kInfo, "portal_stopping");
  supervisor.Stopping();
  listener.Stop();
  return 0;
}

}  // namespace plotmeter
