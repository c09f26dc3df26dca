// How an ERP wants its rows: which columns, in which order, called what, written how. A file of the
// operator's own, in TOML (docs/exports.md has the whole of it):
//
//    delimiter = ";"                  # , ; | or tab
//    decimal = ","                    # . or ,
//    dates = "dd.mm.yyyy"             # one of kDateFormats
//    time-zone = "Europe/Berlin"      # for all dates but "iso"; UTC
//    header = true
//
//    [[column]]
//    name = "Kundennummer"
//    from = "customer"                # a column of the export
//    map = {"Bridge & Partners" = "100234"}
//    otherwise = "?"                  # for what is not in the map; without it the value itself
//
//    [[column]]
//    name = "Mandant"
//    constant = "01"
//
// A map looks at what the CSV would show, with a point in decimals and dates as "iso"; what is
// unknown stays empty unless the map has "". A value, once read.

#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "portal/ledger/cell.h"

namespace plotmeter {

enum class DateFormat {
  kIso,           // iso                    2026-11-30T22:57:12Z, always UTC
  kIsoLocal,      // yyyy-mm-ddThh:mm:ss    2026-11-30T23:57:12
  kSpacedLocal,   // yyyy-mm-dd hh:mm:ss    2026-11-30 23:57:12
  kIsoDate,       // yyyy-mm-dd             2026-11-30
  kGermanDate,    // dd.mm.yyyy             30.11.2026
  kGermanTime,    // dd.mm.yyyy hh:mm:ss    30.11.2026 23:57:12
  kBritishDate,   // dd/mm/yyyy             30/11/2026
  kAmericanDate,  // mm/dd/yyyy             11/30/2026
  kCompactDate,   // yyyymmdd               20261130
  kCompactTime,   // yyyymmddhhmmss         20261130235712
};

struct DateFormatName {
  std::string_view name;
  DateFormat format;
};
std::span<const DateFormatName> DateFormats();

struct Layout {
  struct Place {
    std::string name = {};
    std::string from = {};  // a column of the export; empty: `constant`
    std::string constant = {};
    std::map<std::string, std::string, std::less<>> values = {};
    std::optional<std::string> otherwise = {};
    std::optional<DateFormat> dates = {};  // another than the file's
  };

  char delimiter = ',';
  char decimal = '.';
  DateFormat dates = DateFormat::kIso;
  std::string time_zone = "UTC";
  bool header = true;
  std::vector<Place> places = {};  // empty: the columns as they are
};

// Reads the file's text, for an export with these columns. Throws UsageError that names `file` (as
// people call it), the line and the key, what came and what was expected. At most 1 MiB, and 200
// columns.
Layout ReadLayout(const std::string& file, const std::string& text,
                  const std::vector<ColumnWords>& columns);

// Appends the instant so.
void AppendDate(std::string& out, Instant at, DateFormat format, const std::string& time_zone);

}  // namespace plotmeter
