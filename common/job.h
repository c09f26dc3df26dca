// What one print, scan or copy job used. No content and no people: user, account and host names are
// never read.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/reading.h"

namespace plotmeter {

struct InkUse {
  std::string colorant = {};
  Quantity amount = {};

  bool operator==(const InkUse&) const = default;
};

// A job as a channel showed it. It counts once by (printer, channel, job); of a stream the highest
// revision is the record, of several streams the best of theirs (best_job.h).
struct JobRecord {
  std::string job = {};        // the printer's own id of it, "32222D2B-191C-402A-944C-CB719C44869F"
  std::uint32_t revision = 0;  // counted by the spool from 1; 0 while it is only an answer
  ChannelKind channel = ChannelKind::kNone;
  Instant seen_at = {};  // the collector's clock when the device showed it
  std::optional<std::string> client_job =
      {};                                // the client's id, lower case; a cross-reference only
  std::optional<std::string> name = {};  // leaves only if the site lets it (wire: masking)
  std::string type = "unknown";          // print, scan, copy, unknown
  std::optional<std::string> element =
      {};                          // what the printer called it where we do not know the word
  std::string status = "unknown";  // pending, held, printing, printed, cancelled, failed, unknown
  std::string status_raw = {};     // "Deleted/OK"
  std::optional<Instant> submitted = {};  // by the printer's clock; 1970 reads as absent
  std::optional<Instant> started = {};
  std::optional<Instant> finished = {};
  std::optional<std::int64_t> clock_offset_ms = {};  // collector minus printer, at this answer
  std::optional<std::int64_t> pages = {};
  std::optional<std::int64_t> printed_pages = {};
  std::optional<std::int64_t> copies = {};  // requested
  std::optional<std::int64_t> printed_copies = {};
  std::optional<std::string> media = {};  // paper id
  std::optional<std::string> media_name = {};
  std::optional<std::string> media_source = {};
  std::optional<Quantity> area = {};
  std::optional<Quantity> length = {};
  std::optional<Quantity> page_width = {};
  std::optional<Quantity> page_height = {};
  std::optional<std::string> quality = {};  // raw: "Best"
  std::optional<bool> economode = {};
  std::optional<bool> maximum_detail = {};
  std::optional<Decimal> gray_coverage = {};  // scale not known; raw
  std::optional<Decimal> color_coverage = {};
  std::vector<InkUse> ink = {};  // may be partial; empty means unknown
  std::vector<Trait> traits = {};

  bool operator==(const JobRecord&) const = default;
};

}  // namespace plotmeter
