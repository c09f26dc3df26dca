// import: sealed batches that were carried here in files, and the receipts to carry back.

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <vector>

#include "common/clock.h"
#include "common/json.h"
#include "portal/access/keyring.h"
#include "portal/access/revocations.h"
#include "portal/commands.h"
#include "portal/ledger/ingest.h"
#include "portal/lookup.h"
#include "portal/output.h"
#include "portal/portal_settings.h"
#include "portal/store/sqlite_store.h"

namespace plotmeter {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> FilesIn(const std::string& directory) {
  if (!fs::is_directory(directory)) {
    throw std::runtime_error(fmt::format("{} is no directory", directory));
  }
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory)) {
    if (entry.path().extension() == ".jose") files.push_back(entry.path());
  }
  std::ranges::sort(files);  // by stream and sequence, so that no hole is seen where there is none
  if (files.empty()) {
    throw std::runtime_error(fmt::format(
        "{} holds no *.jose: plotmeter-collector export-batches makes them", directory));
  }
  return files;
}

// No more of it than could be one, so that a film is not read whole to be refused.
std::string Content(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string bytes(kMaxSealed + 1, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (in.bad() || !in.is_open()) {
    throw std::runtime_error(fmt::format("cannot read {}", path.string()));
  }
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  return bytes;
}

struct Counted {
  int stored = 0;
  int before = 0;
  int refused = 0;
};

// One file; the line of it in the receipts. What is busy is tried no second time: it throws.
std::string Take(Ingest& ingest, const fs::path& path, Counted& counted) {
  const std::string name = path.filename().string();
  const IngestResult result = ingest.Take(Content(path));
  if (const auto* accepted = std::get_if<Accepted>(&result)) {
    ++(accepted->repeated ? counted.before : counted.stored);
    return JsonText({{"file", name}, {"status", 200}, {"jws", accepted->receipt}});
  }
  if (const auto* refused = std::get_if<Refused>(&result)) {
    ++counted.refused;
    fmt::print(stderr, "{}: refused: {}: {}\n", name, refused->check, refused->detail);
    return JsonText({{"file", name}, {"status", refused->status}, {"jws", refused->signed_note}});
  }
  throw std::runtime_error(fmt::format("{}: {}; nothing after it was read, so run it again", name,
                                       std::get<Postponed>(result).why));
}

}  // namespace

int ImportBatches(const Arguments& arguments) {
  const DataDirectory data(arguments);
  const SystemClock clock;
  SqliteStore store(data.existing_database());
  RepeatRevocations(JournalFile(data.path), store);  // as serve does before it hears anybody
  RepeatDisablings(JournalFile(data.path), store);
  RepeatErasures(JournalFile(data.path), store);
  const auto keys = std::make_shared<const Keyring>(LoadKeys(data));
  Ingest ingest(store, store, IdentityOf(keys), clock);
  const std::string directory = arguments.Text("directory");
  const std::vector<fs::path> files = FilesIn(directory);
  const std::string path = arguments.Has("output")
                               ? arguments.Text("output")
                               : (fs::path(directory) / "receipts.ndjson").string();
  Output output(path);
  output.Write(JsonText({{"receipts", 1},
                         {"portal", keys->thumbprint()},
                         {"keys", keys->Document(clock.Now())}}) +
               "\n");
  Counted counted;
  for (const fs::path& file : files) output.Write(Take(ingest, file, counted) + "\n");
  output.Finish();
  if (arguments.Switch("json")) {
    fmt::print("{}\n", JsonText({{"stored", counted.stored},
                                 {"before", counted.before},
                                 {"refused", counted.refused},
                                 {"receipts", path}}));
  } else {
    fmt::print("{} batches stored, {} were here before, {} refused\n", counted.stored,
               counted.before, counted.refused);
    fmt::print("Next, at the collector: plotmeter-collector import-receipts {}\n", path);
  }
  return counted.refused == 0 ? 0 : 1;
}

}  // namespace plotmeter
