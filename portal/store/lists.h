// Questions that are answered a page at a time, each in the order of an index. A page costs what
// its rows cost, however large the fleet is.
//
//    Page<AlertRow> page = store.ListAlerts(reseller, {}, AlertsWanted::kLasting, {}, 100);
//    if (page.next) page = store.ListAlerts(reseller, {}, AlertsWanted::kLasting, *page.next, 100);
//
// Rows that are added meanwhile move nobody: a page begins after the key at which the one before
// ended. A question that is narrowed (one customer of many) looks at 10 000 rows at most, so a page
// may be short, and even empty, though others follow; `next` alone says whether they do.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/reseller.h"
#include "common/time.h"
#include "portal/store/store.h"

namespace plotmeter {

// The key of the row at which a page ended. Empty: before the first.
struct Position {
  std::vector<std::int64_t> numbers = {};
  std::vector<std::string> texts = {};

  bool operator==(const Position&) const = default;
};

template <typename Row>
struct Page {
  std::vector<Row> rows = {};
  std::optional<Position> next = {};  // absent on the last page
  // `next` is the place of a row that was looked at in vain: perhaps of another customer, whose
  // keys are nobody else's to read.
  bool next_is_hidden = false;
};

// From `from` on, and before `to`.
struct Span {
  Instant from = {};
  Instant to = {};
};

// One printer among many, with the site that it was told of from.
struct PrinterRef {
  std::string id = {};
  std::string manufacturer = {};
  std::string serial = {};
  std::string model = {};
  Site site = {};
};

struct ReadingRow {
  std::string channel = {}, meter = {};
  std::string colorant = {}, media = {};  // empty: it has none
  std::string unit = {};
  bool outranked = false;
  Instant at = {};
  std::string value = {};
  // The evidence. Of what was entered by hand `batch` is its own id (entered.h), and these are
  // empty.
  std::string batch = {}, sha256 = {}, collector = {};
};

struct SupplyRow {
  PrinterRef printer = {};
  std::string channel = {}, supply = {};
  Instant at = {};
  std::optional<std::string> kind = {}, colorant = {}, description = {}, level = {},
                             level_unit = {}, capacity = {}, capacity_unit = {}, percent = {},
                             remark = {}, state = {}, part_number = {}, serial = {}, installed = {},
                             expires = {}, warranty = {}, warranty_until = {};
};

// What a printer says of itself, or of a part, that has no place of its own (common/reading.h).
struct TraitRow {
  std::string channel = {};
  std::string part = {};  // empty: the whole printer
  std::string trait = {};
  Instant at = {};  // when it was said last; others of its channel may have been said since
  std::string value = {};
  std::optional<std::string> unit = {};
};

struct JobEntry {
  PrinterRef printer = {};
  std::string channel = {}, job = {};
  std::int64_t revision = 0;
  std::string type = {}, status = {};
  Instant ended_at = {};                                               // by the collector's clock
  bool end_is_told = false;                                            // else when it was seen
  std::optional<Instant> submitted = {}, started = {}, finished = {};  // by the printer's
  std::optional<std::int64_t> copies = {}, printed_copies = {}, pages = {}, printed_pages = {};
  std::optional<std::string> media = {}, area = {}, area_unit = {}, length = {}, length_unit = {},
                             quality = {};
  std::string ink = {};                    // JSON: [["magenta","0.21","cc"]]
  std::optional<std::string> traits = {};  // JSON: [["folding",null,"fan",""]]; trait, part, …
  std::string batch = {}, sha256 = {};     // the evidence
};

struct AlertRow {
  PrinterRef printer = {};
  std::string channel = {}, key = {}, severity = {}, code = {};
  std::optional<std::string> text = {}, part = {};
  Instant since = {};
  std::optional<Instant> cleared_at = {};
};

enum class AlertsWanted { kAll, kLasting, kCleared };

struct EventRow {
  std::string channel = {}, kind = {}, key = {};
  Instant at = {};
  std::optional<std::string> code = {}, text = {}, was = {}, is = {};
  std::optional<Instant> printer_time = {};
  std::optional<std::int64_t> clock_offset_ms = {};  // collector minus printer
  std::optional<std::int64_t> printer_pages = {};
};

struct CollectorRow {
  Collector collector = {};
  std::string system = {};
  Site site = {};
  std::optional<HeartbeatNote> heartbeat = {};  // absent: it said nothing yet
};

struct StreamRow {
  std::string stream = {};
  std::int64_t unbroken = 0;
  std::int64_t highest = 0;
};

struct GapRow {
  Gap gap = {};
  Instant noted_at = {};
};

struct CodeRow {
  EnrolmentOffer offer = {};
  Site site = {};
};

class Lists {
 public:
  virtual ~Lists() = default;

