#include "tests/collector/ledm/written.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "collector/channel/answers_json.h"
#include "tests/paths.h"

namespace plotmeter {

std::string WrittenLedm(const Answers& answers) {
  Json json = ToJson(answers);
  Json events = Json::array();
  for (const PrinterEvent& event : answers.events) {
    events.push_back({{"kind", event.kind},
                      {"key", event.key},
                      {"code", event.code.value_or("")},
                      {"pages", event.printer_pages.value_or(-1)}});
  }
  json["events"] = std::move(events);
  return json.dump(2) + "\n";
}

std::string ContentsOf(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string LedmGolden(const std::string& name) {
  return ContentsOf(SOURCE_ROOT "/tests/golden/ledm/" + name);
}

void ExpectLedmGolden(const std::string& name, const std::string& text) {
  const std::filesystem::path path = SOURCE_ROOT "/tests/golden/" + name;
  const char* mode = std::getenv("PLOTMETER_GOLDEN");
  if (mode != nullptr && std::string(mode) == "write") std::ofstream(path) << text;
  EXPECT_EQ(ContentsOf(path), text) << "in " << path;
}

}  // namespace plotmeter
