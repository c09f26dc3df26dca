// export-batches and import-receipts: for sites without a way out.

#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>

#include "collector/collector_settings.h"
#include "collector/commands.h"
#include "collector/enrol/identity.h"
#include "collector/key_lock.h"
#include "collector/upload/hand_carried.h"
#include "common/path.h"

namespace plotmeter {
namespace {

UploadIdentity IdentityOf(const std::string& directory) {
  std::optional<Identity> identity = LoadIdentity(directory);
  const std::optional<PrivateKey> key = LoadKey(directory);
  if (!identity || !key) {
    throw std::runtime_error(fmt::format(
        "{} is not enrolled, so there is no portal to carry anything to: plotmeter-collector enrol",
        directory));
  }
  UploadIdentity upload{.portal = identity->portal,
                        .collector = identity->collector,
                        .keys = identity->keys,
                        .key = key};
  upload.remember_keys = [directory, known = *std::move(identity)](const std::string& jws,
                                                                   const PortalKeys& keys) mutable {
    const KeyLock lock(directory);
    if (const std::optional<Identity> now = LoadIdentity(directory)) known = *now;
    known.keys_jws = jws;
    known.keys = keys;
    SaveIdentity(directory, known);
  };
  return upload;
}

SpoolSettings ExistingSpool(const Arguments& arguments) {
  SpoolSettings settings = SpoolSettingsOf(arguments);
  settings.make = false;
  return settings;
}

int Export(const Arguments& arguments) {
  const SystemClock clock;
  const UploadIdentity identity = IdentityOf(StateDirectory(arguments));
  Spool spool(ExistingSpool(arguments), clock);
  const std::string directory = arguments.Text("directory");
  const std::vector<std::string> names = ExportBatches(spool, identity, directory);
  if (arguments.Switch("json")) {
    std::cout << JsonText({{"directory", directory}, {"files", names}}) << "\n";
  } else if (names.empty()) {
    fmt::print("nothing waits: the portal has a receipt for everything that was read\n");
  } else {
    fmt::print("{} sealed batches in {}\nNext, at the portal: plotmeter-portal import {}\n",
               names.size(), directory, directory);
  }
  return 0;
}

int Import(const Arguments& arguments) {
  const SystemClock clock;
  const UploadIdentity identity = IdentityOf(StateDirectory(arguments));
  const std::string path = arguments.Text("file");
  std::ifstream in(PathOf(path), std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (!in) throw std::runtime_error(fmt::format("cannot read {}", path));
  Spool spool(ExistingSpool(arguments), clock);
  const ReceiptsTaken taken = ImportReceipts(spool, clock, identity, text);
  const Waiting waiting = spool.CountWaiting();
  if (arguments.Switch("json")) {
    std::cout << JsonText({{"receipted", taken.receipted},
                           {"before", taken.before},
                           {"refused", taken.refused},
                           {"troubles", taken.troubles},
                           {"waiting_batches", waiting.batches}})
              << "\n";
  } else {
    for (const std::string& trouble : taken.troubles) fmt::print("{}\n", trouble);
    fmt::print("{} batches have their receipt now, {} had it before, {} were refused; {} wait\n",
               taken.receipted, taken.before, taken.refused, waiting.batches);
  }
  return taken.troubles.empty() ? 0 : 1;
}

}  // namespace

Command ExportBatchesCommand() {
  return {.name = "export-batches",
          .summary = "Writes what waits into sealed files, for a site that lets nothing out.",
          .more =
              "Each file holds the very bytes that would have been sent: who carries them can read "
              "nothing.\n"
              "  plotmeter-collector export-batches /media/usb\n"
              "  plotmeter-portal import /media/usb            at the portal\n"
              "  plotmeter-collector import-receipts /media/usb/receipts.ndjson",
          .settings = Joined({{{.name = "directory",
                                .value = "DIR",
                                .help = "where the files go; made where it is missing",
                                .required = true,
                                .positional = true},
                               JsonSwitch()},
                              StateSettings()}),
          .run = Export,
          .check = [](const Arguments& arguments) { SpoolSettingsOf(arguments); }};
}

Command ImportReceiptsCommand() {
  return {.name = "import-receipts",
          .summary = "Takes the receipts that plotmeter-portal import wrote.",
          .more =
              "Only what the portal signed counts. What has no receipt stays and is exported "
              "again.\n"
              "Exit code 0: every line was understood; 1: some were not, and are named.",
          .settings = Joined({{{.name = "file",
                                .value = "FILE",
                                .help = "receipts.ndjson",
                                .required = true,
                                .positional = true},
                               JsonSwitch()},
                              StateSettings()}),
          .run = Import,
          .check = [](const Arguments& arguments) { SpoolSettingsOf(arguments); }};
}

}  // namespace plotmeter
