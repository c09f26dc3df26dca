// docs/privacy.md lists every field that can leave. The list is made of proto/batch.schema.json and
// of the table of masked fields (collector/spool/masking.h); this test holds the three and the code
// that writes batches together:
//
//    a member that WriteBatch writes    is in the schema, and back again (FullBatch says all)
//    a member of a struct that travels  is said by FullBatch, or does not compile here
//    the schema and the table           are what the document lists
//
// PLOTMETER_GOLDEN=write in the environment rewrites the list.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "collector/channel/trait_words.h"
#include "collector/spool/masking.h"
#include "common/json.h"
#include "proto/enrolment.h"
#include "proto/heartbeat.h"
#include "tests/paths.h"
#include "tests/proto/sample.h"

namespace plotmeter {
namespace {

const std::string kDocument = SOURCE_ROOT "/docs/privacy.md";
constexpr const char* kBegin = "<!-- the list, made by PrivacyDocumentTest -->\n";
constexpr const char* kEnd = "<!-- its end -->\n";
constexpr const char* kHeartbeat = "<!-- the heartbeat, held by PrivacyDocumentTest -->\n";

std::string TextOf(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

struct Row {
  std::string member = {};
  std::string what = {};
};

// The members below a schema, in its order; a quantity and a list of texts are one.
class Schema {
 public:
  explicit Schema(const std::string& file) : json_(ParseOrdered(file)) {}

  std::vector<Row> Members(const std::string& of_def) const {
    std::vector<Row> rows;
    Add(of_def.empty() ? json_ : json_.at("$defs").at(of_def), "", "", rows);
    return rows;
  }

 private:
  static Json ParseOrdered(const std::string& file) { return ParseJson(TextOf(file)); }

  void Add(const Json& node, const std::string& member, std::string what,
           std::vector<Row>& rows) const {
    what = node.value("description", what);
    if (const auto ref = node.find("$ref"); ref != node.end()) {
      const auto name = ref->get<std::string>().substr(std::string("#/$defs/").size());
      const Json& def = json_.at("$defs").at(name);
      if (name == "quantity" || !(def.contains("properties") || def.contains("items"))) {
        rows.push_back({member, what.empty() ? def.value("description", "") : what});
        return;
      }
      return Add(def, member, what, rows);
    }
    if (const auto all = node.find("properties"); all != node.end()) {
      for (const auto& [name, child] : all->items()) {
        Add(child, member.empty() ? name : member + "." + name, "", rows);
      }
    } else if (const auto any = node.find("additionalProperties");
               any != node.end() && any->is_object()) {
      Add(*any, member + ".*", "", rows);
    } else if (const auto items = node.find("items"); items != node.end()) {
      Add(*items, member + "[]", what, rows);
    } else {
      rows.push_back({member, what});
    }
  }

  Json json_;
};

// The same of what was written.
void AddWritten(const Json& json, const std::string& member, bool by_key,
                std::set<std::string>& all) {
  if (json.is_object() && json.contains("value") && json.contains("unit") && json.size() == 2) {
    all.insert(member);
  } else if (json.is_object()) {
    for (const auto& [name, value] : json.items()) {
      const std::string step = by_key ? "*" : name;
      const bool keyed =
          member.empty() && json.contains("salt") && !json.contains("version") && value.is_object();
      AddWritten(value, member.empty() ? step : member + "." + step, keyed, all);
    }
  } else if (json.is_array()) {
    for (const Json& item : json) AddWritten(item, member + "[]", false, all);
  } else {
    all.insert(member);
  }
}

std::set<std::string> Written(const std::string& text) {
  std::set<std::string> all;
  AddWritten(ParseJson(text), "", false, all);
  return all;
}

std::set<std::string> NamesOf(const std::vector<Row>& rows) {
  std::set<std::string> names;
  for (const Row& row : rows) names.insert(row.member);
  return names;
}

const Schema& TheSchema() {
  static const Schema schema(SOURCE_ROOT "/proto/batch.schema.json");
  return schema;
}

TEST(PrivacyDocumentTest, TheSchemaNamesWhatIsWrittenAndNothingElse) {
  const BatchText full = WriteBatch(FullBatch());
  EXPECT_EQ(Written(full.payload), NamesOf(TheSchema().Members("")));
  EXPECT_EQ(Written(full.names), NamesOf(TheSchema().Members("names")));
}

template <typename Member>
bool IsSaid(const Member& member) {
  return !(member == Member{});
}
template <typename... Members>
void ExpectSaid(const Members&... members) {
  EXPECT_TRUE((IsSaid(members) && ...));
}

// A member more in one of these does not compile here: FullBatch has to say it, so that the test
// above sees where it goes. (Places in a list may be 0; a Reading's printer is not written.)
TEST(PrivacyDocumentTest, FullBatchSaysEveryMemberThatTravels) {
  const Batch full = FullBatch();
  const auto& [portal, collector, stream, sequence, previous, batch, clock, salt, names_salt,
               printers, whereabouts, readings, jobs, alerts, events, voided] = full;
  ExpectSaid(portal, collector, stream, sequence, previous, batch, clock, salt, names_salt,
             printers, whereabouts, readings, jobs, alerts, events, voided);
  const auto& [manufacturer, serial, product, model, firmware] = printers.at(0);
  ExpectSaid(manufacturer, serial, product, model, firmware);
  const auto& [ip, macs, name, location] = whereabouts.at(0);
  ExpectSaid(ip, macs, name, location);
  const auto& [of, at, channel, meters, supplies, media, state, uptime, active, traits] =
      readings.at(0).reading;
  ExpectSaid(of, at, channel, meters, supplies, media, state, uptime, active, traits);
  const auto& [trait, of_part, said, unit] = traits.at(0);
  ExpectSaid(trait, of_part, said, unit);
  const auto& [meter, colorant, no_media, value, source, no_outranked] = meters.at(0);
  ExpectSaid(meter, colorant, value, source);
  ExpectSaid(meters.at(1).media, meters.at(1).outranked);
  const auto& [s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, s12, s13, s14, s15] = supplies.at(0);
  ExpectSaid(s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, s12, s13, s14, s15);
  const auto& [m1, m2, m3, m4, m5, m6, m7, m8] = media.at(0);
  ExpectSaid(m1, m2, m3, m4, m5, m6, m7, m8);
  const auto& [key, severity, code, text, part, within, raised] = alerts.at(0).alert;
  ExpectSaid(key, severity, code, text, part, within, raised, alerts.at(0).cleared_at);
  const auto& [kind, event_key, event_channel, event_at, event_code, event_text, printer_time,
               event_offset, printer_pages, no_was, no_is] = events.at(0).event;
  ExpectSaid(kind, event_key, event_channel, event_at, event_code, event_text, printer_time,
             event_offset, printer_pages, events.at(1).event.was, events.at(1).event.is);
  const auto& [j1, j2, j3, j4, j5, j6, j7, j8, j9, j10, j11, j12, j13, j14, j15, j16, j17, j18, j19,
               j20, j21, j22, j23, j24, j25, j26, j27, j28, j29, j30, j31, j32] = jobs.at(0).job;
  ExpectSaid(j1, j2, j3, j4, j5, j6, j7, j8, j9, j10, j11, j12, j13, j14, j15, j16, j17, j18, j19,
             j20, j21, j22, j23, j24, j25, j26, j27, j28, j29, j30, j31, j32);
}

std::string Table(const std::vector<Row>& rows, const char* first) {
  std::string text = fmt::format("| {} | what it is |\n|---|---|\n", first);
  for (const Row& row : rows) text += fmt::format("| `{}` | {} |\n", row.member, row.what);
  return text + "\n";
}

// What the document has to say between its two marks.
std::string List() {
  std::string text =
      "**What you decide.** Each of these has a mode of its own; here are the settings, and what "
      "holds when\nyou set nothing.\n\n| setting | unless set | of what | where it comes from | "
      "member |\n|---|---|---|---|---|\n";
  for (const MaskedField& field : kMaskedFields) {
    text += fmt::format("| `{}` | {} | {} | {} | N `{}` |\n", field.setting,
                        ToText(MaskModes().*field.mode), field.what, field.source, field.member);
  }
  text +=
      "\n**N, the names.** What stands in the second line of `preview`, and can be forgotten "
      "alone.\n\n" +
      Table(TheSchema().Members("names"), "member of N");
  text +=
      "**P, the payload.** What stands in the first line of `preview`, always as the printer "
      "said it.\n\n" +
      Table(TheSchema().Members(""), "member of P");
  text +=
      "**Traits.** What a printer says of itself, of a part or of a job that has no member of its "
      "own. These words\nleave and no others, each with what the printer said.\n\n"
      "| trait | what it is | where it comes from |\n|---|---|---|\n";
  for (const auto& [word, what, source] : kTraitWords) {
    text += fmt::format("| `{}` | {} | {} |\n", word, what, source);
  }
  return text + "\n";
}

TEST(PrivacyDocumentTest, ListsEveryFieldThatCanLeave) {
  std::string document = TextOf(kDocument);
  const std::size_t begin = document.find(kBegin);
  const std::size_t end = document.find(kEnd, begin);
  ASSERT_NE(begin, std::string::npos);
  ASSERT_NE(end, std::string::npos);
  const std::size_t first = begin + std::string(kBegin).size();
  if (std::getenv("PLOTMETER_GOLDEN") != nullptr) {
    document.replace(first, end - first, "\n" + List());
    std::ofstream(kDocument, std::ios::binary) << document;
  }
  const std::string now = TextOf(kDocument);
  EXPECT_EQ(now.substr(first, now.find(kEnd, first) - first), "\n" + List())
      << "run with PLOTMETER_GOLDEN=write to rewrite the list of docs/privacy.md";
}

// A member more of Heartbeat does not compile here; one more of what is written fails.
TEST(PrivacyDocumentTest, ListsEveryFieldOfAHeartbeat) {
  const Heartbeat full{.portal = "p",
                       .collector = "c",
                       .nonce = "n",
                       .offset_ms = 1,
                       .version = "0.1.0",
                       .stream = "s",
                       .sequence = 41,
                       .sha256 = "h",
                       .disk = "low",
                       .troubles = {"disk"},
                       .settings = SettingsOutcome{3, "refused", "why"},
                       .earlier = {{.stream = "e", .sequence = 17, .sha256 = "f"}}};
  const auto& [portal, collector, nonce, at, offset, version, stream, sequence, sha256, readings,
               jobs, alerts, events, batches, aside, known, answering, asleep, disk, troubles,
               settings, earlier] = full;
  (void)at, (void)readings, (void)jobs, (void)alerts, (void)events, (void)batches, (void)aside;
  (void)known, (void)answering, (void)asleep;
  ExpectSaid(portal, collector, nonce, offset, version, stream, sequence, sha256, disk, troubles,
             settings, earlier);

  const std::string document = TextOf(kDocument);
  const std::size_t begin = document.find(kHeartbeat);
  ASSERT_NE(begin, std::string::npos);
  std::istringstream lines(document.substr(begin, document.find(kEnd, begin) - begin));
  std::set<std::string> listed;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("| `")) continue;
    listed.insert(line.substr(3, line.find('`', 3) - 3));
    EXPECT_GT(line.size(), line.find("` | ") + 10) << line << " explains nothing";
  }
  EXPECT_EQ(listed, Written(HeartbeatPayload(full)));
}

TEST(PrivacyDocumentTest, EveryFieldIsExplained) {
  for (const char* def : {"", "names"}) {
    for (const Row& row : TheSchema().Members(def)) {
      EXPECT_FALSE(row.what.empty()) << row.member << " has no description in batch.schema.json";
      EXPECT_EQ(row.what.find('|'), std::string::npos) << row.member;
    }
  }
}

TEST(PrivacyDocumentTest, TheTableOfMaskedFieldsNamesMembersOfN) {
  std::set<std::string> masked = {"salt"};
  for (const MaskedField& field : kMaskedFields) masked.insert(std::string(field.member));
  EXPECT_EQ(masked, NamesOf(TheSchema().Members("names")));
}

// What a collector says when it enrols is told in a sentence; a member more does not compile here.
TEST(PrivacyDocumentTest, TellsWhatEnrolmentSays) {
  const EnrolmentRequest request;
  [[maybe_unused]] const auto& [secret, portal, key, name, version, system, before, before_site,
                                rotation] = request;
  const std::string document = TextOf(kDocument);
  for (const char* word : {"`secret`", "`portal`", "`key`", "`name`", "`version`", "`system`",
                           "`before`", "id of its site", "`rotation`"}) {
    EXPECT_NE(document.find(word), std::string::npos) << word;
  }
}

// Whoever owns the portal cannot widen a mode: all that it can say to a collector is here, and none
// of it is a setting of the spool. Enrolled::settings is read by nobody.
TEST(PrivacyDocumentTest, NothingThatAPortalSaysReachesTheModes) {
  for (const char* folder : {"enrol", "upload", "uplink"}) {
    for (const auto& entry :
         std::filesystem::directory_iterator(std::string(SOURCE_ROOT "/collector/") + folder)) {
      const std::string text = TextOf(entry.path());
      EXPECT_EQ(text.find("Mask"), std::string::npos) << entry.path();
      EXPECT_EQ(text.find("masking"), std::string::npos) << entry.path();
    }
  }
}

}  // namespace
}  // namespace plotmeter
