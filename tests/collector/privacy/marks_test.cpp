// What may leave, proved from the other side: every document and walk that we have is given a mark
// in one place after another (positions.h) and goes the whole way of the collector, from the parser
// through poll and spool into batches. (Of places that are alike two are marked alone, the others
// all at once.) Where marks come out is tests/golden/privacy/leaves.golden:
//
//    snmp 1.3.6.1.2.1.43.11.1.1.6.*    P readings[].supplies[].description
//    piws …Settings.JobName            N jobs.*.name
//
// a place of a document on the left, the members of a batch where a text or a number that stands
// there appears on the right. What is not in the list leaves nowhere, whatever stands there: users,
// accounts and hosts among it. Dates and words of closed lists are not marked: as marks they could
// not be read. PLOTMETER_GOLDEN=write in the environment rewrites it.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "collector/ledm/documents.h"
#include "collector/ledm/happenings.h"
#include "collector/piws/counters.h"
#include "collector/piws/documents.h"
#include "collector/piws/jobs.h"
#include "collector/piws/wear.h"
#include "collector/poll/poller.h"
#include "collector/snmp/snmp_channel.h"
#include "collector/spool/spool.h"
#include "common/jose.h"
#include "tests/collector/privacy/positions.h"
#include "tests/collector/spool/spool_fixture.h"
#include "tests/fakes/recorded_session.h"
#include "tests/paths.h"

namespace plotmeter {
namespace {

namespace fs = std::filesystem;

const std::string kGolden = SOURCE_ROOT "/tests/golden/privacy/leaves.golden";
const Instant kNow = *ParseInstant("2026-05-23T16:31:00Z");
constexpr int kAlone = 2;                   // of places that are alike so many are marked alone
constexpr const char* kHost = "zq00000qz";  // the address that is asked

using Marks = std::set<int>;
using Members = std::map<int, std::set<std::string>>;         // by mark
using Leaves = std::map<std::string, std::set<std::string>>;  // by place in a document

// A mark survives other case of letters, and is part of no number or hash by chance; a number keeps
// within 32 bits, and what is summed with something small is no other mark.
std::string TextMark(int number) { return fmt::format("zq{:05}qz", number); }
std::string NumberMark(int number) { return fmt::format("19{:05}000", number); }

Marks TextMarksIn(const std::string& bytes) {
  Marks found;
  for (std::size_t at = 0; at + 9 <= bytes.size(); ++at) {
    if ((bytes[at] | 0x20) != 'z' || (bytes[at + 1] | 0x20) != 'q') continue;
    if ((bytes[at + 7] | 0x20) != 'q' || (bytes[at + 8] | 0x20) != 'z') continue;
    const std::string digits = bytes.substr(at + 2, 5);
    if (digits.find_first_not_of("0123456789") == std::string::npos)
      found.insert(std::stoi(digits));
  }
  return found;
}

Marks NumberMarksIn(const std::string& text) {
  Marks found;
  for (std::size_t at = 0; at < text.size();) {
    if (std::isdigit(static_cast<unsigned char>(text[at])) == 0) {
      ++at;
      continue;
    }
    const std::size_t end = std::min(text.find_first_not_of("0123456789", at), text.size());
    if (end - at == 10 && text.compare(at, 2, "19") == 0 && text.compare(end - 3, 3, "000") == 0) {
      found.insert(std::stoi(text.substr(at + 2, 5)));
    }
    at = end;
  }
  return found;
}

// Ids, hashes and salts are the collector's own chance.
bool IsOurs(const std::string& member) {
  static const std::set<std::string> kOurs = {"P portal", "P batch",    "P stream", "P salt",
                                              "P names",  "P previous", "N salt"};
  return kOurs.contains(member);
}

void Search(const Json& json, const std::string& member, Members& found) {
  if (json.is_object()) {
    const bool by_key = member == "N jobs" || member == "N printers";
    for (const auto& [name, value] : json.items()) {
      if (by_key) {
        for (const int mark : TextMarksIn(name)) found[mark].insert(member + " (key)");
      }
      Search(value, by_key ? member + ".*" : member + (member.size() == 1 ? " " : ".") + name,
             found);
    }
  } else if (json.is_array()) {
    for (const Json& item : json) Search(item, member + "[]", found);
  } else if (!IsOurs(member)) {
    const std::string text = json.is_string() ? json.get<std::string>() : JsonText(json);
    for (const int mark : TextMarksIn(text)) found[mark].insert(member);
    for (const int mark : NumberMarksIn(text)) found[mark].insert(member);
  }
}

std::string BytesOf(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream bytes;
  bytes << in.rdbuf();
  return bytes.str();
}

// The collector behind its channels. As Service::Keep, but each answer is another printer's, so
// that none takes the place of another.
class Collector {
 public:
  explicit Collector(const MaskModes& modes)
      : directory_(FreshDirectory("marks")),
        spool_({.directory = directory_, .masks = modes}, clock_) {
    spool_.SyncLater();  // no power goes out in this test
  }

