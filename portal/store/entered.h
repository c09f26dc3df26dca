// What people read off a printer themselves, where no collector reaches it.
//
//    auto printer = store.AddPrinter(reseller, {"HP", "HP DesignJet T730", "CN0001", site}, …);
//    auto entered = store.Enter(reseller, {.printer = printer.id, .at = at, .values = {…}}, …);
//    store.Withdraw(reseller, entered.id, "a slip of the pen", actor, now);
//
// What was entered is never changed. What is wrong is withdrawn by a record of its own, with who
// did it and why, and counts no more; it is still shown. Both make the printer's books stale.
//
// An entered reading belongs to the customer at whose site the printer stood when it was read off,
// as if that customer's collector had told it. It is of the channel "manual", which no collector
// can name. It counts until another channel has told what its meter counts (StoredMeter::told_at).
//
// Evidence: there is no batch. The audit log has what was entered, by whom, in its chain; the id
// stands wherever a batch would be named (decision 21). Safe from any thread.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/reseller.h"
#include "common/time.h"
#include "portal/store/audit.h"
#include "portal/store/lists.h"
#include "portal/store/store.h"

namespace plotmeter {

inline constexpr std::string_view kManualChannel = "manual";

struct NewPrinter {
  std::string manufacturer = {};
  std::string model = {};
  std::string serial = {};
  std::string site = {};
};

struct PrinterAdded {
  enum class How {
    kDone,
    kKnown,   // the reseller has a printer of that maker and serial: `id` is its
    kNoSite,  // it is not this reseller's
  };
  How how = How::kNoSite;
  std::string id = {};
};

// One meter of an entered reading.
struct EnteredValue {
  std::string meter = {};     // "ink.used"
  std::string colorant = {};  // empty, these two: it has none
  std::string media = {};
  std::string unit = {};
  std::string value = {};  // decimal text

  bool operator==(const EnteredValue&) const = default;
};

struct Withdrawal {
  std::string reason = {};
  std::string who = {};
  Instant at = {};
};

struct EnteredReading {
  std::string id = {};       // "ent_7Q2M9K4T"
  std::string printer = {};  // its id
  Site site = {};            // where that stood
  Instant at = {};           // when it was read off
  std::vector<EnteredValue> values = {};
  std::string note = {};
  std::string who = {};
  Instant entered_at = {};
  std::optional<Withdrawal> withdrawal = {};
};

struct Entered {
  enum class How {
    kDone,
    kNoPrinter,  // it is not this reseller's
    kThere,  // one of its meters was entered for that instant: `id` names that, and is empty where
             // the reading itself names it twice
  };
  How how = How::kNoPrinter;
  std::string id = {};
};

enum class Withdrawn { kDone, kBefore, kNotThere };

class EnteredReadings {
 public:
  virtual ~EnteredReadings() = default;

  virtual PrinterAdded AddPrinter(const ResellerId& reseller, const NewPrinter& printer,
                                  const Actor& actor, Instant now) = 0;
  // Of `reading` the printer's id, `at`, values and note are looked at.
  virtual Entered Enter(const ResellerId& reseller, const EnteredReading& reading,
                        const Actor& actor, Instant now) = 0;
  virtual Withdrawn Withdraw(const ResellerId& reseller, const std::string& id,
                             const std::string& reason, const Actor& actor, Instant now) = 0;
  // Of one printer, newest first, withdrawn ones too. With a customer: what belongs to it.
  virtual Page<EnteredReading> ListEntered(const ResellerId& reseller, const std::string& customer,
                                           const std::string& printer, const Position& after,
                                           std::size_t limit) = 0;
  virtual std::optional<EnteredReading> FindEntered(const ResellerId& reseller,
                                                    const std::string& customer,
                                                    const std::string& id) = 0;
};

}  // namespace plotmeter
