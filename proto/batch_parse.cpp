// Reads a batch that came from outside (ParseBatch of batch.h). batch.schema.json says the same; a
// test compares them.

#include <fmt/format.h>

#include <charconv>
#include <limits>

#include "common/crypto.h"
#include "common/json.h"
#include "proto/batch.h"
#include "proto/field.h"
#include "proto/words.h"

namespace plotmeter {
namespace {

constexpr std::size_t kHash = 32;  // bytes of a SHA-256
constexpr std::size_t kSalt = 16;

ChannelKind ChannelOf(const Field& field) {
  const ChannelKind kind = plotmeter::ChannelOf(field.text_or_empty());
  if (kind != ChannelKind::kNone) return kind;
  field.Refuse(R"("snmp", "piws" or "ledm")");
}

Severity SeverityOf(const Field& field) {
  const std::string_view text = field.text_or_empty();
  for (const auto severity :
       {Severity::kUnknown, Severity::kInformation, Severity::kWarning, Severity::kCritical}) {
    if (text == ToText(severity)) return severity;
  }
  field.Refuse(R"("unknown", "information", "warning" or "critical")");
}

// "p1" in the words of the batch: an index into its list of printers.
std::size_t PrinterOf(const Field& field, std::size_t printers) {
  const std::string_view label = field.text_or_empty();
  unsigned number = 0;
  if (label.size() >= 2) std::from_chars(label.data() + 1, label.data() + label.size(), number);
  if (number >= 1 && number <= printers && label == PrinterLabel(number - 1)) return number - 1;
  field.Refuse("one of the batch's printers, such as \"p1\"");
}

Quantity QuantityOf(const Field& field) {
  return {.value = field["value"].Number(), .unit = field["unit"].SomeText()};
}

std::optional<Quantity> MaybeQuantity(const Field& field) {
  if (!field.is_present()) return std::nullopt;
  return QuantityOf(field);
}

// From 0 up: pages, copies.
std::optional<std::int64_t> MaybeCount(const Field& field) {
  if (!field.is_present()) return std::nullopt;
  return field.Integer(0, kMaxInteger);
}

std::optional<std::int64_t> MaybeOffset(const Field& field) {
  if (!field.is_present()) return std::nullopt;
  return field.Integer(-kMaxInteger, kMaxInteger);
}

// Of identities and the like absent means that nothing was said.
std::string TextOrNothing(const Field& field) {
  return field.Maybe(&Field::Text).value_or(std::string());
}

template <typename Row>
std::vector<Row> RowsOf(const Field& field, std::size_t most, Row (*read)(const Field&)) {
  std::vector<Row> rows;
  if (!field.is_present()) return rows;
  const std::size_t count = field.Array(most);
  rows.reserve(count);
  for (std::size_t i = 0; i < count; ++i) rows.push_back(read(field[i]));
  return rows;
}

MeterValue ReadMeter(const Field& in) {
  return {.meter = in["meter"].Word(),
          .colorant = in["colorant"].Maybe(&Field::Text),
          .media = in["media"].Maybe(&Field::Text),
          .value = QuantityOf(in),
          .source = TextOrNothing(in["source"]),
          .outranked = in["outranked"].Maybe(&Field::Boolean).value_or(false)};
}

Supply ReadSupply(const Field& in) {
  return {.supply = in["supply"].Text(),
          .kind = in["kind"].Maybe(&Field::Text),
          .colorant = in["colorant"].Maybe(&Field::Text),
          .description = in["description"].Maybe(&Field::Text),
          .level = MaybeQuantity(in["level"]),
          .capacity = MaybeQuantity(in["capacity"]),
          .percent = in["percent"].Maybe(&Field::Number),
          .remark = in["remark"].Maybe(&Field::Text),
          .state = in["state"].Maybe(&Field::Text),
          .part_number = in["part_number"].Maybe(&Field::Text),
          .serial = in["serial"].Maybe(&Field::Text),
          .installed = in["installed"].Maybe(&Field::Text),
          .expires = in["expires"].Maybe(&Field::Text),
          .warranty = in["warranty"].Maybe(&Field::Text),
          .warranty_until = in["warranty_until"].Maybe(&Field::Text)};
}

LoadedMedia ReadMedia(const Field& in) {
  return {.input = in["input"].Text(),
          .kind = in["kind"].Maybe(&Field::Text),
          .media = in["media"].Maybe(&Field::Text),
          .name = in["name"].Maybe(&Field::Text),
          .width = MaybeQuantity(in["width"]),
          .length = MaybeQuantity(in["length"]),
          .length_left = MaybeQuantity(in["length_left"]),
          .state = in["state"].Maybe(&Field::Text)};
}

Alert ReadAlert(const Field& in) {
  return {.key = TextOrNothing(in["key"]),
          .severity = SeverityOf(in["severity"]),
          .code = TextOrNothing(in["code"]),
          .text = in["text"].Maybe(&Field::Text),
          .part = in["part"].Maybe(&Field::Text),
          .location = in["location"].Maybe(&Field::Text),
          .raised = MaybeQuantity(in["raised"])};
}

Trait ReadTrait(const Field& in) {
  return {.trait = in["trait"].Word(),
          .part = in["part"].Maybe(&Field::Text),
          .value = in["value"].Text(),
          .unit = TextOrNothing(in["unit"])};
}

InkUse ReadInk(const Field& in) {
  return {.colorant = in["colorant"].Text(), .amount = QuantityOf(in)};
}

Voided ReadVoided(const Field& in) {
  return {.sequence = in["sequence"].Integer(1, kMaxInteger),
          .sha256 = in["sha256"].Bytes(kHash),
          .reason = in["reason"].Text()};
}

BatchReading ReadReading(const Field& in, const std::vector<PrinterIdentity>& printers) {
  BatchReading row{.printer = PrinterOf(in["printer"], printers.size())};
  row.reading = {.printer = printers[row.printer],
                 .at = in["at"].Time(),
                 .channel = ChannelOf(in["channel"]),
                 .meters = RowsOf(in["meters"], kMaxRows, ReadMeter),
                 .supplies = RowsOf(in["supplies"], kMaxRows, ReadSupply),
                 .media = RowsOf(in["media"], kMaxRows, ReadMedia),
                 .state = in["state"].Maybe(&Field::Text),
                 .uptime = MaybeQuantity(in["uptime"])};
  // Absent is no statement, empty is "none is active".
  if (in["alerts"].is_present()) {
    row.reading.alerts = RowsOf(in["alerts"], kMaxRows, ReadAlert);
  }
  row.reading.traits = RowsOf(in["traits"], kMaxRows, ReadTrait);
  return row;
}

BatchJob ReadJob(const Field& in, std::size_t printers) {
  return {.printer = PrinterOf(in["printer"], printers),
          .job = {.job = in["job"].SomeText(),
                  .revision = static_cast<std::uint32_t>(
                      in["revision"].Integer(1, std::numeric_limits<std::uint32_t>::max())),
                  .channel = ChannelOf(in["channel"]),
                  .seen_at = in["seen_at"].Time(),
                  .client_job = in["client_job"].Maybe(&Field::Text),
                  .type = in["type"].Word(),
                  .element = in["element"].Maybe(&Field::Text),
                  .status = in["status"].Word(),
                  .status_raw = TextOrNothing(in["status_raw"]),
                  .submitted = in["submitted"].Maybe(&Field::Time),
                  .started = in["started"].Maybe(&Field::Time),
                  .finished = in["finished"].Maybe(&Field::Time),
                  .clock_offset_ms = MaybeOffset(in["clock_offset_ms"]),
                  .pages = MaybeCount(in["pages"]),
                  .printed_pages = MaybeCount(in["printed_pages"]),
                  .copies = MaybeCount(in["copies"]),
                  .printed_copies = MaybeCount(in["printed_copies"]),
                  .media = in["media"].Maybe(&Field::Text),
                  .media_name = in["media_name"].Maybe(&Field::Text),
                  .media_source = in["media_source"].Maybe(&Field::Text),
                  .area = MaybeQuantity(in["area"]),
                  .length = MaybeQuantity(in["length"]),
                  .page_width = MaybeQuantity(in["page_width"]),
                  .page_height = MaybeQuantity(in["page_height"]),
                  .quality = in["quality"].Maybe(&Field::Text),
                  .economode = in["economode"].Maybe(&Field::Boolean),
                  .maximum_detail = in["maximum_detail"].Maybe(&Field::Boolean),
                  .gray_coverage = in["gray_coverage"].Maybe(&Field::Number),
                  .color_coverage = in["color_coverage"].Maybe(&Field::Number),
                  .ink = RowsOf(in["ink"], kMaxRows, ReadInk),
                  .traits = RowsOf(in["traits"], kMaxRows, ReadTrait)}};
}

BatchAlert ReadBatchAlert(const Field& in, std::size_t printers) {
  BatchAlert row{.printer = PrinterOf(in["printer"], printers),
                 .alert = ReadAlert(in),
                 .since = in["since"].Time()};
  if (in["channel"].is_present()) row.channel = ChannelOf(in["channel"]);
  if (!in["cleared_at"].is_null()) row.cleared_at = in["cleared_at"].Maybe(&Field::Time);
  return row;
}

BatchEvent ReadEvent(const Field& in, std::size_t printers) {
  BatchEvent row{.printer = PrinterOf(in["printer"], printers),
                 .event = {.kind = in["kind"].Word(),
                           .key = in["key"].Text(),
                           .at = in["at"].Time(),
                           .code = in["code"].Maybe(&Field::Text),
                           .text = in["text"].Maybe(&Field::Text),
                           .printer_time = in["printer_time"].Maybe(&Field::Time),
                           .clock_offset_ms = MaybeOffset(in["clock_offset_ms"]),
                           .printer_pages = MaybeCount(in["printer_pages"]),
                           .was = in["was"].Maybe(&Field::Text),
                           .is = in["is"].Maybe(&Field::Text)}};
  if (in["channel"].is_present()) row.event.channel = ChannelOf(in["channel"]);
  return row;
}

std::vector<PrinterIdentity> ReadPrinters(const Field& in) {
  std::vector<PrinterIdentity> printers;
  const std::size_t count = in.Array(kMaxPrinters);
  for (std::size_t i = 0; i < count; ++i) {
    const Field row = in[i];
    const Field label = row["printer"];
    if (const auto want = PrinterLabel(i); label.text_or_empty() != want) {
      label.Refuse(fmt::format("\"{}\": they are counted in order", want));
    }
    printers.push_back({.manufacturer = TextOrNothing(row["manufacturer"]),
                        .serial = TextOrNothing(row["serial"]),
                        .product = TextOrNothing(row["product"]),
                        .model = TextOrNothing(row["model"]),
                        .firmware = TextOrNothing(row["firmware"])});
  }
  return printers;
}

BatchAddress ReadAddress(const Field& in) {
  if (in["version"].Integer(1, kMaxInteger) != kBatchVersion) {
    in["version"].Refuse(fmt::format("{}", kBatchVersion));
  }
  BatchAddress address{.portal = in["portal"].Bytes(kHash),
                       .collector = in["collector"].SomeText(),
                       .stream = in["stream"].Uuid('*'),
                       .sequence = in["sequence"].Integer(1, kMaxInteger),
                       .batch = in["batch"].Uuid('7')};
  if (in["previous"].is_present()) address.previous = in["previous"].Bytes(kHash);
  return address;
}

Json ReadDocument(std::string_view text, const char* what) {
  try {
    return ParseJson(text);
  } catch (const JsonError& error) {
    throw BatchError(fmt::format("{}: {}", what, error.what()));
  }
}

// N's complaints never repeat what N says: names point at people.
[[noreturn]] void RefuseNames(std::string_view who, std::string_view what) {
  throw BatchError(fmt::format("names: {} {}", who, what));
}

constexpr std::string_view kJobName = "a job's name";
constexpr std::string_view kPlace = "what is said of a printer's place";

std::string NameOf(const Json& value, std::string_view who) {
  if (!value.is_string()) RefuseNames(who, "is not text");
  auto text = value.get<std::string>();
  if (text.size() > kMaxText) RefuseNames(who, "is too long");
  if (text.find('\0') != std::string::npos) RefuseNames(who, "holds U+0000");
  return text;
}

std::optional<std::string> MaybeName(const Json& row, const char* member, std::string_view who) {
  const auto value = row.find(member);
  if (value == row.end()) return std::nullopt;
  return NameOf(*value, who);
}

Whereabouts ReadWhereabouts(const Json& row) {
  if (!row.is_object()) RefuseNames(kPlace, "is not text");
  Whereabouts place{.ip = MaybeName(row, "ip", kPlace),
                    .name = MaybeName(row, "name", kPlace),
                    .location = MaybeName(row, "location", kPlace)};
  const auto macs = row.find("macs");
  if (macs == row.end()) return place;
  if (!macs->is_array() || macs->size() > kMaxMacs) RefuseNames("'macs'", "is no list of texts");
  for (const Json& mac : *macs) place.macs.push_back(NameOf(mac, kPlace));
  return place;
}

void TakeJobNames(const Json& jobs, Batch& batch) {
  if (!jobs.is_object() || jobs.size() > kMaxJobs) RefuseNames("'jobs'", "is no object of names");
  for (const Json& named : jobs) {
    if (!named.is_object()) RefuseNames(kJobName, "is not text");
    MaybeName(named, "name", kJobName);
  }
  for (auto& row : batch.jobs) {
    const auto found = jobs.find(NamesKey(row.printer, row.job.channel, row.job.job));
    if (found != jobs.end()) row.job.name = MaybeName(*found, "name", kJobName);
  }
}

// Labels that are none of the batch's printers are ignored, as names of jobs are that it has not.
void TakePlaces(const Json& printers, Batch& batch) {
  if (!printers.is_object() || printers.size() > kMaxPrinters) {
    RefuseNames("'printers'", "is no object of printers");
  }
  for (const Json& row : printers) ReadWhereabouts(row);
  for (std::size_t i = 0; i < batch.printers.size(); ++i) {
    const auto found = printers.find(PrinterLabel(i));
    if (found == printers.end()) continue;
    Whereabouts place = ReadWhereabouts(*found);
    if (!place.empty()) batch.whereabouts.emplace(i, std::move(place));
  }
}

void TakeNames(std::string_view names, Batch& batch) {
  const Json json = ReadDocument(names, "names");
  if (!json.is_object()) throw BatchError("names: not an object");
  batch.names_salt = Field(json)["salt"].Bytes(kSalt);
  if (const auto jobs = json.find("jobs"); jobs != json.end()) TakeJobNames(*jobs, batch);
  if (const auto rows = json.find("printers"); rows != json.end()) TakePlaces(*rows, batch);
}

}  // namespace

BatchDocument::BatchDocument(std::string_view payload) : json_(ReadDocument(payload, "batch")) {}

BatchAddress BatchDocument::Address() const { return ReadAddress(Field(json_)); }

Batch ParseBatch(std::string_view payload, std::string_view names) {
  return BatchDocument(payload).Read(names);
}

Batch BatchDocument::Read(std::string_view names) const {
  if (Field(json_)["names"].Bytes(kHash) != Base64Url(Sha256(names))) {
    throw BatchError("'names' is not the SHA-256 of the names that came with the batch");
  }
  Batch batch = Read();
  TakeNames(names, batch);
  return batch;
}

Batch BatchDocument::Read() const {
  const Field in(json_);
  BatchAddress address = ReadAddress(in);
  const Field clock = in["clock"];
  Batch batch{.portal = std::move(address.portal),
              .collector = std::move(address.collector),
              .stream = std::move(address.stream),
              .sequence = address.sequence,
              .previous = std::move(address.previous),
              .batch = std::move(address.batch),
              .clock = {.created_at = clock["created_at"].Time(),
                        .offset_ms = MaybeOffset(clock["offset_ms"]),
                        .offset_at = clock["offset_at"].Maybe(&Field::Time)},
              .salt = in["salt"].Bytes(kSalt),
              .printers = ReadPrinters(in["printers"])};
  if (const Field rows = in["readings"]; rows.is_present()) {
    const std::size_t count = rows.Array(kMaxReadings);
    for (std::size_t i = 0; i < count; ++i) {
      batch.readings.push_back(ReadReading(rows[i], batch.printers));
    }
  }
  if (const Field rows = in["jobs"]; rows.is_present()) {
    const std::size_t count = rows.Array(kMaxJobs);
    for (std::size_t i = 0; i < count; ++i) {
      batch.jobs.push_back(ReadJob(rows[i], batch.printers.size()));
    }
  }
  if (const Field rows = in["alerts"]; rows.is_present()) {
    const std::size_t count = rows.Array(kMaxAlerts);
    for (std::size_t i = 0; i < count; ++i) {
      batch.alerts.push_back(ReadBatchAlert(rows[i], batch.printers.size()));
    }
  }
  if (const Field rows = in["events"]; rows.is_present()) {
    const std::size_t count = rows.Array(kMaxEvents);
    for (std::size_t i = 0; i < count; ++i) {
      batch.events.push_back(ReadEvent(rows[i], batch.printers.size()));
    }
  }
  batch.voided = RowsOf(in["void"], kMaxVoided, ReadVoided);
  return batch;
}

}  // namespace plotmeter
