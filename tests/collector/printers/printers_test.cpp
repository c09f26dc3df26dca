// Every folder of tests/golden/printers is a printer: what it answers, and in answers.golden what
// the collector makes of that. A new model is a folder more; docs/adding-a-printer.md shows how.
//
//    designjet_z9/walk.snmprec                  what it answers over SNMP; absent: no SNMP
//    designjet_z9/web/LFPWebServices/PI/…       what its web server answers, by path; absent: none
//    designjet_z9/answers.golden                as `read --json` shows it, but for the address
//
// PLOTMETER_GOLDEN=write in the environment rewrites answers.golden.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>

#include "collector/look.h"
#include "tests/collector/printers/addresses.h"
#include "tests/common/http/stranger.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/recorded_agent.h"
#include "tests/fakes/recorded_session.h"

namespace plotmeter {
namespace {

namespace fs = std::filesystem;

const fs::path kPrinters = SOURCE_ROOT "/tests/golden/printers";

std::string TextOf(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<std::string> Folders() {
  std::vector<std::string> folders;
  for (const auto& entry : fs::directory_iterator(kPrinters)) {
    if (entry.is_directory()) folders.push_back(entry.path().filename().string());
  }
  std::ranges::sort(folders);
  return folders;
}

Stranger::Answer Serve(const fs::path& web, const std::string& path) {
  const fs::path file = web / path.substr(1, path.find('?') - 1);
  if (path.find("..") != std::string::npos || !fs::is_regular_file(file)) {
    return Stranger::Status(404);
  }
  return Stranger::Ok(TextOf(file));
}

class PrintersTest : public testing::TestWithParam<std::string> {
 protected:
  // What `read --json` says of the printer in `folder`.
  Json Read(const fs::path& folder) {
    std::optional<RecordedAgent> agent;
    std::optional<Stranger> server;
    PrinterAddress address{.host = "127.0.0.1", .snmp_port = 9, .https_port = 9};  // closed ports
    if (fs::exists(folder / "walk.snmprec")) {
      agent.emplace(ReadRecording(folder / "walk.snmprec"));
      address.snmp_port = agent->port();
    }
    if (fs::exists(folder / "web")) {
      server.emplace([web = folder / "web"](const Stranger::Request& asked) {
        return Serve(web, asked.path);
      });
      address.https_port = server->port();
    }
    const Arguments arguments{{{"port", {"161"}},
                               {"https-port", {"443"}},
                               {"community", {"public"}},
                               {"version", {"2c"}},
                               {"timeout", {"5s"}},
                               {"retries", {"1"}},
                               {"http-port", {"0"}},
                               {"piws-pause", {"0"}}}};
    const FakeClock clock(*ParseInstant("2026-05-23T16:31:00Z"));
    Ways ways(DefaultProfileOf(arguments), arguments, clock, 0);
    Json read = ToJson(LookAt(ways, address));
    read.erase("address");
    read.erase("unread");  // closed ports, in words that tell milliseconds
    return read;
  }
};

TEST_P(PrintersTest, IsReadAsItsGoldenFileSays) {
  const fs::path golden = kPrinters / GetParam() / "answers.golden";
  const std::string text = Read(kPrinters / GetParam()).dump(1) + "\n";
  const char* mode = std::getenv("PLOTMETER_GOLDEN");
  if (mode != nullptr && std::string(mode) == "write") std::ofstream(golden) << text;
  EXPECT_EQ(TextOf(golden), text) << "in " << golden;
}

// What people would not want to have in public, or in a batch.
TEST_P(PrintersTest, HoldsNobodysAddress) {
  for (const auto& entry : fs::recursive_directory_iterator(kPrinters / GetParam())) {
    if (!entry.is_regular_file()) continue;
    EXPECT_EQ(AddressInFile(entry.path()), std::nullopt)
        << entry.path() << ": run it through tests/tools/redact.py";
  }
}

// A new model is a profile and a golden file.
TEST(GoldenPrintersTest, ShowWhatEachProfileIsFor) {
  std::set<std::string> shown;
  for (const std::string& folder : Folders()) {
    shown.insert(
        ParseJson(TextOf(kPrinters / folder / "answers.golden")).at("profile").get<std::string>());
  }
  for (const ModelProfile& profile : BuiltInProfiles().all()) {
    if (profile.name == "default") continue;
    EXPECT_TRUE(shown.contains(profile.name))
        << "no folder of " << kPrinters << " is read with the profile " << profile.name;
  }
}

INSTANTIATE_TEST_SUITE_P(Golden, PrintersTest, testing::ValuesIn(Folders()),
                         [](const auto& printer) { return printer.param; });

}  // namespace
}  // namespace plotmeter