  void Together(const std::function<void()>& act) { spool_.Together(act); }

  void Keep(ChannelKind channel, Told told, int mark) {
    Polled polled = Merge({.host = kHost}, {{.channel = channel, .told = std::move(told)}});
    if (!polled.answered()) return;
    if (TextMarksIn(polled.identity.serial).empty()) {
      polled.identity.serial = fmt::format("S{:05}", mark);
    }
    for (const std::string& remark : polled.remarks) {
      for (const int seen : TextMarksIn(remark)) shown_here_.insert(seen);
    }
    const auto kept = [](const std::function<void()>& keep) {
      try {
        keep();
      } catch (const BatchError&) {  // as the service does
      }
    };
    for (Reading& reading : polled.readings) {
      reading.printer = polled.identity;
      kept([&] { spool_.Keep(reading); });
    }
    kept([&] { spool_.Keep(polled.identity, polled.whereabouts); });
    for (const JobRecord& job : polled.jobs) kept([&] { spool_.Keep(polled.identity, job); });
    for (const PrinterEvent& event : polled.events) {
      kept([&] { spool_.Keep(polled.identity, event); });
    }
    for (const ChannelAlerts& alerts : polled.alerts) {
      kept([&] { spool_.Alerts(polled.identity, alerts.channel, alerts.active); });
    }
  }

  // All that waits, as it would be signed, and where in it the marks are.
  Members Cut() {
    Members found;
    const BatchSigner signer{.portal = Thumbprint(PrivateKey::Generate().public_key()),
                             .collector = "col_7Q2M9K4T",
                             .key = &key_};
    while (const auto batch = spool_.Cut(signer)) {
      const BatchText text = TextOfMessage(batch->message);
      Search(ParseJson(text.payload), "P", found);
      Search(ParseJson(text.names), "N", found);
    }
    return found;
  }

  // What lies on disk now.
  Marks Kept() const {
    Marks all;
    for (const auto& entry : fs::directory_iterator(directory_)) {
      all.merge(TextMarksIn(BytesOf(entry.path())));
    }
    return all;
  }

  // What `status` would show to the person at the machine.
  const Marks& shown_here() const { return shown_here_; }

