// Keeps the house in order: which folder may include which, and which files may include each
// outside library. Change the tables in the same commit that changes the design; a row comes with
// its folder or door, and goes with it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/paths.h"

namespace {

namespace fs = std::filesystem;
using Names = std::set<std::string>;

// A folder may include itself and those it names. The arrow never points back.
const std::map<std::string, Names> kMayInclude = {
    {"common", {}},
    {"common/http", {"common"}},
    {"proto", {"common"}},

    {"collector/channel", {"common"}},
    {"collector/xml", {"common"}},
    {"collector/snmp", {"common", "collector/channel"}},
    {"collector/web", {"common", "common/http", "collector/channel", "collector/xml"}},
    {"collector/ledm",
     {"common", "common/http", "collector/channel", "collector/web", "collector/xml"}},
    {"collector/piws",
     {"common", "common/http", "collector/channel", "collector/web", "collector/xml"}},
    {"collector/discovery", {"common", "collector/channel", "collector/snmp"}},
    {"collector/poll", {"common", "collector/channel"}},
    {"collector/spool", {"common", "proto"}},
    {"collector/uplink", {"common"}},
    {"collector/enrol", {"common", "proto", "collector/uplink"}},
    {"collector/upload", {"common", "proto", "collector/uplink", "collector/spool"}},

    {"portal/http", {"common"}},
    {"portal/store", {"common"}},
    {"portal/access", {"common", "proto", "portal/store"}},
    {"portal/ledger", {"common", "proto", "portal/store"}},
    {"portal/alerts", {"common", "common/http", "portal/store", "portal/ledger"}},
    {"portal/controllers",
     {"common", "proto", "portal/http", "portal/access", "portal/store", "portal/ledger",
      "portal/alerts"}},

    {"tests/simulator", {"common"}},
};

// A program's own folder (its main.cpp and its settings) may include these and all below itself.
const std::map<std::string, Names> kPrograms = {
    {"collector", {"common", "common/http", "proto"}},
    {"portal", {"common", "common/http", "proto"}},
};

// Each outside library has one door in each program.
const std::map<std::string, Names> kDoors = {
    {"boost/",
     {"collector/uplink/portal_client.cpp", "portal/http/connection.cpp",
      "portal/http/connection.h", "portal/http/listener.cpp", "portal/http/loops.cpp",
      "portal/http/loops.h", "tests/simulator/web_server.cpp"}},
    {"cpprest/", {"collector/uplink/portal_client.cpp"}},
    {"curl/", {"common/http/fetch.cpp", "common/http/mail.cpp"}},
    {"net-snmp/", {"collector/snmp/codec.cpp"}},
    {"nlohmann/", {"common/json.h"}},
    {"CLI/", {"common/settings.cpp"}},
    {"spdlog/", {"common/log.cpp"}},
    {"toml++/", {"common/toml.cpp"}},
    {"openssl/",
     {"common/crypto.cpp", "common/secret.cpp", "common/http/fetch.cpp",
      "collector/snmp/usm_crypto.cpp", "collector/uplink/portal_client.cpp",
      "collector/uplink/system_authorities.h", "portal/http/tls.cpp", "portal/certificate.cpp",
      "tests/simulator/certificate.cpp", "tests/simulator/certificate.h",
      "tests/simulator/snmp_usm.cpp"}},
    {"pugixml.hpp", {"collector/xml/xml.cpp"}},
    {"sodium.h", {"portal/access/password.cpp"}},
    {"sqlite3.h", {"common/sqlite.cpp"}},
    {"date/", {"portal/ledger/period.cpp"}},
    {"zlib.h", {"proto/seal.cpp", "tests/simulator/web_sick.cpp"}},
    {"windows.h",
     {"common/access_windows.h", "common/clock_windows.cpp", "common/core_dump_windows.cpp",
      "common/event_log_windows.cpp", "common/key_file_windows.cpp",
      "common/private_file_windows.cpp", "common/system_windows.cpp", "common/windows_service.cpp",
      "collector/commands_service_windows.cpp", "collector/doctor_disk_windows.cpp",
      "collector/key_lock_windows.cpp", "collector/state_lock_windows.cpp",
      "collector/stop_signal_windows.cpp", "collector/system_words_windows.cpp",
      "collector/uplink/system_authorities_windows.cpp"}},
    {"winsock2.h", {"common/net_windows.cpp", "collector/snmp/udp_port_windows.cpp"}},
};

std::string FolderOf(const std::string& file) {
  return fs::path(file).parent_path().generic_string();
}

// Ours are the folders of the tables; "fmt/format.h" and <vector> are not.
bool IsOurs(const std::string& folder) {
  const std::string top = folder.substr(0, folder.find('/'));
  return top == "common" || top == "proto" || top == "tests" || kPrograms.contains(top);
}

bool MayInclude(const std::string& folder, const std::string& other) {
  if (folder == other) return true;
  if (const auto row = kMayInclude.find(folder); row != kMayInclude.end()) {
    return row->second.contains(other);
  }
  const auto program = kPrograms.find(folder);
  return program != kPrograms.end() &&
         (program->second.contains(other) || other.starts_with(folder + "/"));
}

std::string Listed(const Names& names) {
  std::string out;
  for (const auto& name : names) out += (out.empty() ? " " : " or ") + name;
  return out;
}

// What is wrong with the includes of `file`, whose contents are `text`: one sentence each, none
// when all is well. `file` is relative to the root of the repository.
std::vector<std::string> Complaints(const std::string& file, std::istream& text) {
  static const std::regex kInclude(R"re(^#include ["<]([^">]+)[">])re");
  std::vector<std::string> found;
  const std::string folder = FolderOf(file);
  if (!kMayInclude.contains(folder) && !kPrograms.contains(folder)) {
    found.push_back(folder + " is not in the table of tests/house_test.cpp");
  }
  std::smatch match;
  for (std::string line; std::getline(text, line);) {
    if (!std::regex_search(line, match, kInclude)) continue;
    const std::string header = match[1];
    if (IsOurs(FolderOf(header)) && !MayInclude(folder, FolderOf(header))) {
      found.push_back(file + " may not include " + header);
    }
    for (const auto& [library, doors] : kDoors) {
      if (header.starts_with(library) && !doors.contains(file)) {
        found.push_back(file + " may not include " + header + "; only" + Listed(doors) + " may");
      }
    }
  }
  return found;
}

std::vector<std::string> Complaints(const std::string& file, const std::string& text) {
  std::istringstream in(text);
  return Complaints(file, in);
}

std::string TextOf(const fs::path& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// The folders that a CMakeLists.txt links to, of "plotmeter_library(x SOURCES … LINKS a b DOORS
// …)". Outside libraries ("Threads::Threads") are left out, folders are as CMake names them.
Names LinksOf(const std::string& cmake) {
  static const std::regex kLinks(R"(plotmeter_library\([^)]*\bLINKS\s+([^)]*))");
  Names links;
  std::smatch match;
  if (!std::regex_search(cmake, match, kLinks)) return links;
  std::istringstream words(match[1]);
  for (std::string word; words >> word && word != "DOORS";) {
    if (word.find("::") == std::string::npos) links.insert(word);
  }
  return links;
}

std::string NameInCMake(std::string folder) {
  std::ranges::replace(folder, '/', '_');
  return folder;
}

using Lines = std::vector<std::string>;

TEST(HouseTest, LetsTheArrowPointForward) {
  EXPECT_EQ(Complaints("portal/ledger/usage.cpp", "#include \"portal/store/store.h\"\n"), Lines{});
  EXPECT_EQ(Complaints("collector/main.cpp", "#include \"collector/spool/spool.h\"\n"), Lines{});
  EXPECT_EQ(Complaints("common/sqlite.cpp", "#include <sqlite3.h>\n"), Lines{});
}

TEST(HouseTest, NamesAnArrowThatPointsBack) {
  EXPECT_EQ(Complaints("portal/ledger/usage.cpp", "#include \"portal/http/http.h\"\n"),
            Lines{"portal/ledger/usage.cpp may not include portal/http/http.h"});
  EXPECT_EQ(Complaints("collector/main.cpp", "#include \"portal/store/store.h\"\n"),
            Lines{"collector/main.cpp may not include portal/store/store.h"});
}

TEST(HouseTest, NamesALibraryThatCameInByTheWindow) {
  EXPECT_EQ(Complaints("collector/poll/poller.cpp", "#include <pugixml.hpp>\n"),
            Lines{"collector/poll/poller.cpp may not include pugixml.hpp; only "
                  "collector/xml/xml.cpp may"});
}

TEST(HouseTest, NamesAFolderNobodyPlanned) {
  EXPECT_EQ(Complaints("portal/helpers/misc.cpp", ""),
            Lines{"portal/helpers is not in the table of tests/house_test.cpp"});
}

TEST(HouseTest, ReadsWhatCMakeLinks) {
  EXPECT_EQ(
      LinksOf("plotmeter_library(a SOURCES b.cpp\n  LINKS common c_d Threads::Threads\n  DOORS e)"),
      (Names{"common", "c_d"}));
  EXPECT_EQ(LinksOf("plotmeter_library(common SOURCES a.cpp)"), Names{});
}

// The questions to the portal's store in a source: its string literals that begin with a word of
// SQL, pieces put together.
Lines QuestionsOf(const std::string& text) {
  static const std::regex kLiteral(R"re("((?:[^"\\]|\\.)*)"(?:\s|//[^\n]*\n)*)re");
  static const std::regex kSql(R"(^(SELECT|INSERT|UPDATE|DELETE) )");
  Lines found;
  std::string joined;
  auto end = text.cbegin();
  const auto finish = [&] {
    if (std::regex_search(joined, kSql)) found.push_back(joined);
    joined.clear();
  };
  for (std::sregex_iterator it(text.begin(), text.end(), kLiteral), last; it != last; ++it) {
    const std::smatch& match = *it;
    if (match[0].first != end) finish();
    joined += match[1];
    end = match[0].second;
  }
  finish();
  return found;
}

// Whoever asks the store says for which reseller. These ask who the resellers are, or no row.
const Names kOfNoReseller = {
    "INSERT OR IGNORE INTO reseller(id, name, created_at) VALUES(?,?,?)",
    "SELECT count(*) FROM (SELECT 1 FROM reseller LIMIT 1)",
    "SELECT 1 FROM {} WHERE id=?",         // UnusedId: an id is nobody's yet
    "SELECT 1 FROM collector WHERE id=?",  // whether a collector that comes back is anybody's
    "SELECT total_changes()",              // of a connection: no row is asked for
};

TEST(HouseTest, FindsQuestionsThatAreInPieces) {
  EXPECT_EQ(
      QuestionsOf("q = Sql(\n  \"SELECT a FROM b\"\n  // and\n  \" WHERE c=?\"); x(\"SELECTED\");"),
      Lines{"SELECT a FROM b WHERE c=?"});
}

TEST(HouseTest, EveryQuestionToTheStoreNamesAReseller) {
  std::size_t questions = 0;
  Names nobody_asked = kOfNoReseller;
  for (const auto& entry : fs::directory_iterator(fs::path(SOURCE_ROOT) / "portal/store")) {
    if (entry.path().extension() != ".cpp") continue;
    for (const std::string& question : QuestionsOf(TextOf(entry.path()))) {
      ++questions;
      if (nobody_asked.erase(question) > 0 || kOfNoReseller.contains(question)) continue;
      EXPECT_THAT(question, testing::HasSubstr("reseller_id")) << entry.path().filename();
    }
  }
  EXPECT_GT(questions, 60u);
  EXPECT_THAT(nobody_asked, testing::IsEmpty());
}

// The controllers that a file knows.
Names ControllersIn(const std::string& text) {
  static const std::regex kInclude(R"re(#include "portal/controllers/(\w+_controller)\.h")re");
  Names found;
  for (std::sregex_iterator it(text.begin(), text.end(), kInclude), last; it != last; ++it) {
    found.insert((*it)[1]);
  }
  return found;
}

// What is served is what is held against openapi.yaml and asked as every role.
TEST(HouseTest, EveryControllerIsServedAndTested) {
  Names all;
  for (const auto& entry : fs::directory_iterator(fs::path(SOURCE_ROOT) / "portal/controllers")) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with("_controller.h")) all.insert(entry.path().stem().string());
  }
  EXPECT_GT(all.size(), 20u);
  for (const char* file : {"portal/operate.cpp", "tests/portal/controllers/controllers_world.h"}) {
    EXPECT_EQ(ControllersIn(TextOf(fs::path(SOURCE_ROOT) / file)), all) << file;
  }
  EXPECT_EQ(TextOf(fs::path(SOURCE_ROOT) / "portal/operate.cpp").find("router.Get("),
            std::string::npos)
      << "a route that no controller has";
}

TEST(HouseTest, HasNoRowForAFolderThatIsGone) {
  for (const auto& [folder, others] : kMayInclude) {
    EXPECT_TRUE(fs::is_directory(fs::path(SOURCE_ROOT) / folder)) << folder;
  }
}

TEST(HouseTest, HasNoDoorThatNobodyGoesThrough) {
  for (const auto& [library, doors] : kDoors) {
    for (const auto& door : doors) {
      EXPECT_NE(TextOf(fs::path(SOURCE_ROOT) / door).find("#include <" + library),
                std::string::npos)
          << door << " includes nothing of " << library;
    }
  }
}

TEST(HouseTest, IsRepeatedByCMake) {
  for (const auto& [folder, others] : kMayInclude) {
    Names expected;
    for (const auto& other : others) expected.insert(NameInCMake(other));
    EXPECT_EQ(LinksOf(TextOf(fs::path(SOURCE_ROOT) / folder / "CMakeLists.txt")), expected)
        << "LINKS of " << folder;
  }
}

TEST(HouseTest, HoldsForEveryFile) {
  const fs::path root = SOURCE_ROOT;
  int files = 0;
  for (const char* top : {"common", "proto", "collector", "portal", "tests/simulator"}) {
    if (!fs::exists(root / top)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root / top)) {
      const fs::path extension = entry.path().extension();
      if (extension != ".h" && extension != ".cpp") continue;
      ++files;
      std::ifstream in(entry.path());
      for (const auto& complaint :
           Complaints(fs::relative(entry.path(), root).generic_string(), in)) {
        ADD_FAILURE() << complaint;
      }
    }
  }
  EXPECT_GT(files, 0) << "found nothing to check under " << root;
}

}  // namespace
