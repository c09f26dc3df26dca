// plotmeter-verify: is an evidence file what the collectors signed? With public keys only, and
// without a portal, a database or a network.

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <stdexcept>

#include "common/jose.h"
#include "common/path.h"
#include "common/settings.h"
#include "common/system.h"
#include "proto/batch.h"
#include "proto/evidence.h"
#include "proto/evidence_words.h"

namespace plotmeter {
namespace {

// "col_7Q2M9K4T=Zk3…" or "Zk3…"
struct Expected {
  std::string collector = {};
  std::string thumbprint = {};
};

Expected ParseExpected(const std::string& text) {
  const auto equals = text.find('=');
  const Expected expected{.collector = text.substr(0, equals),
                          .thumbprint = equals == std::string::npos ? "" : text.substr(equals + 1)};
  const auto bytes = FromBase64Url(expected.thumbprint);
  if (expected.collector.empty() || !bytes || bytes->size() != 32) {
    throw UsageError(fmt::format(
        "'key' is '{}'; expected a collector and its key's thumbprint, col_…=43 characters", text));
  }
  return expected;
}

void CheckPortal(const Arguments& arguments) {
  const std::string portal = arguments.Text("portal");
  const auto bytes = FromBase64Url(portal);
  if (portal.empty() || (bytes && bytes->size() == 32)) return;
  throw UsageError(
      fmt::format("'portal' is '{}'; expected the thumbprint of its key, 43 characters", portal));
}

// Its key now, or one before, from which it leads here.
bool HadKey(const EvidenceCollector& of, const std::string& thumbprint) {
  return Thumbprint(*of.key) == thumbprint ||
         std::ranges::any_of(of.rotations, [&](const std::string& word) {
           const auto rotation = ReadKeyRotation(word);
           return rotation && Thumbprint(*rotation->old) == thumbprint;
         });
}

// Whether the file's own keys are those that the caller knows.
void CompareKeys(const Arguments& arguments, const EvidenceHead& head, EvidenceCheck& check) {
  const std::string portal = arguments.Text("portal");
  if (!portal.empty() && !LeadsTo(head.chain, portal, *head.signing)) {
    check.Fault(fmt::format("the file is of portal {}, not of {}", head.portal, portal));
  }
  for (const std::string& text : arguments.All("key")) {
    const Expected expected = ParseExpected(text);
    for (const EvidenceCollector& of : head.collectors) {
      if (of.collector != expected.collector || HadKey(of, expected.thumbprint)) continue;
      check.Fault(fmt::format("collector {} has key {} in the file, not {}", of.collector,
                              Thumbprint(*of.key), expected.thumbprint));
    }
  }
}

class Reader {
 public:
  explicit Reader(const std::string& path) : in_(PathOf(path), std::ios::binary) {
    if (!in_) throw std::runtime_error(fmt::format("cannot read {}", path));
  }

  // The next line without its line feed; false at the end. A line that is not ended is no line.
  bool Next(std::string& line) {
    line.clear();
    for (std::streambuf* bytes = in_.rdbuf();;) {
      const int c = bytes->sbumpc();
      if (c == std::char_traits<char>::eof()) return false;
      if (c == '\n') break;
      if (line.size() >= kMaxEvidenceLine) {
        throw BatchError(fmt::format("longer than {} bytes", kMaxEvidenceLine));
      }
      line += static_cast<char>(c);
    }
    ++number_;
    return true;
  }
  std::int64_t number() const { return number_; }

