#include "portal/ledger/export_columns.h"

namespace plotmeter {
namespace {

constexpr auto kText = ColumnKind::kText;
constexpr auto kDecimal = ColumnKind::kDecimal;
constexpr auto kCount = ColumnKind::kCount;
constexpr auto kInstant = ColumnKind::kInstant;
constexpr auto kFlag = ColumnKind::kFlag;

}  // namespace

const std::vector<Column<UsageRow>>& UsageColumns() {
  using Row = UsageRow;
  static const std::vector<Column<Row>> columns = {
      {{"customer", kText, "who pays", "Harbour Architects"},
       [](const Row& row) { return Cell::Text(row.customer); }},
      {{"site", kText, "where the printer stands", "Main office"},
       [](const Row& row) { return Cell::Text(row.site); }},
      {{"manufacturer", kText, "", "HP"},
       [](const Row& row) { return Cell::Text(row.manufacturer); }},
      {{"model", kText, "", "HP DesignJet Z9 24in"},
       [](const Row& row) { return Cell::Text(row.model); }},
      {{"serial", kText, "empty: the printer names none", "CN9541H01M"},
       [](const Row& row) { return Cell::Text(row.serial); }},
      {{"channel", kText, "how it was read: snmp, piws or ledm; manual: by a person", "piws"},
       [](const Row& row) { return Cell::Always(row.channel); }},
      {{"meter", kText, "what is counted", "ink.used"},
       [](const Row& row) { return Cell::Always(row.meter); }},
      {{"colorant", kText, "empty: the meter is of no colour", "magenta"},
       [](const Row& row) { return Cell::Text(row.colorant); }},
      {{"media", kText, "empty: the meter is of no media", "HP-PLAIN-90"},
       [](const Row& row) { return Cell::Text(row.media); }},
      {{"unit", kText, "of opening, closing and used, as the printer says it", "cc"},
       [](const Row& row) { return Cell::Always(row.unit); }},
      {{"opening", kDecimal, "the reading at the beginning, in unit", "433"},
       [](const Row& row) { return Cell::Number(row.opening); }},
      {{"opening_at", kInstant, "when that was read", "2026-10-31T22:58:01Z"},
       [](const Row& row) { return Cell::At(row.opening_at); }},
      {{"closing", kDecimal, "the reading at the end, in unit", "440.5"},
       [](const Row& row) { return Cell::Number(row.closing); }},
      {{"closing_at", kInstant, "when that was read", "2026-11-30T22:57:12Z"},
       [](const Row& row) { return Cell::At(row.closing_at); }},
      {{"used", kDecimal, "in unit; empty: one reading alone is a base, not usage", "7.5"},
       [](const Row& row) { return Cell::Number(row.used); }},
      {{"base_unit", kText, "nL, mm2/100, um or 1; empty: the unit is not confirmed", "nL"},
       [](const Row& row) { return Cell::Text(row.base_unit); }},
      {{"used_base", kDecimal, "the same, a whole number of base_unit", "7500000"},
       [](const Row& row) { return Cell::Number(row.used_base); }},
      {{"known_as", kText,
        "measured; bounded: with gaps; entered: a person decided on them, or read the meter off;"
        " shared: another customer reads it too; raw: unit not confirmed; unidentified: no serial",
        "measured"},
       [](const Row& row) { return Cell::Always(row.known_as); }},
      {{"gaps", kCount,
        "between epochs of the meter, that nobody decided on; above 0 it wants a look", "0"},
       [](const Row& row) { return Cell::Count(row.gaps); }},
      {{"opening_batch", kText,
        "the signed batch that told the opening reading; ent_…: a person entered it",
        "0193a1c2-7b1e-7c3a-9f52-0d6f3f1b8a11"},
       [](const Row& row) { return Cell::Text(row.opening_batch); }},
      {{"closing_batch", kText,
        "the signed batch that told the closing reading; ent_…: a person entered it",
        "0193f3aa-10d2-7b1b-8a5e-5f7c1f2d9e02"},
       [](const Row& row) { return Cell::Text(row.closing_batch); }},
      {{"outranked", kFlag, "another channel is believed for this meter: do not add both", "yes"},
       [](const Row& row) { return Cell::Flag(row.outranked); }},
      {{"used_base_at_most", kDecimal,
        "of what is bounded: used_base and all that its gaps can hide; empty: nobody knows",
        "7900000"},
       [](const Row& row) { return Cell::Number(row.used_base_at_most); }},
      {{"printer", kText, "its id in the portal", "prn_7Q2M9K4T"},
       [](const Row& row) { return Cell::Text(row.printer); }},
  };
  return columns;
}

}  // namespace plotmeter
