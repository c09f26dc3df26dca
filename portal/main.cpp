// plotmeter-portal: receives sealed batches, keeps them, computes usage.

#include "common/core_dump.h"
#include "common/log_settings.h"
#include "portal/alerting.h"
#include "portal/commands.h"
#include "portal/export_commands.h"
#include "portal/portal_settings.h"

namespace plotmeter {
namespace {

Setting Repeatable(const std::string& name, const std::string& help) {
  return {.name = name,
          .value = "R",
          .help = help + "; may be repeated",
          .repeatable = true,
          .flag_only = true};
}

Setting CollectorSetting() {
  return Flag("collector", "COLLECTOR", "only the batches of this one; its id, col_…", false);
}

Setting RoleSetting() {
  return Flag("role", "ROLE", "operator, reseller_admin, reseller_viewer or customer_viewer");
}

Setting UserSetting() { return Flag("user", "USER", "id or e-mail address"); }

Setting MailSetting() {
  return {.name = "mail",
          .help = "send the link to its person, too: `serve` does, if it knows a mail server",
          .flag_only = true};
}

Command List(const std::string& what, int (*run)(const Arguments&)) {
  return {.name = what + " list",
          .summary = "Lists every " + what + ".",
          .settings = {DataSetting(), ResellerSetting(false), JsonSetting()},
          .run = run};
}

std::vector<Setting> KeepSettings() {
  return {{.name = "keep-job-names",
           .value = "DAYS",
           .fallback = "0d",
           .help = "how long names of jobs are kept, and where printers stood; 0 is for ever",
           .why = "As long as somebody asks which plan a job was. What counts stays.",
           .example = "90d"},
          {.name = "keep-jobs",
           .value = "DAYS",
           .fallback = "0d",
           .help = "how long jobs are kept; 62d at least, 0 is for ever",
           .why = "A month is billed when it is over, so jobs of two months are always there. "
                  "Meter readings stay for ever.",
           .example = "730d"},
          {.name = "keep-evidence",
           .value = "DAYS",
           .fallback = "0d",
           .help = "how long the content of batches is kept, names too; 400d at least, 0 is for "
                   "ever",
           .why = "A year's bills, and a month to dispute the last of them. Place, hash and "
                  "signature stay, and verify says: erased.",
           .example = "1100d"}};
}

std::vector<Setting> ServeSettings() {
  std::vector<Setting> settings = {DataSetting(),
                                   {.name = "listen",
                                    .value = "ADDR:PORT",
                                    .fallback = "127.0.0.1:8443",
                                    .help = "where to listen; port 0 is any free one",
                                    .why = "Of this machine alone, until somebody decides "
                                           "otherwise; 0.0.0.0:443 is what collectors need."},
                                   {.name = "workers",
                                    .value = "N",
                                    .fallback = "8",
                                    .help = "threads that answer requests",
                                    .why = "Enough for a disk to be busy. More only if "
                                           "workers_are_full comes often and the disk is not."},
                                   {.name = "caller-rate",
                                    .value = "N",
                                    .fallback = "10",
                                    .help = "requests a second of one token or session; at once "
                                            "thirty times as many",
                                    .why = "Nobody who works by hand comes near. More for a "
                                           "program of yours that is told 429."},
                                   {.name = "address-rate",
                                    .value = "N",
                                    .fallback = "50",
                                    .help = "requests a second from one address; at once twenty "
                                            "times as many",
                                    .why = "An office with a dashboard on every screen. More "
                                           "where all come through one proxy."},
                                   {.name = "collector-rate",
                                    .value = "N",
                                    .fallback = "500",
                                    .help = "requests a second of the collectors at one address; "
                                            "at once twenty times as many",
                                    .why = "At once: a thousand behind one NAT, with ten batches "
                                           "each that waited for the line to come back."},
                                   {.name = "newest-collector",
                                    .value = "V",
                                    .help = "version of the collector that collectors are told of, "
                                            "or none [this portal's own]",
                                    .why = "They say so in their log and status, and install "
                                           "nothing. Another one where yours are updated apart "
                                           "from this portal.",
                                    .example = "1.4.2"}};
  for (Setting& setting : KeepSettings()) settings.push_back(std::move(setting));
  settings.push_back({.name = "export-settle",
                      .value = "T",
                      .fallback = "24h",
                      .help = "how long a month has been over before a scheduled export writes it",
                      .why = "Collectors that were cut off at the month's end send by then. What "
                             "comes later is in the portal, and not in that file.",
                      .example = "72h"});
  for (Setting& setting : AlertSettingsTable()) settings.push_back(std::move(setting));
  for (Setting& setting : LogSettings()) settings.push_back(std::move(setting));
  return settings;
}

std::vector<Command> OperatorCommands() {
  return {
      {.name = "init",
       .summary = "Makes a new portal: database, keys and a TLS certificate.",
       .more = "Example: plotmeter-portal init --data /var/lib/plotmeter --name portal.example.org",
       .settings =
           {DataSetting(),
            {.name = "name",
             .value = "HOST",
             .help = "host name or address the certificate is for, beside localhost",
             .why = "What collectors will call it; a certificate of your own may replace it later.",
             .example = "portal.example.org",
             .repeatable = true},
            {.name = "recovery-key",
             .value = "FILE",
             .help = "where the private half of the recovery key goes [DIR/recovery-key.pem]",
             .flag_only = true},
            JsonSetting()},
       .run = Init},
      {.name = "serve",
       .summary = "Receives batches and answers the API, over HTTPS.",
       .more = "Prints {\"port\":N,\"ready\":true} when it listens. SIGTERM ends it once the "
               "requests in flight are answered; SIGHUP reads certificate and keys again.",
       .settings = ServeSettings(),
       .run = Serve,
       .check = CheckServe},
      {.name = "migrate",
       .summary = "Brings the database up to this program's schema; back it up first.",
       .more = "Example: plotmeter-portal migrate --data /var/lib/plotmeter",
       .settings = {DataSetting()},
       .run = MigrateDatabase},
      {.name = "backup",
       .summary = "Writes the whole portal into one file, while it runs.",
       .more =
           "Its keys are sealed to the recovery key that init made, so a backup needs no secret "
           "and is none.\n"
           "  plotmeter-portal backup --data DIR /backup/portal-2026-11-29.db",
       .settings = {DataSetting(),
                    {.name = "file",
                     .value = "FILE",
                     .help = "must not exist",
                     .required = true,
                     .positional = true},
                    JsonSetting()},
       .run = Backup},
      {.name = "restore",
       .summary = "Makes a portal from a backup, in a directory where there is none.",
       .more =
           "Collectors send again by themselves what the backup does not hold. Of the portal "
           "that is replaced, give the journal: what was\nrevoked stays so.\n"
           "  plotmeter-portal restore --data DIR FILE --recovery-key recovery-key.pem --journal "
           "OLD/journal.ndjson",
       .settings = {DataSetting(),
                    {.name = "file",
                     .value = "FILE",
                     .help = "what backup wrote",
                     .required = true,
                     .positional = true},
                    Flag("recovery-key", "FILE", "the private half, which init wrote"),
                    Flag("journal", "FILE", "journal.ndjson of the portal that is replaced",
                         false)},
       .run = Restore},
      {.name = "recovery-key",
       .summary = "Makes a recovery key for a portal that has none yet.",
       .settings = {DataSetting(), Flag("output", "FILE", "where its private half goes")},
       .run = AddRecoveryKey},
      {.name = "keys list",
       .summary = "Shows which keys sign and open for this portal.",
       .settings = {DataSetting(), JsonSetting()},
       .run = ListKeys},
      {.name = "keys rotate",
       .summary = "Makes a new signing or encryption key; the old one vouches for it.",
       .more =
           "Collectors follow by themselves, those too that were away meanwhile. What was sealed "
           "to the old key is still opened for 400 days.\n"
           "Afterwards let a running portal read them (systemctl reload), and make a backup.\n"
           "  plotmeter-portal keys rotate --data DIR --key both",
       .settings = {DataSetting(), Flag("key", "KEY", "signing, encryption or both")},
       .run = RotateKeys,
       .check = CheckRotateKeys},
      {.name = "keys replace",
       .summary = "Replaces a lost or stolen signing key, by the recovery key's word.",
       .more =
           "Collectors that know the recovery key follow; nothing that the old key signs counts "
           "for them any more.\nEnrolment codes made before are void.\n"
           "  plotmeter-portal keys replace --data DIR --recovery-key recovery-key.pem",
       .settings = {DataSetting(),
                    Flag("recovery-key", "FILE", "the private half, which init wrote")},
       .run = ReplaceKeys},
      {.name = "verify",
       .summary = "Checks the signature, the hashes and the place of every stored batch again, and "
                  "the audit logs.",
       .more = "Names the first that fails. Exit code 0: all is what the collectors signed, and no "
               "audit log was changed; 1: something is not.\n"
               "Of each audit log it prints the last hash: noted elsewhere, it tells later whether "
               "rows were cut off.\n"
               "  plotmeter-portal verify --data DIR --reseller North",
       .settings = {DataSetting(), ResellerSetting(false), CollectorSetting(), JsonSetting()},
       .run = VerifyEvidence},
      {.name = "import",
       .summary =
           "Stores sealed batches that were carried here in files, and writes their receipts.",
       .more = "For sites that let nothing out. The files come from 'plotmeter-collector "
               "export-batches'; the receipts go back to 'import-receipts'.\n"
               "A running portal need not be stopped. Exit code 1: some were refused, and are "
               "named.\n"
               "  plotmeter-portal import --data DIR /media/usb",
       .settings = {DataSetting(),
                    {.name = "directory",
                     .value = "DIR",
                     .help = "where the *.jose files lie",
                     .required = true,
                     .positional = true},
                    {.name = "output",
                     .value = "FILE",
                     .help = "where the receipts go [receipts.ndjson beside the files]",
                     .flag_only = true},
                    JsonSetting()},
       .run = ImportBatches},
  };
}

std::vector<Command> TenantCommands() {
  return {
      {.name = "reseller add",
       .summary = "Adds a reseller.",
       .more = "Example: plotmeter-portal reseller add --data DIR --name \"North Reprographics\"",
       .settings = {DataSetting(), NameSetting("what it is called"), JsonSetting()},
       .run = AddReseller,
       .check = CheckName},
      {.name = "reseller list",
       .summary = "Lists every reseller.",
       .settings = {DataSetting(), JsonSetting()},
       .run = ListResellers},
      {.name = "customer add",
       .summary = "Adds a customer to a reseller.",
       .more = "Example: plotmeter-portal customer add --data DIR --reseller North --name \"Bridge "
               "& Partners\"",
       .settings = {DataSetting(), ResellerSetting(), NameSetting("what it is called"),
                    JsonSetting()},
       .run = AddCustomer,
       .check = CheckName},
      List("customer", ListCustomers),
      {.name = "customer erase",
       .summary = "Removes all that is a customer's, for good, and says how much it was.",
       .more =
           "Its printers with their usage and jobs, people, tokens, codes, and the content of its "
           "batches; its collectors are revoked. Export what\nbills still need before. Of each "
           "batch, place and hash stay, so that verify can check the others. Backups of before "
           "still have it.\n"
           "  plotmeter-portal customer erase --data DIR --reseller North --customer \"Bridge & "
           "Partners\"",
       .settings = {DataSetting(), ResellerSetting(false),
                    Flag("customer", "CUSTOMER", "id or name"), JsonSetting()},
       .run = EraseCustomer},
      {.name = "site add",
       .summary = "Adds a site to a customer.",
       .more = "Example: plotmeter-portal site add --data DIR --customer Bridge --name Yard "
               "--time-zone Europe/Madrid",
       .settings = {DataSetting(), ResellerSetting(false),
                    Flag("customer", "CUSTOMER", "id or name"), NameSetting("what it is called"),
                    Flag("time-zone", "ZONE", "cuts its billing periods, such as Europe/Berlin"),
                    JsonSetting()},
       .run = AddSite,
       .check = CheckSite},
      List("site", ListSites),
  };
}

std::vector<Command> AdmissionCommands() {
  return {
      {.name = "enrolment add",
       .summary = "Makes a code with which one collector enrols at a site; shows it once.",
       .more = "Example: plotmeter-portal enrolment add --data DIR --site Yard --days 2",
       .settings = {DataSetting(),
                    ResellerSetting(false),
                    Flag("site", "SITE", "id or name"),
                    {.name = "days",
                     .value = "N",
                     .fallback = "7",
                     .help = "how long the code works",
                     .flag_only = true},
                    JsonSetting()},
       .run = AddEnrolment,
       .check = CheckEnrolment},
      List("enrolment", ListEnrolments),
      {.name = "token add",
       .summary = "Makes an API token; shows it once.",
       .more = "Example: plotmeter-portal token add --data DIR --reseller North --role "
               "reseller_viewer --scope usage.read --name billing",
       .settings = {DataSetting(),
                    ResellerSetting(false),
                    RoleSetting(),
                    Flag("customer", "CUSTOMER", "what a customer_viewer sees", false),
                    NameSetting("what it is for"),
                    {.name = "scope",
                     .value = "SCOPE",
                     .help = "what it may do, such as usage.read or users.write: all that its role "
                             "may if none is given; may be repeated",
                     .repeatable = true,
                     .flag_only = true},
                    Flag("days", "N", "how long it works; for ever if not given", false),
                    JsonSetting()},
       .run = AddToken,
       .check = CheckToken},
      List("token", ListTokens),
      {.name = "token revoke",
       .summary = "Refuses a token from now on.",
       .more = "Example: plotmeter-portal token revoke --data DIR --token tok_7Q2M9K4T",
       .settings = {DataSetting(), ResellerSetting(false), Flag("token", "TOKEN", "its id, tok_…")},
       .run = RevokeToken},
      List("collector", ListCollectors),
      {.name = "collector revoke",
       .summary = "Refuses a collector from now on.",
       .more = "Example: plotmeter-portal collector revoke --data DIR --collector col_7Q2M9K4T",
       .settings = {DataSetting(), ResellerSetting(false),
                    Flag("collector", "COLLECTOR", "its id, col_…")},
       .run = RevokeCollector},
      {.name = "collector settings",
       .summary =
           "Proposes settings to a collector, or to all of a site; or shows what came of it.",
       .more =
           "The collector's own file says whether it takes them (remote = \"none\", \"schedule\" "
           "or \"all\"). Each proposal\nreplaces the one before, and a collector's own comes "
           "before its site's.\n"
           "  plotmeter-portal collector settings --data DIR --site Yard --interval 1h\n"
           "  plotmeter-portal collector settings --data DIR",
       .settings = {DataSetting(),
                    ResellerSetting(false),
                    Flag("collector", "COLLECTOR", "its id, col_…", false),
                    Flag("site", "SITE", "id or name", false),
                    Flag("interval", "T", "time from reading to reading", false),
                    Flag("job-interval", "T", "time from looking for jobs to the next", false),
                    Flag("heartbeat", "T", "time from heartbeat to heartbeat", false),
                    Flag("rediscover", "T", "look for printers again so often", false),
                    Flag("packets-per-second", "N", "ceiling of sweeps", false),
                    Repeatable("range", "where to look instead"),
                    Repeatable("exclude", "where not to look, beside what the file excludes"),
                    {.name = "as-in-file",
                     .help = "take back what was proposed",
                     .flag_only = true},
                    JsonSetting()},
       .run = CollectorSettings,
       .check = CheckCollectorSettings},
  };
}

std::vector<Command> PrinterCommands() {
  return {
      List("printer", ListPrinters),
      {.name = "printer add",
       .summary = "Adds a printer that no collector reaches; shows its id.",
       .more = "Its meters are read off by a person ('reading add'). A collector that comes to "
               "tell of that serial means this printer.\n"
               "  plotmeter-portal printer add --data DIR --site Yard --manufacturer HP --model "
               "\"HP DesignJet T730\" --serial CN0001A01M",
       .settings = {DataSetting(), ResellerSetting(false),
                    Flag("site", "SITE", "where it stands; id or name"),
                    Flag("manufacturer", "MAKER", "such as HP"),
                    Flag("model", "MODEL", "such as \"HP DesignJet T730\""),
                    Flag("serial", "SERIAL", "as it stands on the printer"), JsonSetting()},
       .run = AddPrinter,
       .check = CheckPrinter},
      {.name = "printer move",
       .summary = "Says at which site a printer stands, and settles who else claims it.",
       .more = "'also_seen_at' of 'printer list' are sites whose collectors told of it too. "
               "What was told before stays with the customer whose collectors did.\n"
               "  plotmeter-portal printer move --data DIR --printer CN9541H01M --site Yard",
       .settings = {DataSetting(), ResellerSetting(false),
                    Flag("printer", "PRINTER", "id or serial"), Flag("site", "SITE", "id or name")},
       .run = MovePrinter}};
}

std::vector<Command> UserCommands() {
  return {
      {.name = "user add",
       .summary = "Invites a person; shows once the link with which to choose a password.",
       .more = "The first people of a portal, and of a reseller:\n"
               "  plotmeter-portal user add --data DIR --role operator --email ops@example.org "
               "--name \"On call\"\n"
               "  plotmeter-portal user add --data DIR --reseller North --role reseller_admin "
               "--email anna@north.example --name \"Anna Meier\"",
       .settings = {DataSetting(), ResellerSetting(false), RoleSetting(),
                    Flag("customer", "CUSTOMER", "what a customer_viewer sees", false),
                    Flag("email", "EMAIL", "with which the person signs in"),
                    NameSetting("what the person is called"), MailSetting(), JsonSetting()},
       .run = AddUser,
       .check = CheckUser},
      List("user", ListUsers),
      {.name = "user disable",
       .summary = "Signs a person out everywhere and lets it in no more.",
       .more = "Example: plotmeter-portal user disable --data DIR --user anna@north.example",
       .settings = {DataSetting(), UserSetting()},
       .run = DisableUser},
      {.name = "user link",
       .summary = "Makes a link with which a person chooses another password; shows it once.",
       .more = "Those made before work no more. A second factor stays on.\n"
               "  plotmeter-portal user link --data DIR --user anna@north.example",
       .settings = {DataSetting(), UserSetting(), MailSetting(), JsonSetting()},
       .run = MakeUserLink},
  };
}

std::vector<Command> EvidenceCommands() {
  return {
      {.name = "export evidence",
       .summary = "Writes the batches as their collectors signed them, for plotmeter-verify.",
       .more = "Whoever has the file can check it without the portal:\n"
               "  plotmeter-portal export evidence --data DIR --reseller North --output "
               "north.evidence\n"
               "  plotmeter-verify north.evidence",
       .settings = {DataSetting(), ResellerSetting(), CollectorSetting(), OutputSetting()},
       .run = ExportEvidence},
  };
}

Program Portal() {
  Program program{
      .name = "plotmeter-portal",
      .summary = "The portal: receives sealed batches, keeps them, computes usage.",
      .more =
          "A portal from nothing, in the order of the commands:\n"
          "  plotmeter-portal init --data DIR --name portal.example.org\n"
          "  plotmeter-portal reseller add --data DIR --name North\n"
          "  plotmeter-portal customer add --data DIR --reseller North --name Bridge\n"
          "  plotmeter-portal site add --data DIR --customer Bridge --name Yard "
          "--time-zone Europe/Madrid\n"
          "  plotmeter-portal enrolment add --data DIR --site Yard\n"
          "  plotmeter-portal serve --data DIR --listen 0.0.0.0:443\n"
          "The variable PLOTMETER_DATA, or a line data = \"DIR\" in the file of --config, saves "
          "--data.",
      .groups = {{"keys", "What signs for this portal, and what opens what is sealed to it."},
                 {"reseller", "Resellers: who bills. Everything else belongs to one of them."},
                 {"customer", "Customers of a reseller: who pays."},
                 {"site", "Sites of a customer: where printers stand, and in which time zone."},
                 {"enrolment", "Codes with which a collector makes itself known, once."},
                 {"user", "People who sign in, of a reseller or of the operator."},
                 {"token", "API tokens: how programs ask for printers and usage."},
                 {"collector", "Collectors that enrolled."},
                 {"printer", "Printers that collectors told of, or people, and where they stand."},
                 {"reading", "Meters that people read off themselves, where no collector does."},
                 {"gap", "What was printed between two epochs of a meter: a person says how much."},
                 {"reconciliation", "Jobs beside lifetime meters, and what does not fit."},
                 {"incident", "Conditions that need a person, and what is done about them."},
                 {"rules", "When incidents are raised."},
                 {"recipient", "Who is told of incidents, by mail or webhook."},
                 {"export", "Usage, jobs, readings and the rest, as CSV or NDJSON."},
                 {"schedule", "Exports that are written into a folder every month."}},
      .file_intro =
          "Settings of plotmeter-portal, for --config: try them with `serve --check`. A "
          "flag wins over a variable (PLOTMETER_DATA), that over this file. What begins "
          "with # is not set; what is written there is the default, or an example where "
          "there is none."};
  for (const auto& part :
       {OperatorCommands(), TenantCommands(), UserCommands(), AdmissionCommands(),
        PrinterCommands(), ReadingCommands(), GapCommands(), ReconciliationCommands(),
        IncidentCommands(), ExportCommands(), EvidenceCommands()}) {
    program.commands.insert(program.commands.end(), part.begin(), part.end());
  }
  return program;
}

}  // namespace
}  // namespace plotmeter

int main(int argc, char** argv) {
  plotmeter::LeaveNoCoreDump();
  return plotmeter::RunProgram(plotmeter::Portal(), argc, argv);
}