  // By id. A filter with a customer answers that one alone, or its sites.
  virtual Page<Customer> ListCustomers(const ResellerId& reseller, const PrinterFilter& filter,
                                       const Position& after, std::size_t limit) = 0;
  virtual Page<Site> ListSites(const ResellerId& reseller, const PrinterFilter& filter,
                               const Position& after, std::size_t limit) = 0;
  virtual Page<CollectorRow> ListCollectors(const ResellerId& reseller, const PrinterFilter& filter,
                                            const Position& after, std::size_t limit) = 0;
  // Newest first; those that are used or expired too.
  virtual Page<CodeRow> ListCodes(const ResellerId& reseller, const PrinterFilter& filter,
                                  const Position& after, std::size_t limit) = 0;

  // Empty where it is not this reseller's.
  virtual std::optional<Customer> FindCustomer(const ResellerId& reseller,
                                               const std::string& id) = 0;
  virtual std::optional<CollectorRow> FindCollector(const ResellerId& reseller,
                                                    const std::string& id) = 0;
  virtual std::vector<StreamRow> StreamsOf(const ResellerId& reseller,
                                           const std::string& collector) = 0;
  // The latest, at most `limit`, newest first.
  virtual std::vector<GapRow> GapsOf(const ResellerId& reseller, const std::string& collector,
                                     std::size_t limit) = 0;

  // What printers said. A customer, in the filter or beside it, sees what its own collectors told
  // and nothing else; without one the reseller asks, and what two customers told of one thing is
  // shown once.

  // One printer's readings as they came, meter by meter in the order of EachMeter, and rising in
  // time. `meter` narrows to "ink.used"; empty: all.
  virtual Page<ReadingRow> ListReadings(const ResellerId& reseller, const std::string& customer,
                                        const std::string& printer, const std::string& meter,
                                        const Span& span, const Position& after,
                                        std::size_t limit) = 0;
  // The last reading of each of its meters, in the same order.
  virtual std::vector<ReadingRow> LatestReadings(const ResellerId& reseller,
                                                 const std::string& customer,
                                                 const std::string& printer) = 0;
  // By printer, channel and supply.
  virtual Page<SupplyRow> ListSupplies(const ResellerId& reseller, const PrinterFilter& filter,
                                       const Position& after, std::size_t limit) = 0;
  // Of one printer, by channel, part and trait; those of the whole printer come first.
  virtual Page<TraitRow> ListTraits(const ResellerId& reseller, const std::string& customer,
                                    const std::string& printer, const Position& after,
                                    std::size_t limit) = 0;
  // These three newest first. Jobs by when they ended.
  virtual Page<JobEntry> ListJobs(const ResellerId& reseller, const PrinterFilter& filter,
                                  const Span& span, const Position& after, std::size_t limit) = 0;
  virtual Page<AlertRow> ListAlerts(const ResellerId& reseller, const PrinterFilter& filter,
                                    AlertsWanted wanted, const Position& after,
                                    std::size_t limit) = 0;
  virtual Page<EventRow> ListEvents(const ResellerId& reseller, const std::string& customer,
                                    const std::string& printer, const Position& after,
                                    std::size_t limit) = 0;
};

}  // namespace plotmeter
