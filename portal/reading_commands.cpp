// reading: meters that people read off themselves.

#include <fmt/format.h>

#include <stdexcept>

#include "common/clock.h"
#include "common/json.h"
#include "portal/commands.h"
#include "portal/ledger/by_hand.h"
#include "portal/lookup.h"
#include "portal/portal_settings.h"

namespace plotmeter {
namespace {

constexpr std::size_t kPage = 1000;

EnteredReading ReadingOf(const Arguments& arguments, Instant now) {
  const auto text = [&](const char* name) {
    return arguments.Has(name) ? arguments.Text(name) : std::string();
  };
  const EnteredValue value{.meter = text("meter"),
                           .colorant = text("colorant"),
                           .media = text("media"),
                           .unit = text("unit"),
                           .value = text("value")};
  if (const auto wrong = WhatIsWrong(value)) {
    throw UsageError(fmt::format("'{}' is '{}'; expected {}", wrong->member, text(wrong->member),
                                 wrong->expected));
  }
  const auto at = arguments.Has("at") ? ParseInstant(arguments.Text("at")) : now;
  if (!at || !CanBeReadAt(*at, now)) {
    throw UsageError(
        fmt::format("'at' is '{}'; expected an instant that is past, such as 2026-11-30T17:00:00Z",
                    text("at")));
  }
  return {.at = *at, .values = {value}, .note = text("note")};
}

void CheckReading(const Arguments& arguments) { ReadingOf(arguments, SystemClock().Now()); }

int AddReading(const Arguments& arguments) {
  const Instant now = SystemClock().Now();
  EnteredReading reading = ReadingOf(arguments, now);
  SqliteStore store(DataDirectory(arguments).existing_database());
  const PrinterMeant meant = FindPrinter(store, arguments, arguments.Text("printer"));
  reading.printer = meant.printer.id;
  const Entered entered = store.Enter(meant.reseller, reading, kCommandLine, now);
  switch (entered.how) {
    case Entered::How::kDone:
      break;
    case Entered::How::kNoPrinter:
      throw std::runtime_error("the printer is gone");
    case Entered::How::kThere:
      throw std::runtime_error(fmt::format(
          "that meter was entered for that instant: 'reading withdraw --reading {}' if it is wrong",
          entered.id));
  }
  if (arguments.Switch("json")) {
    fmt::print("{}\n", JsonText({{"id", entered.id}}));
  } else {
    fmt::print("{}\n", entered.id);
  }
  return 0;
}

int ListReadings(const Arguments& arguments) {
  SqliteStore store(DataDirectory(arguments).existing_database());
  const PrinterMeant meant = FindPrinter(store, arguments, arguments.Text("printer"));
  std::vector<std::vector<std::string>> rows;
  for (Position after;;) {
    const auto page = store.ListEntered(meant.reseller, "", meant.printer.id, after, kPage);
    for (const EnteredReading& row : page.rows) {
      for (const EnteredValue& value : row.values) {
        rows.push_back({row.id, FormatInstant(row.at), value.meter, value.colorant, value.media,
                        value.value, value.unit, row.who, FormatInstant(row.entered_at), row.note,
                        row.withdrawal ? row.withdrawal->who : "",
                        row.withdrawal ? row.withdrawal->reason : ""});
      }
    }
    if (!page.next) break;
    after = *page.next;
  }
  PrintRows({"id", "at", "meter", "colorant", "media", "value", "unit", "who", "entered_at", "note",
             "withdrawn_by", "withdrawn_for"},
            rows, arguments.Switch("json"));
  return 0;
}

int WithdrawReading(const Arguments& arguments) {
  SqliteStore store(DataDirectory(arguments).existing_database());
  const std::string id = arguments.Text("reading");
  for (const Reseller& reseller : ResellersMeant(store, arguments)) {
    switch (store.Withdraw(reseller.id, id, arguments.Text("reason"), kCommandLine,
                           SystemClock().Now())) {
      case Withdrawn::kDone:
        fmt::print("reading {} counts no more\n", id);
        return 0;
      case Withdrawn::kBefore:
        throw std::runtime_error(fmt::format("reading {} was withdrawn before", id));
      case Withdrawn::kNotThere:
        break;
    }
  }
  throw std::runtime_error(fmt::format("nothing was entered as '{}'; see 'reading list'", id));
}

}  // namespace

std::vector<Command> ReadingCommands() {
  return {
      {.name = "reading add",
       .summary = "Enters what a meter of a printer shows; shows the id of the entry.",
       .more = "The lifetime count as the printer shows it, never what was used. It counts as long "
               "as no collector tells that meter.\n"
               "  plotmeter-portal reading add --data DIR --printer CN0001A01M --meter media.area "
               "--value 433.5 --unit m2 --at 2026-11-30T17:00:00Z --note \"told by phone\"",
       .settings = {DataSetting(), ResellerSetting(false),
                    Flag("printer", "PRINTER", "id or serial"),
                    Flag("meter", "METER", "such as media.area, ink.used or prints"),
                    Flag("value", "N", "as the printer shows it, such as 433.5"),
                    Flag("unit", "UNIT", "such as m2, cc or prints"),
                    Flag("colorant", "COLORANT", "such as magenta, of a meter by colour", false),
                    Flag("media", "MEDIA", "of a meter by media", false),
                    Flag("at", "INSTANT", "when it was read off; now if not given", false),
                    Flag("note", "TEXT", "where it is from", false), JsonSetting()},
       .run = AddReading,
       .check = CheckReading},
      {.name = "reading list",
       .summary = "Lists what was entered by hand of a printer, newest first.",
       .settings = {DataSetting(), ResellerSetting(false),
                    Flag("printer", "PRINTER", "id or serial"), JsonSetting()},
       .run = ListReadings},
      {.name = "reading withdraw",
       .summary = "Says that what was entered is wrong: it counts no more, and is still listed.",
       .more = "Example: plotmeter-portal reading withdraw --data DIR --reading ent_7Q2M9K4T "
               "--reason \"a slip of the pen\"",
       .settings = {DataSetting(), ResellerSetting(false),
                    Flag("reading", "READING", "its id, ent_…"), Flag("reason", "TEXT", "why")},
       .run = WithdrawReading},
  };
}

}  // namespace plotmeter
