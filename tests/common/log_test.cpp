#include "common/log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>

#include "common/core_dump.h"
#include "common/log_settings.h"
#include "tests/fakes/scratch.h"

namespace plotmeter {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::MatchesRegex;

std::string TextOf(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// What a process of its own logs to standard error, which is a file of this name then. The log
// looks at its surroundings once, so each needs a process.
std::string LoggedBy(const std::string& name, const std::function<void(const std::string&)>& act) {
  const std::string path = Scratch() + "/" + name;
  EXPECT_EXIT(
      {
        const int file = ::open(path.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600);
        struct stat about {};
        ::fstat(file, &about);
        ::dup2(file, STDERR_FILENO);
        act(fmt::format("{}:{}", about.st_dev, about.st_ino));
        ::_exit(0);
      },
      testing::ExitedWithCode(0), "");
  return TextOf(path);
}

TEST(LogTest, WritesOneLineAnEventWithItsInstant) {
  const std::string text = LoggedBy("plain.log", [](const std::string&) {
    ::unsetenv("JOURNAL_STREAM");
    Log(LogLevel::kWarning, "upload_waits", {{"why", "it is away"}, {"tries", "3"}});
  });
  EXPECT_THAT(text,
              MatchesRegex("[0-9-]+T[0-9:]+Z warning upload_waits why=\"it is away\" tries=3\n"));
}

TEST(LogTest, GivesTheJournalPrioritiesAndNoInstants) {
  const std::string text = LoggedBy("journal.log", [](const std::string& stream) {
    ::setenv("JOURNAL_STREAM", stream.c_str(), 1);
    Log(LogLevel::kInfo, "running", {{"state", "/var"}});
    Log(LogLevel::kWarning, "upload_waits");
    Log(LogLevel::kError, "disk_trouble");
  });
  EXPECT_EQ(text, "<6>running state=/var\n<4>upload_waits\n<3>disk_trouble\n");
}

TEST(LogTest, IsNoJournalWhereAnotherStreamIsNamed) {
  const std::string text = LoggedBy("other.log", [](const std::string&) {
    ::setenv("JOURNAL_STREAM", "8:4711", 1);
    Log(LogLevel::kInfo, "running");
  });
  EXPECT_THAT(text, HasSubstr("Z info running\n"));
  EXPECT_FALSE(IsJournal("", STDERR_FILENO));
  EXPECT_FALSE(IsJournal("8:1", -1));
}

TEST(LogTest, BeginsItsFileAnewAndKeepsSoManyOldOnes) {
  const std::string folder = Scratch() + "/rotated";
  fs::create_directories(folder);
  const std::string path = folder + "/collector.log";
  const std::string standard_error = LoggedBy("nothing.log", [&](const std::string&) {
    LogToFile(path, 1000, 2);
    for (int i = 0; i < 100; ++i) Log(LogLevel::kInfo, "event", {{"number", std::to_string(i)}});
  });
  EXPECT_EQ(standard_error, "");
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    names.push_back(entry.path().filename());
    EXPECT_LE(fs::file_size(entry), 1000U) << entry.path();
  }
  EXPECT_THAT(names,
              testing::UnorderedElementsAre("collector.log", "collector.1.log", "collector.2.log"));
  EXPECT_THAT(TextOf(path), HasSubstr("number=99"));
}

TEST(LogTest, SaysThatItsFileCannotBeWritten) {
  EXPECT_THROW(LogToFile("/proc/nothing/collector.log", 1000, 2), std::runtime_error);
}

TEST(LogTest, NamesTheSettingThatCannotBeMeant) {
  const Arguments arguments{.values = {{"log-size", {"0"}}, {"log-count", {"5"}}}};
  EXPECT_THROW(CheckLogSettings(arguments), UsageError);
}

// Ends the process: 0 when no core would be left.
[[noreturn]] void EndWithoutCore() {
  LeaveNoCoreDump();
  rlimit limit{1, 1};
  ::getrlimit(RLIMIT_CORE, &limit);
  bool hidden = ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  hidden = true;  // the leak check must look into the process
#endif
  ::_exit(limit.rlim_max == 0 && hidden ? 0 : 1);
}

TEST(CoreDumpTest, LeavesNone) { EXPECT_EXIT(EndWithoutCore(), testing::ExitedWithCode(0), ""); }

}  // namespace
}  // namespace plotmeter
