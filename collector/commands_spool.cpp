// preview and outbox: what leaves, and what left.

#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "collector/collector_settings.h"
#include "collector/commands.h"
#include "collector/enrol/identity.h"

namespace plotmeter {
namespace {

Json OrNull(const std::string& text) { return text.empty() ? Json() : Json(text); }
Json OrNull(const std::optional<Instant>& at) { return at ? Json(FormatInstant(*at)) : Json(); }

std::optional<BatchText> CutNow(Spool& spool, const std::string& directory, BatchSigner signer) {
  const std::optional<PrivateKey> key = LoadKey(directory);
  if (!key || signer.collector.empty()) {
    throw std::runtime_error("not enrolled, so there is nobody to cut a batch for");
  }
  signer.key = &*key;
  std::optional<CutBatch> batch = spool.Cut(signer);
  if (!batch) batch = spool.Next();  // cut before, and not in the portal yet: that goes next
  if (!batch) return {};
  return TextOfMessage(batch->message);
}

// Whoever only looks makes nothing: not as another user in the service's place, nor at a mistyped
// path.
SpoolSettings SpoolToLookAt(const Arguments& arguments) {
  SpoolSettings settings = SpoolSettingsOf(arguments);
  settings.make = false;
  return settings;
}

// It would be shown as it never leaves.
void WarnOfOtherModes(Spool& spool, const MaskModes& ours) {
  const std::optional<MaskModes> service = spool.MaskedUnder();
  if (!service) return;
  for (const MaskedField& field : kMaskedFields) {
    const MaskMode theirs = *service.*field.mode;
    if (theirs == ours.*field.mode) continue;
    fmt::print(stderr,
               "'{}' is {} here, and was {} when the collector ran last: give the same settings "
               "to see what it sends\n",
               field.setting, ToText(ours.*field.mode), ToText(theirs));
  }
}

void PrintText(const BatchText& text) {
  std::cout << text.payload << "\n"
            << text.names << "\n"
            << "SHA-256 of the first line: " << Base64Url(Sha256(text.payload)) << "\n";
}

int Preview(const Arguments& arguments) {
  const SystemClock clock;
  const std::string directory = StateDirectory(arguments);
  const std::optional<Identity> identity = LoadIdentity(directory);
  const SpoolSettings settings = SpoolToLookAt(arguments);
  Spool spool(settings, clock);
  WarnOfOtherModes(spool, settings.masks);
  BatchSigner signer;
  if (identity) signer = {.portal = identity->portal, .collector = identity->collector};
  const std::optional<BatchText> text =
      arguments.Switch("cut") ? CutNow(spool, directory, signer) : spool.Preview(signer);
  const std::string hash = text ? Base64Url(Sha256(text->payload)) : "";
  if (arguments.Switch("json")) {
    std::cout << JsonText({{"payload", text ? text->payload : ""},
                           {"names", text ? text->names : ""},
                           {"sha256", hash},
                           {"cut", arguments.Switch("cut")}})
              << "\n";
  } else if (text) {
    PrintText(*text);
  } else {
    std::cout << "nothing waits\n";
  }
  return 0;
}

Json ToJson(const OutboxEntry& entry) {
  return {{"batch", entry.batch.batch},
          {"stream", entry.batch.stream},
          {"sequence", entry.batch.sequence},
          {"sha256", entry.batch.sha256},
          {"created_at", FormatInstant(entry.batch.created_at)},
          {"items", entry.batch.items},
          {"tries", entry.batch.tries},
          {"state", ToText(entry.state)},
          {"sent_at", OrNull(entry.sent_at)},
          {"sent_bytes", entry.sent_bytes ? Json(*entry.sent_bytes) : Json()},
          {"receipted_at", OrNull(entry.receipted_at)},
          {"receipt", OrNull(entry.receipt)},
          {"reason", OrNull(entry.reason)}};
}

std::size_t Newest(const Arguments& arguments) {
  return static_cast<std::size_t>(arguments.Number("newest", 1, 1'000'000));
}

// One batch again, byte for byte: P, N, and the receipt.
int ShowSent(const Arguments& arguments, Spool& spool) {
  const std::string which = arguments.Text("batch");
  const std::optional<OutboxEntry> entry = spool.Shown(which);
  if (!entry) {
    throw std::runtime_error(
        fmt::format("'batch' is '{}'; expected the SHA-256, the id or the sequence in the current "
                    "stream of a batch that outbox lists",
                    which));
  }
  if (entry->batch.message.empty()) {
    throw std::runtime_error(
        fmt::format("the bytes of batch {} are kept no longer; its SHA-256 was {}", which,
                    entry->batch.sha256));
  }
  const BatchText text = TextOfMessage(entry->batch.message);
  if (arguments.Switch("json")) {
    Json json = ToJson(*entry);
    json["payload"] = text.payload;
    json["names"] = text.names;
    std::cout << JsonText(json) << "\n";
    return 0;
  }
  PrintText(text);
  std::cout << (entry->receipt.empty() ? "no receipt yet" : "receipt: " + entry->receipt) << "\n";
  return 0;
}

int Outbox(const Arguments& arguments) {
  const SystemClock clock;
  Spool spool(SpoolToLookAt(arguments), clock);
  if (arguments.Has("batch")) return ShowSent(arguments, spool);
  std::vector<OutboxEntry> entries = spool.Outbox(Newest(arguments));
  std::ranges::reverse(entries);
  if (arguments.Switch("json")) {
    Json list = Json::array();
    for (const OutboxEntry& entry : entries) list.push_back(ToJson(entry));
    std::cout << JsonText({{"batches", std::move(list)}}) << "\n";
    return 0;
  }
  if (entries.empty()) fmt::print("nothing was sent yet, and nothing is cut\n");
  for (const OutboxEntry& entry : entries) {
    fmt::print("{:>6}  {:<9}  {}  {}  {} items{}{}{}\n", entry.batch.sequence, ToText(entry.state),
               FormatInstant(entry.batch.created_at), entry.batch.sha256, entry.batch.items,
               entry.sent_at ? fmt::format(", sent {}, {} bytes", FormatInstant(*entry.sent_at),
                                           entry.sent_bytes.value_or(0))
                             : "",
               entry.receipted_at ? ", receipt of " + FormatInstant(*entry.receipted_at) : "",
               entry.reason.empty() ? "" : ", " + entry.reason);
  }
  return 0;
}

}  // namespace

Command PreviewCommand() {
  return {
      .name = "preview",
      .summary = "Shows the exact bytes that the next batch would contain now.",
      .more =
          "First line: what is signed and kept. Second line: what points at people and places, as "
          "far as you let it leave; it can be\nforgotten alone. Then the SHA-256 of the first "
          "line, which the portal's receipt names. With --cut the batch is made and waits to be "
          "sent.",
      .settings =
          Joined({{{.name = "cut", .help = "make the batch", .flag_only = true}, JsonSwitch()},
                  StateSettings()}),
      .run = Preview,
      .check = [](const Arguments& arguments) { SpoolSettingsOf(arguments); }};
}

Command OutboxCommand() {
  return {
      .name = "outbox",
      .summary = "Lists what was sent, when, how many bytes, its SHA-256 and the portal's receipt.",
      .more =
          "With BATCH the bytes of that one as they were signed: the first line, the names that "
          "can be forgotten alone,\nthe SHA-256 of the first line, and the portal's receipt.",
      .settings = Joined(
          {{{.name = "batch",
             .value = "BATCH",
             .help = "show this one again, byte for byte, with its receipt: by SHA-256, id, or "
                     "sequence in the current stream",
             .positional = true,
             .flag_only = true},
            {.name = "newest",
             .value = "N",
             .fallback = "1000",
             .help = "show so many at most",
             .why = "Four months at a batch every three hours."},
            JsonSwitch()},
           StateSettings()}),
      .run = Outbox,
      .check = [](const Arguments& arguments) {
        Newest(arguments);
        SpoolSettingsOf(arguments);
      }};
}

}  // namespace plotmeter
