// What points at people and places, on its way to disk and when the modes were changed since.

#include "collector/spool/kept.h"
#include "collector/spool/spool.h"
#include "common/json.h"
#include "common/settings.h"

namespace plotmeter {
namespace {

// What was said now, else what was said before; said to be empty, it is not there.
std::optional<std::string> Latest(const std::optional<std::string>& said, bool has_none,
                                  const std::optional<std::string>& before) {
  if (has_none) return {};
  return said ? said : before;
}

}  // namespace

std::optional<std::string> Spool::Mask(std::string_view field, const std::string& value,
                                       bool again) const {
  const MaskMode mode = settings_.masks.*MaskedFieldOf(field).mode;
  return again ? MaskedAgain(mode, masking_key_, field, value)
               : Masked(mode, masking_key_, field, value);
}

Whereabouts Spool::MaskedPlace(const Whereabouts& said, bool again) const {
  const auto mask = [&](std::string_view field, const std::optional<std::string>& value) {
    return value && !value->empty() ? Mask(field, *value, again) : std::nullopt;
  };
  Whereabouts masked{.ip = mask("ip-address", said.ip),
                     .name = mask("printer-name", said.name),
                     .location = mask("location", said.location)};
  for (const std::string& mac : said.macs) {
    if (auto one = mask("mac-address", mac)) masked.macs.push_back(*std::move(one));
  }
  return masked;
}

void Spool::Keep(const PrinterIdentity& printer, const Whereabouts& said) {
  Together([&] {
    const std::int64_t row = PrinterRow(printer);
    const Whereabouts before = PlaceOf(row);
    const Whereabouts now = MaskedPlace(said, false);
    const Whereabouts old = MaskedPlace(before, true);
    const auto is_none = [](const auto& text) { return text && text->empty(); };
    const Whereabouts latest{
        .ip = Latest(now.ip, is_none(said.ip), old.ip),
        .macs = said.macs.empty() ? old.macs : now.macs,
        .name = Latest(now.name, is_none(said.name), old.name),
        .location = Latest(now.location, is_none(said.location), old.location)};
    if (latest != before) KeepPlace(row, latest);
  });
}

Whereabouts Spool::PlaceOf(std::int64_t printer) {
  Statement q = db_.Prepare("SELECT ip, macs, name, location FROM whereabouts WHERE printer = ?");
  if (!q.Bind(printer).Step()) return {};
  return {.ip = q.MaybeText(0),
          .macs = TextsFrom(q.Text(1)),
          .name = q.MaybeText(2),
          .location = q.MaybeText(3)};
}

void Spool::KeepPlace(std::int64_t printer, const Whereabouts& place) {
  if (place.empty()) {
    db_.Prepare("DELETE FROM whereabouts WHERE printer = ?").Run(printer);
    return;
  }
  db_.Prepare("INSERT OR REPLACE INTO whereabouts VALUES(?, ?, ?, ?, ?)")
      .Run(printer, place.ip, JsonText(Json(place.macs)), place.name, place.location);
}

std::optional<MaskModes> Spool::MaskedUnder() {
  std::optional<MaskModes> modes;
  Statement q = db_.Prepare("SELECT setting, mode FROM mask_mode");
  while (q.Step()) {
    if (!modes) modes.emplace();
    for (const MaskedField& field : kMaskedFields) {
      if (field.setting != q.Text(0)) continue;
      try {
        *modes.*field.mode = ParseMaskMode(q.Text(0), q.Text(1));
      } catch (const UsageError&) {  // nobody knows, so it is masked again
        return {};
      }
    }
  }
  return modes;
}

void Spool::MaskAgain() {
  // The write-ahead log holds pages as they were; a start before this one may not have got rid of
  // it.
  const auto forget_log = [this] { db_.Execute("PRAGMA wal_checkpoint(TRUNCATE)"); };
  if (MaskedUnder() == settings_.masks) return forget_log();
  Together([&] {
    Statement jobs = db_.Prepare("SELECT id, name FROM job WHERE name IS NOT NULL");
    Statement rename = db_.Prepare("UPDATE job SET name = ? WHERE id = ?");
    while (jobs.Step()) {
      const std::string name = jobs.Text(1);
      const std::optional<std::string> masked = Mask("job-name", name, true);
      if (masked != name) rename.Run(masked, jobs.Int(0));
    }
    std::vector<std::int64_t> printers;
    Statement places = db_.Prepare("SELECT printer FROM whereabouts");
    while (places.Step()) printers.push_back(places.Int(0));
    for (const std::int64_t printer : printers) {
      KeepPlace(printer, MaskedPlace(PlaceOf(printer), true));
    }
    Statement mode = db_.Prepare("INSERT OR REPLACE INTO mask_mode VALUES(?, ?)");
    for (const MaskedField& field : kMaskedFields) {
      mode.Run(field.setting, ToText(settings_.masks.*field.mode));
    }
  });
  forget_log();
}

}  // namespace plotmeter