 private:
  std::string directory_;
  FakeClock clock_{kNow};
  Spool spool_;
  PrivateKey key_ = PrivateKey::Generate();
  Marks shown_here_;
};

Answers PiwsAnswers(const std::string& body, bool counts) {
  static const Node kMedia =
      ReadDocument(BytesOf(SOURCE_ROOT "/tests/golden/piws/MediaSystem.json"));
  const Node document = ReadDocument(body);
  Answers answers;
  const auto papers = ReadPaperList(document);
  answers.identity = ReadIdentification(document).value_or(PrinterIdentity{});
  answers.name = ReadPrinterName(document);
  ReadInkSystem(document, answers);
  ReadDeviceStatus(document, answers);
  ReadMediaSystem(papers ? kMedia : document, papers.value_or(PaperNames{}), answers);
  ReadActiveAlerts(document, answers);
  ReadPrintheads(document, answers);
  ReadMaintenance(document, answers);
  if (const auto discovery = ReadDiscovery(document, kNow)) answers.uptime = discovery->uptime;
  if (counts) ReadCounters(document, answers);
  if (auto queue = ReadJobQueue(document, {.seen_at = kNow})) {
    answers.jobs = std::move(queue->jobs);
    for (auto& remark : queue->remarks) answers.remarks.push_back(std::move(remark));
  }
  return answers;
}

Answers LedmAnswers(const std::string& body) {
  const Node document = ReadDocument(body);
  Answers answers;
  answers.identity = ReadProductConfig(document).value_or(PrinterIdentity{});
  ReadProductUsage(document, answers);
  ReadConsumables(document, answers);
  ReadMediaHandling(document, answers);
  ReadProductStatus(document, answers);
  ReadProductLogs(document, kNow, answers);
  if (auto jobs = ReadJobs(document, "31-1")) answers.jobs = std::move(*jobs);
  return answers;
}

// Every file of a kind below these folders, in order.
std::vector<fs::path> FilesOf(const std::vector<fs::path>& folders,
                              bool (*is_one)(const fs::path&)) {
  std::vector<fs::path> files;
  for (const fs::path& folder : folders) {
    if (!fs::exists(folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      if (entry.is_regular_file() && is_one(entry.path())) files.push_back(entry.path());
    }
  }
  std::ranges::sort(files);
  return files;
}

const fs::path kTree = SOURCE_ROOT "/tests/golden";
const fs::path kRecorded = PLOTMETER_RECORDINGS;

bool IsDocument(const fs::path& file) {
  const std::string bytes = BytesOf(file);
  const std::size_t first = bytes.find_first_not_of(" \t\r\n");
  return first != std::string::npos && (bytes[first] == '<' || bytes[first] == '{') &&
         file.extension() != ".golden";
}

bool IsNumber(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789.-") == std::string::npos;
}

// Reads all there is, a mark at a time, and remembers which mark stood where.
class Marking {
 public:
  explicit Marking(const MaskModes& modes) : collector_(modes) {}

  void Documents() {
    for (const fs::path& file : FilesOf({kTree / "piws", kTree / "ledm", kTree / "printers",
                                         kRecorded / "piws", kRecorded / "ledm"},
                                        IsDocument)) {
      const bool is_ledm = file.generic_string().find("ledm") != std::string::npos ||
                           file.generic_string().find("DevMgmt") != std::string::npos;
      ++documents_;
      // Of the documents of counters every number is read.
      const std::string name = file.filename().string();
      const bool counts =
          name.find("Counters") != std::string::npos || name.find("Usage") != std::string::npos;
      collector_.Together([&] { Document(BytesOf(file), is_ledm, counts); });
    }
  }

  void Walks() {
    for (const fs::path& file :
         FilesOf({kTree / "printers", kRecorded / "snmp"},
                 [](const auto& p) { return p.extension() == ".snmprec"; })) {
      ++documents_;
      collector_.Together([&] { Walk(ReadRecording(file)); });
    }
  }

  // Cuts, and says by place where marks came out.
  Leaves Out() {
    Leaves leaves;
    for (const auto& [mark, members] : collector_.Cut()) {
      leaves[places_.at(mark)].insert(members.begin(), members.end());
      out_.insert(mark);
    }
    return leaves;
  }

  const Collector& collector() const { return collector_; }
  const Marks& out() const { return out_; }
  const std::string& place(int mark) const { return places_.at(mark); }
  std::set<std::string> places() const {
    std::set<std::string> all;
    for (const auto& [mark, place] : places_) all.insert(place);
    return all;
  }
  std::size_t marks() const { return places_.size(); }
  int documents() const { return documents_; }

 private:
  // A mark for this place.
  int Next(const std::string& place) {
    const int mark = static_cast<int>(places_.size());
    places_[mark] = place;
    return mark;
  }

  bool IsAlone(const std::string& place) { return alone_[place]++ < kAlone; }

  void Document(const std::string& body, bool is_ledm, bool counts) {
    const std::string channel = is_ledm ? "ledm " : "piws ";
    const auto read = [&](const std::string& marked, int mark) {
      Told told{.seen = Seen::kAnswered, .at = kNow};
      try {
        told.answers = is_ledm ? LedmAnswers(marked) : PiwsAnswers(marked, counts);
      } catch (const DocumentError&) {
        return;
      }
      collector_.Keep(is_ledm ? ChannelKind::kLedm : ChannelKind::kPiws, std::move(told), mark);
    };
    const std::vector<Position> all = PositionsOf(body);
    std::vector<const Position*> others;
    for (const Position& at : all) {
      if (!IsAlone(channel + at.path)) {
        others.push_back(&at);
        continue;
      }
      const int mark = Next(channel + at.path);
      read(at.with(TextMark(mark)), mark);
      if (!IsNumber(at.text)) continue;
      const int number = Next(channel + at.path);
      read(at.with(NumberMark(number)), number);
    }
    // From the last to the first, so that what was found before a mark stays where it is.
    std::string marked = body;
    for (auto at = others.rbegin(); at != others.rend(); ++at) {
      const int mark = Next(channel + (*at)->path);
      const std::string text = IsNumber((*at)->text) ? NumberMark(mark) : TextMark(mark);
      if ((*at)->size == 0) {  // JSON: by name
        marked = (*at)->in(marked, text);
      } else {
        marked.replace((*at)->begin, (*at)->size, text);
      }
    }
    if (!others.empty()) read(marked, static_cast<int>(places_.size()));
  }

  static Told Read(SnmpTable table, std::vector<Oid>* asked = nullptr) {
    RecordedSession session(std::move(table));
    session.SetNow(kNow);
    SnmpChannel channel(session, {.curiosity = {.printer_name = true, .location = true}});
    Told told;
    channel.Read({.host = kHost}, [&](Told answer) { told = std::move(answer); });
    if (asked != nullptr) *asked = session.asked();
    return told;
  }

  void Walk(const SnmpTable& table) {
    std::vector<Oid> asked;
    if (Read(table, &asked).seen != Seen::kAnswered) return;
    const auto is_asked = [&](const Oid& oid) {
      return std::ranges::any_of(asked, [&](const Oid& one) { return one.Contains(oid); });
    };
    std::vector<SnmpPosition> read;
    SnmpTable at_once = table;  // what is never asked for, and rows like those marked alone
    for (const auto& [oid, value] : table) {
      for (SnmpPosition& at : PositionsOf(oid, value)) {
        if (is_asked(oid)) {
          read.push_back(std::move(at));
        } else {
          at_once[oid] = at.with(TextMark(Next("snmp " + at.path)));
        }
      }
    }
    for (const SnmpPosition& at : read) {
      const int mark = Next("snmp " + at.path);
      const std::string text = at.is_number ? NumberMark(mark) : TextMark(mark);
      if (!IsAlone("snmp " + at.path)) {
        at_once[at.oid] = at.with(text);
        continue;
      }
      SnmpTable marked = table;
      marked[at.oid] = at.with(text);
      if (Told told = Read(std::move(marked)); told.seen == Seen::kAnswered) {
        collector_.Keep(ChannelKind::kSnmp, std::move(told), mark);
      }
    }
    collector_.Keep(ChannelKind::kSnmp, Read(at_once), static_cast<int>(places_.size()));
  }

  std::map<std::string, int> alone_;
  Collector collector_;
  std::map<int, std::string> places_ = {{0, "the address that is asked"}};
  Marks out_;
  int documents_ = 0;
};

std::string Written(const Leaves& leaves) {
  std::string text;
  for (const auto& [place, members] : leaves) {
    std::string line = fmt::format("{:<60}", place);
    for (const std::string& member : members) line += "  " + member;
    text += line + "\n";
  }
  return text;
}

bool IsMasked(const std::string& member) {
  return member.starts_with("N ") && !member.ends_with("(key)");
}

MaskModes All(MaskMode mode) {
  MaskModes modes;
  for (const MaskedField& field : kMaskedFields) modes.*field.mode = mode;
  return modes;
}

Leaves GoldenLeaves() {
  Leaves leaves;
  std::istringstream lines(BytesOf(kGolden));
  for (std::string line; std::getline(lines, line);) {
    std::size_t at = line.find("  ");
    std::set<std::string>& members = leaves[line.substr(0, at)];
    while ((at = line.find_first_not_of(' ', at)) != std::string::npos) {
      const std::size_t end = std::min(line.find("  ", at), line.size());
      members.insert(line.substr(at, end - at));
      at = end;
    }
  }
  return leaves;
}

// The list is of the recordings, too: without them other places are looked at alone, and fewer.
void ExpectLeaves(const Leaves& leaves, const Leaves& golden) {
  if (!fs::exists(kRecorded)) GTEST_SKIP() << "the list needs the recordings: " << kRecorded;
  EXPECT_EQ(Written(leaves), Written(golden));
}

// What is kept on disk is what leaves, and nothing beyond it.
void ExpectNothingElseOnDisk(const Marking& marking) {
  for (const int mark : marking.collector().Kept()) {
    EXPECT_TRUE(marking.out().contains(mark)) << marking.place(mark) << " is kept and never sent";
  }
}

TEST(MarksTest, ComeOutWhereTheListSaysAndNowhereElse) {
  Marking marking(All(MaskMode::kSent));
  marking.Documents();
  marking.Walks();
  const Leaves leaves = marking.Out();
  if (std::getenv("PLOTMETER_GOLDEN") != nullptr) std::ofstream(kGolden) << Written(leaves);
  ExpectLeaves(leaves, GoldenLeaves());
  ExpectNothingElseOnDisk(marking);

  // The marks were where people stand, and did not come out.
  const std::set<std::string> places = marking.places();
  for (const char* person : {"UserName", "Account", "HostName", "snmp 1.3.6.1.2.1.1.4.0"}) {
    const auto ends = [&](const std::string& place) { return place.ends_with(person); };
    if (fs::exists(kRecorded)) {
      EXPECT_TRUE(std::ranges::any_of(places, ends)) << person << " is in no document";
    }
    for (const auto& [place, members] : leaves) EXPECT_FALSE(ends(place)) << place << " comes out";
  }
  // And what the site lets leave arrives.
  for (const char* member :
       {"N jobs.*.name", "N printers.*.ip", "N printers.*.name", "N printers.*.location"}) {
    if (!fs::exists(kRecorded)) continue;
    EXPECT_TRUE(std::ranges::any_of(leaves, [&](const auto& leaf) {
      return leaf.second.contains(member);
    })) << member;
  }
  fmt::print("{} marks in {} documents and walks, {} places, of which {} come out\n",
             marking.marks(), marking.documents(), places.size(), leaves.size());
}

// Objects that an SNMP channel asks a printer for, however it has to be asked.
std::set<std::string> Asked(const Curiosity& curiosity) {
  RecordedSession session(ReadRecording(kTree / "printers/designjet_t1600/walk.snmprec"));
  SnmpChannel channel(session, {.curiosity = curiosity});
  for (int read = 0; read < 2; ++read) channel.Read({.host = kHost}, [](const Told&) {});
  std::set<std::string> asked;
  for (const Oid& oid : session.asked()) asked.insert(oid.ToText());
  return asked;
}

TEST(MarksTest, NamesAreAskedForOnlyWhereTheSiteWantsThem) {
  const char* contact = "1.3.6.1.2.1.1.4.0";
  const char* name = "1.3.6.1.2.1.1.5.0";
  const char* location = "1.3.6.1.2.1.1.6.0";
  const auto nothing = Asked({});
  EXPECT_FALSE(nothing.contains(name) || nothing.contains(location));
  const auto named = Asked({.printer_name = true});
  EXPECT_TRUE(named.contains(name) && !named.contains(location));
  const auto both = Asked({.printer_name = true, .location = true});
  EXPECT_TRUE(both.contains(name) && both.contains(location));
  EXPECT_FALSE(both.contains(contact));
  EXPECT_EQ(both.size(), nothing.size() + 2);
}

class MaskedMarksTest : public testing::TestWithParam<MaskMode> {};

TEST_P(MaskedMarksTest, AreInNothingThatLeavesOrIsKept) {
  Marking marking(All(GetParam()));
  marking.Documents();
  marking.Walks();
  Leaves expected = GoldenLeaves();
  for (auto leaf = expected.begin(); leaf != expected.end();) {
    std::erase_if(leaf->second, [](const std::string& member) {
      // Where no name of a job leaves, N does not name the job either.
      return IsMasked(member) || (GetParam() == MaskMode::kOff && member == "N jobs (key)");
    });
    leaf = leaf->second.empty() ? expected.erase(leaf) : std::next(leaf);
  }
  const Leaves leaves = marking.Out();
  ExpectLeaves(leaves, expected);
  for (const auto& [place, members] : leaves) {
    EXPECT_TRUE(std::ranges::none_of(members, IsMasked)) << place;
  }
  ExpectNothingElseOnDisk(marking);
  // Nor is a name shown to whoever may look at the status.
  for (const int mark : marking.collector().shown_here()) {
    EXPECT_FALSE(marking.place(mark).ends_with("Name")) << marking.place(mark);
  }
}

INSTANTIATE_TEST_SUITE_P(Modes, MaskedMarksTest, testing::Values(MaskMode::kHashed, MaskMode::kOff),
                         [](const auto& mode) { return std::string(ToText(mode.param)); });

}  // namespace
}  // namespace plotmeter
