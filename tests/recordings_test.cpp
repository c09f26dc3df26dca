// Every file of the recordings (CMake option PLOTMETER_RECORDINGS; they lie outside the project) has
// its golden file, or here the reason why it has none; and no golden file outlives its recording.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/paths.h"

namespace {

namespace fs = std::filesystem;

const fs::path kRecordings = PLOTMETER_RECORDINGS;
const fs::path kSource = SOURCE_ROOT;

// Folders whose every file has a golden file of its name.
struct Folder {
  std::string recordings = {};
  std::string suffix = {};
  std::string goldens = {};  // below tests/golden
};
const std::vector<Folder> kFolders = {{"snmp", ".snmprec", "recordings"},
                                      {"ledm", ".xml", "recordings_ledm"}};

// Others, each with its golden file.
const std::string kZ9 = "piws/designjet_z9/";
const std::map<std::string, std::string> kGoldenOf = {
    {kZ9 + "Identification_fields.json", "piws/z9_identity.golden"},
    {kZ9 + "InkSystem.json", "piws/z9_answers.golden"},
    {kZ9 + "DeviceStatus.json", "piws/z9_answers.golden"},
    {kZ9 + "jobs_all_1job.xml", "piws/z9_jobs.golden"},
    {"ieee1284/device_ids.tsv", "snmp/device_ids.golden"},
};

// What the collector makes nothing of, and why; `test` names the file.
struct Reason {
  std::string why = {};
  std::string test = {};
};
const std::map<std::string, Reason> kNoGolden = {
    {"README.md", {"a text for people: where each recording is from", "tests/recordings_test.cpp"}},
    {"model_strings.tsv",
     {"names of models, each held against the fingerprint",
      "tests/collector/snmp/fingerprint_test.cpp"}},
    {"verdicts.tsv",
     {"what is right of each recording: itself what others are held against",
      "tests/collector/snmp/fingerprint_test.cpp"}},
    {"oid_profile.csv",
     {"a table of objects, which no device said", "tests/collector/snmp/oid_profile_test.cpp"}},
    {kZ9 + "derived_summary.json",
     {"no device said it: what the recorder's tool computed; ours is held against it",
      "tests/collector/piws/recordings_test.cpp"}},
    {kZ9 + "soap_medium_list.xml",
     {"an answer of port 8085, where papers are managed by SOAP: never asked, and no reader takes "
      "it for a document of its own",
      "tests/collector/piws/recordings_test.cpp"}},
};

std::string TextOf(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

const Folder* FolderOf(const fs::path& recording) {
  for (const Folder& folder : kFolders) {
    if (recording.parent_path() == folder.recordings && recording.extension() == folder.suffix) {
      return &folder;
    }
  }
  return nullptr;
}

// The golden file of a recording, below tests/golden.
std::optional<std::string> GoldenOf(const fs::path& recording) {
  if (const Folder* folder = FolderOf(recording)) {
    return folder->goldens + "/" + recording.stem().generic_string() + ".json";
  }
  const auto found = kGoldenOf.find(recording.generic_string());
  return found == kGoldenOf.end() ? std::nullopt : std::optional(found->second);
}

class AllRecordingsTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(kRecordings)) GTEST_SKIP() << "no recordings at " << kRecordings;
    for (const auto& entry : fs::recursive_directory_iterator(kRecordings)) {
      if (entry.is_regular_file()) recordings_.insert(fs::relative(entry.path(), kRecordings));
    }
  }

  std::set<fs::path> recordings_ = {};
};

TEST_F(AllRecordingsTest, EachHasItsGoldenFileOrAReasonToHaveNone) {
  for (const fs::path& recording : recordings_) {
    const std::string name = recording.generic_string();
    const auto golden = GoldenOf(recording);
    EXPECT_NE(golden.has_value(), kNoGolden.contains(name))
        << name << ": either a golden file or, in kNoGolden, the reason why it has none";
    if (golden) {
      EXPECT_TRUE(fs::is_regular_file(kSource / "tests/golden" / *golden))
          << name << " has no " << *golden << "; ./x golden writes it";
    }
  }
  EXPECT_GT(recordings_.size(), 60U);
}

TEST_F(AllRecordingsTest, TheTablesNameNoneThatIsGone) {
  for (const auto& [name, golden] : kGoldenOf) EXPECT_TRUE(recordings_.contains(name)) << name;
  for (const auto& [name, reason] : kNoGolden) {
    EXPECT_TRUE(recordings_.contains(name)) << name;
    EXPECT_NE(TextOf(kSource / reason.test).find(fs::path(name).filename().string()),
              std::string::npos)
        << reason.test << " does not read " << name;
  }
}

TEST_F(AllRecordingsTest, NoGoldenFileOutlivesItsRecording) {
  std::set<std::string> right;
  for (const fs::path& recording : recordings_) {
    if (const auto golden = GoldenOf(recording)) right.insert(*golden);
    // Those of HP and of large format once more, as the channel itself reads them.
    if (recording.parent_path() == "snmp") {
      right.insert("snmp/" + recording.stem().generic_string() + ".json");
    }
  }
  for (const std::string folder : {"recordings", "recordings_ledm", "snmp"}) {
    for (const auto& entry : fs::directory_iterator(kSource / "tests/golden" / folder)) {
      const std::string golden = folder + "/" + entry.path().filename().string();
      EXPECT_TRUE(right.contains(golden)) << golden << " is of no recording; remove it";
    }
  }
}

}  // namespace
