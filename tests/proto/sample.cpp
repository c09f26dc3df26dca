#include "tests/proto/sample.h"

#include <fmt/format.h>

namespace plotmeter {
namespace {

Quantity Amount(const char* value, const char* unit) { return {*Decimal::Parse(value), unit}; }

Instant At(const char* text) { return *ParseInstant(text); }

std::string Filled(std::size_t bytes, char with) { return Base64Url(std::string(bytes, with)); }

}  // namespace

Batch EmptyBatch() {
  return {.portal = Filled(32, 'p'),
          .collector = "col_7Q2M9K4T",
          .stream = "4b1c2f0e-6f5a-4d0b-9a43-0c3a5be1d7aa",
          .sequence = 1,
          .batch = "0193a1c2-7b1e-7c3a-9f52-0d6f3f1b8a11",
          .clock = {.created_at = At("2026-11-22T09:00:03Z")},
          .salt = Filled(16, 's'),
          .names_salt = Filled(16, 'n')};
}

Batch ExampleBatch() {
  Batch batch = EmptyBatch();
  batch.printers = {
      {.manufacturer = "HP", .serial = "CN9541H01M", .model = "HP DesignJet Z9 24in"}};
  batch.readings = {{.printer = 0,
                     .reading = {.printer = batch.printers[0],
                                 .at = At("2026-11-22T09:00:01Z"),
                                 .channel = ChannelKind::kPiws,
                                 .meters = {{.meter = "ink.used",
                                             .colorant = "magenta",
                                             .value = Amount("433", "cc")}}}}};
  batch.jobs = {{.printer = 0,
                 .job = {.job = "32222D2B-191C-402A-944C-CB719C44869F",
                         .revision = 1,
                         .channel = ChannelKind::kPiws,
                         .seen_at = At("2026-11-22T09:00:02Z"),
                         .name = "site plan.pdf",
                         .type = "print",
                         .status = "printed",
                         .area = Amount("191.352000", "?")}}};
  return batch;
}

Batch FullBatch() {
  Batch batch = EmptyBatch();
  batch.sequence = 41;
  batch.previous = Filled(32, 'h');
  batch.clock.offset_ms = -120;
  batch.clock.offset_at = At("2026-11-22T08:55:01Z");
  batch.printers = {{.manufacturer = "HP",
                     .serial = "CN9541H01M",
                     .product = "3EK10A",
                     .model = "HP DesignJet T1600 PostScript Printer",
                     .firmware = "MATMULT_05_20_01.1"},
                    {.model = "HP DesignJet Z9 24in"}};
  batch.whereabouts = {{0,
                        {.ip = "10.0.0.7",
                         .macs = {"00:1b:78:aa:bb:cc", "00:1b:78:aa:bb:cd"},
                         .name = "plotter-2",
                         .location = "copy room, 2. OG \xe2\x80\x94 S\xc3\xbc"
                                     "d"}}};
  const Alert low{.key = "/IDS/CARTRIDGE_GROUPS/M/VERYLOW",
                  .severity = Severity::kWarning,
                  .code = "1105",
                  .text = "Magenta very low \xe2\x80\x94 Tinte fast leer",
                  .part = "marker-supply 3",
                  .location = "12",
                  .raised = Amount("8632110", "1/100 s")};
  batch.readings = {{.printer = 0,
                     .reading = {.printer = batch.printers[0],
                                 .at = At("2026-11-22T09:00:01.250Z"),
                                 .channel = ChannelKind::kPiws,
                                 .meters = {{.meter = "ink.used",
                                             .colorant = "magenta",
                                             .value = Amount("433", "cc"),
                                             .source = "InkSystem/InkUsed"},
                                            {.meter = "media.area",
                                             .media = "HP-PLAIN-90",
                                             .value = Amount("-0.50", "?"),
                                             .outranked = true}},
                                 .supplies = {{.supply = "slot-0",
                                               .kind = "ink-cartridge",
                                               .colorant = "magenta",
                                               .description = "HP 746",
                                               .level = Amount("196", "cc"),
                                               .capacity = Amount("300", "cc"),
                                               .percent = Decimal::Parse("66"),
                                               .remark = "some-left",
                                               .state = "Warning",
                                               .part_number = "P2V79A",
                                               .serial = "A1B2C3",
                                               .installed = "2026-01-31",
                                               .expires = "2028-06-30",
                                               .warranty = "InWarranty",
                                               .warranty_until = "2027-06-30"},
                                              {.supply = "1.5"}},
                                 .media = {{.input = "Roll1",
                                            .kind = "roll",
                                            .media = "HP-PLAIN-90",
                                            .name = "Plain Paper",
                                            .width = Amount("360316", "1/10000 in"),
                                            .length = Amount("11.55", "in"),
                                            .length_left = Amount("41.5", "m"),
                                            .state = "idle"},
                                           {.input = ""}},
                                 .state = "idle",
                                 .uptime = Amount("8640000", "1/100 s"),
                                 .alerts = std::vector<Alert>{low},
                                 .traits = {{.trait = "nominal-life",
                                             .part = "printhead-3",
                                             .value = "1000",
                                             .unit = "cc"},
                                            {.trait = "region", .value = "EMEA"}}}},
                    {.printer = 1,
                     .reading = {.printer = batch.printers[1],
                                 .at = At("2026-11-22T09:00:02Z"),
                                 .channel = ChannelKind::kSnmp,
                                 .alerts = std::vector<Alert>()}}};
  batch.jobs = {
      {.printer = 0,
       .job =
           {.job = "32222D2B-191C-402A-944C-CB719C44869F",
            .revision = 3,
            .channel = ChannelKind::kPiws,
            .seen_at = At("2026-11-22T09:00:02Z"),
            .client_job = "0f8c1d9e-2222-4a4a-8b8b-1234567890ab",
            .name = "plan \"east\" \xc3\xbc.pdf",
            .type = "print",
            .element = "Job3DPrint",
            .status = "printed",
            .status_raw = "Printed/OK",
            .submitted = At("2026-11-22T08:41:00Z"),
            .started = At("2026-11-22T08:41:10Z"),
            .finished = At("2026-11-22T08:43:05Z"),
            .clock_offset_ms = 2000,
            .pages = 1,
            .printed_pages = 2,
            .copies = 2,
            .printed_copies = 2,
            .media = "HP-PLAIN-90",
            .media_name = "Plain Paper",
            .media_source = "ROLL1",
            .area = Amount("191.352000", "?"),
            .length = Amount("1189.0", "?"),
            .page_width = Amount("33.11", "in"),
            .page_height = Amount("46.81", "in"),
            .quality = "Best",
            .economode = false,
            .maximum_detail = true,
            .gray_coverage = Decimal::Parse("0.125"),
            .color_coverage = Decimal::Parse("17"),
            .ink = {{.colorant = "magenta", .amount = Amount("0.21", "cc")}},
            .traits = {{.trait = "estimated-time", .part = "page 1", .value = "40", .unit = "s"}}}},
      {.printer = 1,
       .job = {.job = "17",
               .revision = 1,
               .channel = ChannelKind::kLedm,
               .seen_at = At("2026-11-22T09:00:02Z")}}};
  batch.alerts = {
      {.printer = 0,
       .channel = ChannelKind::kPiws,
       .alert = low,
       .since = At("2026-11-21T22:10:00Z"),
       .cleared_at = At("2026-11-22T07:00:00Z")},
      {.printer = 1, .alert = {.part = "input 2"}, .since = At("2026-11-22T08:00:00Z")}};
  batch.events = {{.printer = 0,
                   .event = {.kind = "error-log",
                             .key = "1437049356/610010",
                             .channel = ChannelKind::kSnmp,
                             .at = At("2026-11-22T09:00:01Z"),
                             .code = "610010",
                             .text = "Wrong file format",
                             .printer_time = At("2015-07-16T12:22:36Z"),
                             .clock_offset_ms = -1500,
                             .printer_pages = 15232}},
                  {.printer = 1,
                   .event = {.kind = "firmware-changed",
                             .key = "TR8-AC_16.0.0.1",
                             .at = At("2026-11-22T08:00:00Z"),
                             .was = "TR8-AC_15.0.0.1",
                             .is = "TR8-AC_16.0.0.1"}}};
  batch.voided = {{.sequence = 38, .sha256 = Filled(32, 'v'), .reason = "refused: schema"}};
  return batch;
}

Batch BusyBatch(std::size_t bytes) {
  constexpr const char* kInks[] = {"cyan", "magenta", "yellow", "photo-black", "matte-black",
                                   "gray", "red",     "green",  "blue",        "gloss-enhancer"};
  Batch batch = EmptyBatch();
  for (int p = 0; p < 5; ++p) {
    batch.printers.push_back({.manufacturer = "HP",
                              .serial = fmt::format("CN95{:02}H01M", p * 7),
                              .product = "W3Z71A",
                              .model = "HP DesignJet Z9 24in"});
  }
  std::size_t written = 0;
  for (int i = 0; written < bytes; ++i) {
    // Chance that is the same at each call: digits of a hash.
    const std::string chance = Sha256(fmt::format("{}", i));
    const auto digit = [&](std::size_t at) { return static_cast<unsigned char>(chance[at]); };
    const auto printer = static_cast<std::size_t>(i) % batch.printers.size();
    const Instant at = At("2026-11-22T00:00:00Z") + std::chrono::milliseconds(i * 60013);
    BatchReading row{.printer = printer,
                     .reading = {.printer = batch.printers[printer],
                                 .at = at,
                                 .channel = ChannelKind::kPiws,
                                 .state = "idle",
                                 .alerts = std::vector<Alert>()}};
    for (std::size_t k = 0; k < std::size(kInks); ++k) {
      row.reading.meters.push_back(
          {.meter = "ink.used",
           .colorant = kInks[k],
           .value = Amount(fmt::format("{}", 400 + i + digit(k)).c_str(), "cc"),
           .source = "InkSystem/InkUsed"});
    }
    batch.readings.push_back(std::move(row));
    const std::string hex =
        fmt::format("{:02x}{:02x}{:02x}{:02x}", digit(11), digit(12), digit(13), digit(14));
    batch.jobs.push_back(
        {.printer = printer,
         .job = {
             .job = fmt::format("{0}-191C-402A-944C-CB71{0}", hex),
             .revision = 1,
             .channel = ChannelKind::kPiws,
             .seen_at = at,
             .name = fmt::format("plan-{}.pdf", hex),
             .type = "print",
             .status = "printed",
             .status_raw = "Printed/OK",
             .submitted = at - std::chrono::seconds(100 + digit(15)),
             .finished = at - std::chrono::seconds(digit(16)),
             .copies = 1,
             .media = "HP-PLAIN-90",
             .area = Amount(fmt::format("{}.{:06}", digit(17), digit(18) * 3911).c_str(), "?"),
             .ink = {{"magenta", Amount(fmt::format("0.{:02}", digit(19) % 100).c_str(), "cc")},
                     {"cyan", Amount(fmt::format("0.{:02}", digit(20) % 100).c_str(), "cc")}}}});
    written += 1640;  // about what one reading and one job take in P
  }
  return batch;
}

Parties Parties::Published() {
  const auto key = [](const char* d) { return *PrivateKey::FromScalar(*FromBase64Url(d)); };
  return {.collector = key("jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"),
          .portal = key("VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw")};
}

OpenKeys Parties::Keys() const {
  return {.decryption =
              [this](const std::string& kid) {
                return kid == Thumbprint(portal.public_key()) ? std::optional(portal)
                                                              : std::nullopt;
              },
          .signer = [this](const std::string& kid) -> std::optional<OpenKeys::Signer> {
            if (kid != Thumbprint(collector.public_key())) return std::nullopt;
            return OpenKeys::Signer{.key = collector.public_key(), .revoked = revoked};
          }};
}

std::string Parties::Message(const BatchText& text) const {
  return JoinMessage(SignDetachedJws(kBatchJws, text.payload, collector), text);
}

}  // namespace plotmeter