 private:
  std::ifstream in_;
  std::int64_t number_ = 0;
};

// What the last line says of the file: that nothing was left out of it, or put in.
void CheckEnd(const EvidenceSigned& last, const EvidenceHead& head, const std::string& sha256,
              std::int64_t batches, std::int64_t gaps, EvidenceCheck& check) {
  const auto end = ReadEvidenceEnd(last.jws, *head.signing);
  if (!end || end->portal != head.portal) return check.Fault("the end is not signed by the portal");
  if (end->sha256 != sha256) return check.Fault("the file was changed after it was written");
  if (end->batches != batches || end->gaps != gaps) check.Fault("the file is not whole");
}

int Verify(const Arguments& arguments) {
  Reader reader(arguments.Text("file"));
  std::string text;
  EvidenceHead head;
  try {
    if (!reader.Next(text)) throw BatchError("there is no whole line in it");
    EvidenceLine first = ReadEvidenceLine(text);
    if (!std::holds_alternative<EvidenceHead>(first)) throw BatchError("it has no head");
    head = std::get<EvidenceHead>(std::move(first));
  } catch (const BatchError& error) {
    throw std::runtime_error(
        fmt::format("{} is no evidence file: {}", arguments.Text("file"), error.what()));
  }
  EvidenceCheck check(EvidenceKeys::Of(head));
  CompareKeys(arguments, head, check);
  Sha256Stream hash;
  std::int64_t batches = 0;
  std::int64_t gaps = 0;
  bool ended = false;
  for (bool more = true; more && !ended;) {
    hash.Add(text + "\n");
    try {
      more = reader.Next(text);
      if (!more) break;
      const EvidenceLine line = ReadEvidenceLine(text);
      if (const auto* batch = std::get_if<EvidenceBatch>(&line)) {
        ++batches;
        check.Add(*batch);
      } else if (const auto* gap = std::get_if<EvidenceGap>(&line)) {
        ++gaps;
        check.Add(*gap);
      } else if (const auto* last = std::get_if<EvidenceSigned>(&line)) {
        ended = true;
        CheckEnd(*last, head, Base64Url(hash.Finish()), batches, gaps, check);
      } else {
        check.Fault(fmt::format("line {}: a second head", reader.number()));
      }
    } catch (const BatchError& error) {
      check.Fault(fmt::format("line {}: {}", reader.number(), error.what()));
    }
  }
  if (!ended) check.Fault("the file is cut off: it has no signed end");
  if (ended && reader.Next(text)) check.Fault("something follows the signed end");
  if (!arguments.Switch("json")) {
    fmt::print("portal {}, exported {}{}\n", head.portal, FormatInstant(head.exported_at),
               arguments.Text("portal").empty()
                   ? " (compare with --portal: the key that your enrolment code names)"
                   : "");
    for (const EvidenceCollector& of : head.collectors) {
      fmt::print("collector {} at {}, key {}\n", of.collector, of.site, Thumbprint(*of.key));
    }
  }
  return SayEvidence(check.Finish(), arguments.Switch("json"));
}

Program Verifier() {
  return {
      .name = "plotmeter-verify",
      .commands =
          {{.summary = "Checks an evidence file off line, with public keys only.",
            .more =
                "The file comes from 'plotmeter-portal export evidence'. Each batch must be signed "
                "by "
                "its collector, have the hash\nthat the portal's receipt names, and name the batch "
                "before it; nothing may be left out unsaid. Exit code 0: clean; 1: not.",
            .settings = {{.name = "file",
                          .value = "FILE",
                          .help = "the evidence file",
                          .required = true,
                          .positional = true},
                         {.name = "portal",
                          .value = "THUMBPRINT",
                          .help = "the portal's key that you know; else the file's own is "
                                  "believed and shown"},
                         {.name = "key",
                          .value = "COLLECTOR=THUMBPRINT",
                          .help = "the key of a collector that you know; may be repeated",
                          .repeatable = true},
                         {.name = "json", .help = "answer with JSON", .flag_only = true}},
            .run = Verify,
            .check =
                [](const Arguments& arguments) {
                  CheckPortal(arguments);
                  for (const std::string& text : arguments.All("key")) ParseExpected(text);
                }}},
  };
}

}  // namespace
}  // namespace plotmeter

int main(int argc, char** argv) {
  plotmeter::CommandLine line(argc, argv);
  return plotmeter::RunProgram(plotmeter::Verifier(), line.argc(), line.argv());
}
