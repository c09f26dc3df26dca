// Keeps the documents true where a machine can tell: links lead somewhere, and docs/operating.md
// has a paragraph for every warning and error that the programs log.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "tests/paths.h"

namespace {

namespace fs = std::filesystem;
using Names = std::set<std::string>;

std::string TextOf(const fs::path& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

Names Matches(const std::string& text, const std::regex& pattern) {
  Names found;
  for (std::sregex_iterator i(text.begin(), text.end(), pattern), end; i != end; ++i) {
    found.insert((*i)[1]);
  }
  return found;
}

// The events that `source` may log as a warning or worse. Where one call chooses between two events
// ("… ? "workers_have_room" : "workers_are_full""), both.
Names GraveEvents(const std::string& source) {
  static const std::regex kWord("\"([a-z0-9_]+)\"");
  Names events;
  for (std::size_t at = 0; (at = source.find("Log(", at)) != std::string::npos; ++at) {
    const std::string call = source.substr(at, source.find_first_of("{;", at) - at);
    if (call.find("kWarning") == std::string::npos && call.find("kError") == std::string::npos) {
      continue;
    }
    events.merge(Matches(call, kWord));
  }
  return events;
}

TEST(DocsTest, FindsWarningsAndErrors) {
  EXPECT_EQ(
      GraveEvents("Log(LogLevel::kInfo, \"fine\"); Log(LogLevel::kError, \"bad\", {{\"a\", b}});"),
      Names{"bad"});
  EXPECT_EQ(GraveEvents("Log(x ? LogLevel::kInfo : LogLevel::kWarning,\n x ? \"up\" : \"down\");"),
            (Names{"up", "down"}));
}

TEST(DocsTest, OperatingHasAParagraphForEveryWarningAndNoOther) {
  Names events;
  for (const char* top : {"common", "proto", "collector", "portal"}) {
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(SOURCE_ROOT) / top)) {
      if (entry.path().extension() == ".cpp") events.merge(GraveEvents(TextOf(entry.path())));
    }
  }
  EXPECT_FALSE(events.empty());
  static const std::regex kParagraph("\\*\\*`([a-z0-9_]+)`\\*\\*");
  EXPECT_EQ(Matches(TextOf(fs::path(SOURCE_ROOT) / "docs/operating.md"), kParagraph), events);
}

TEST(DocsTest, EveryLinkLeadsSomewhere) {
  static const std::regex kLink("\\]\\(([^):#]+)\\)");
  int links = 0;
  for (const char* folder : {".", "docs", "docs/decisions", "proto"}) {
    for (const auto& entry : fs::directory_iterator(fs::path(SOURCE_ROOT) / folder)) {
      if (entry.path().extension() != ".md") continue;
      for (const auto& link : Matches(TextOf(entry.path()), kLink)) {
        ++links;
        EXPECT_TRUE(fs::exists(entry.path().parent_path() / link)) << entry.path() << ": " << link;
      }
    }
  }
  EXPECT_GT(links, 0);
}

}  // namespace
