// A printer that knows what it truly did: inks to the nanolitre, media to the micro-inch, every
// job; and what it showed of that, whole cc where a printer shows whole cc, at every instant of its
// life.
//
//    SimulatedPrinter printer(Models()[0], {.seed = 7, .printer = 0}, start);
//    printer.Advance(start + std::chrono::days(30));
//    printer.Truth(start, printer.now())    what its meters showed at both ends, and the jobs it
//                                           finished between
//
// One engine, however many channels tell of it: the ink of PIWS, LEDM and SNMP is the same ink.
//
// Deterministic: model, seed and instants decide everything, however many steps Advance takes. Not
// for sharing between threads; Fleet guards it.

#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/json.h"
#include "common/time.h"
#include "tests/simulator/job_plan.h"
#include "tests/simulator/models.h"

namespace plotmeter::simulator {

// A count as the outside sees it. History is what it showed, and since when.
struct ShownMeter {
  std::string serial = {};  // of the board that kept it
  // ink.used, cartridges.used, impressions, x-impressions-monochrome, x-impressions-color, sheets,
  // media.length, scans, copies
  std::string meter = {};
  std::optional<std::string> colorant = {};
  std::string unit = {};  // cc, 1/1000 ml, milliliters, impressions, sheets, feet, metres, items,
  // images
  std::string channel = {};  // piws, ledm, snmp
  int decimals = 0;          // of the number shown; the history is in units of the last of them
  std::vector<std::pair<Instant, std::int64_t>> history = {};  // never empty

  std::int64_t At(Instant instant) const;  // before its life: the first value
};

struct InkState {
  std::int64_t used = 0;       // nanolitres in the printer's life
  std::int64_t left = 0;       // nanolitres in the cartridge
  std::string cartridge = {};  // serial number
  Instant installed = {};
  int insertions = 0;
  int cartridges = 0;  // used up in the printer's life
};

struct HeadState {
  std::int64_t ink = 0;  // nanolitres since it was put in
  std::string serial = {};
  Instant installed = {};
};

// LEDM's mark of when something last changed: "164-9", the boot and a count within it.
struct AgingStamp {
  std::uint32_t boot = 0;
  std::uint32_t tick = 0;
  std::string Text() const;
};

struct AgingStamps {
  AgingStamp capabilities = {};
  AgingStamp power_up = {};
  AgingStamp alerts = {};
  AgingStamp jobs = {};
  AgingStamp consumables = {};  // level in percent or cartridge, not the ink used
};

struct InputState {
  std::size_t paper = 0;  // of Papers()
  std::int64_t left = 0;  // micro-inches on the roll; of a sheet its length
};

enum class JobState { kWaiting, kPrinting, kCompleted, kCancelled, kHeld, kDeleted };

struct Job {
  JobPlan plan = {};
  JobState state = JobState::kWaiting;
  std::uint32_t modification = 0;
  AgingStamp stamp = {};   // when it last changed
  bool vanished = false;   // no longer on the list, sooner than others
  bool ran = false;        // it used ink and media, and the printer still knows
  std::string paper = {};  // id; empty before it ran
  std::optional<Instant> started = {};
  std::optional<Instant> finished = {};
  int printed_pages = 0;               // of all copies together
  int printed_copies = 0;              // complete ones
  std::int64_t area = 0;               // millionths of a square inch
  std::int64_t length = 0;             // micro-inches
  std::vector<std::int64_t> ink = {};  // nanolitres of each ink
};

struct ActiveAlert {
  std::uint32_t index = 0;  // prtAlertIndex: sparse, rising
  int severity = 4;         // prtAlertSeverityLevel: 3 critical, 4 warning, 1 other
  int training = 4;         // prtAlertTrainingLevel
  int group = 1;            // prtAlertGroup
  int group_index = -1;
  int code = 1;  // prtAlertCode
  std::string text = {};
  std::string full_name = {};  // PIWS; empty: PIWS does not show it
  std::string area = {};
  Instant since = {};
};

class SimulatedPrinter {
 public:
  SimulatedPrinter(const PrinterModel& model, const JobSource& source, Instant start);

  // Lives on to `to`; going back does nothing.
  void Advance(Instant to);

  // Off and on at once: uptime and queue id are new, counts since power-on and alert indexes start
  // afresh.
  void Reboot();

  // Another main board, as service puts in: serial number, queue and all counts are new, firmware,
  // network card and cartridges are not. The truth of the old board ends here.
  void SwapBoard();

  // Asleep, its web services answer 503 to everything; the network card still speaks SNMP. Jobs go
  // on. In deep sleep nobody even takes a connection; whether a card still speaks SNMP then is not
  // known, and here it does.
  void Sleep(bool asleep);
  void SleepDeeply();

  // {"meters": [{serial, meter, colorant, unit, channel, opening, closing, used}],
  //  "jobs":   [{serial, job, type, status, cancelled, accounted, vanished, area, length,
  //              ink: [{colorant, value}], copies, pages}]}
  // Values are decimal text as shown. A job belongs to the period (from, to] in which it finished.
  // Its status is "printed": what put ink on media was printed, also if somebody cancelled it
  // halfway (then `cancelled` is true). Jobs that used nothing are not told, nor those of a model
  // without PIWS, which shows none. A copy is of type "copy" and "copied", a scan "scanned"; both
  // stand in the queue under names nobody knows. Not `accounted`: the printer never says what it
  // used. `vanished`: it was on the list for less than a few minutes. A period outside its life is
  // cut to it.
  Json Truth(Instant from, Instant to) const;

  const PrinterModel& model() const { return *model_; }
  const std::string& serial() const { return serial_; }
  const std::string& uuid() const { return uuid_; }
  std::uint64_t mac() const { return mac_; }  // 48 bits
  Instant now() const { return now_; }
  Instant booted() const { return booted_; }
  Instant manufactured() const { return manufactured_; }
  bool asleep() const { return asleep_; }  // deeply, too
  bool deeply_asleep() const { return deeply_asleep_; }
  const std::string& queue_id() const { return queue_id_; }
  std::uint32_t modification() const { return modification_; }
  const std::vector<InkState>& inks() const { return inks_; }
  const std::vector<InputState>& inputs() const { return inputs_; }
  const std::vector<HeadState>& heads() const { return heads_; }
  const AgingStamps& stamps() const { return stamps_; }
  std::uint32_t boards() const { return boards_; }  // how often it was swapped
  std::int64_t pages() const { return pages_; }     // printed in its life, copies among them
  std::int64_t mono_pages() const { return mono_pages_; }
  std::int64_t scans() const { return scans_; }  // pages
  std::int64_t copies() const { return copies_; }
  std::int64_t length() const { return length_; }         // micro-inches of media in its life
  std::uint64_t first_job() const { return first_job_; }  // number of jobs().front() in its life
  const std::deque<Job>& jobs() const {
    return jobs_;
  }  // the newest 60 and all of two days, oldest first; those that vanished among them
  const std::vector<ActiveAlert>& alerts() const { return alerts_; }
  const Job* printing() const;                          // null: idle
  std::int64_t ink_cc(std::size_t ink) const;           // whole cc, cut
  std::int64_t ink_microlitres(std::size_t ink) const;  // 1/1000 ml, cut
  // As LEDM shows it: in the last decimal of the model's unit, cut.
  std::int64_t ledm_ink(std::size_t ink) const;
  std::int64_t percent_left(std::size_t ink) const;
  std::int64_t life_count() const;  // in the model's counter unit; 0 if it does not count
  std::int64_t power_on_count() const;
  std::int64_t first_life_count() const { return first_life_count_; }  // when its life began
  std::uint32_t boots() const { return boots_; }                       // since then
  std::uint64_t events() const { return events_seen_; }                // of all kinds
  std::uint64_t changes() const { return cartridges_ + rolls_; }       // of what is put into it

 private:
  enum class Kind { kArrive, kStart, kFinish, kForget, kVanish, kService };
  struct Event {
    Instant at = {};
    std::uint64_t order = 0;
    Kind kind = Kind::kArrive;
    std::uint64_t job = 0;
    std::vector<std::int64_t> service = {};
    bool operator<(const Event& other) const {
      return at != other.at ? at < other.at : order < other.order;
    }
  };

  void PlanDay(std::chrono::sys_days day);
  void PlanJob(JobPlan plan);
  void Happen(const Event& event);
  void Start(Job& job);
  void Finish(Job& job);
  void UseInk(std::size_t ink, std::int64_t amount);
  void Account(const Job& job);
  void LoadRoll(std::size_t input);
  void DeclareMeters();
  void UpdateAlerts();
  void UpdateShown();
  void Trim();
  void Stamp(AgingStamp& stamp) { stamp = {100 + boots_, ++ticks_}; }
  void Touch(Job& job);
  Job* Find(std::uint64_t number);
  std::string NewCartridge();
  HeadState NewHead();

  const PrinterModel* model_;
  JobSource source_;
  std::string serial_;
  std::string uuid_;
  std::uint64_t mac_ = 0;
  Instant now_;
  Instant booted_;
  Instant manufactured_;
  bool asleep_ = false;
  bool deeply_asleep_ = false;
  std::uint32_t boots_ = 0;
  std::uint32_t ticks_ = 0;
  std::uint32_t boards_ = 0;
  AgingStamps stamps_;
  std::string queue_id_;
  std::uint32_t modification_ = 1;
  std::uint32_t alert_index_ = 0;
  std::uint64_t cartridges_ = 0;
  std::uint64_t rolls_ = 0;
  std::int64_t pages_ = 0;
  std::int64_t mono_pages_ = 0;
  std::int64_t scans_ = 0;
  std::int64_t copies_ = 0;
  std::int64_t length_ = 0;
  std::int64_t count_at_boot_ = 0;
  std::int64_t first_life_count_ = 0;
  std::uint64_t events_seen_ = 0;
  std::vector<InkState> inks_;
  std::vector<InputState> inputs_;
  std::vector<HeadState> heads_;
  std::uint64_t heads_made_ = 0;
  std::deque<Job> jobs_;
  std::uint64_t first_job_ = 0;  // number of jobs_.front(), counted over its life
  std::map<std::uint64_t, JobPlan> planned_;
  std::vector<ActiveAlert> alerts_;
  std::vector<ShownMeter> shown_;
  std::size_t first_shown_ = 0;  // of the board it has now
  struct Row {
    Instant at = {};
    std::string text = {};  // JSON; a tenth of what it takes when it is taken apart
  };
  std::vector<Row> finished_;  // rows of Truth
  std::set<Event> events_;
  std::uint64_t next_order_ = 0;
  std::uint64_t next_job_ = 0;
  std::chrono::sys_days next_day_;
  Instant engine_free_;
};

// Millionths as decimal text with six decimals: 191352000 is "191.352000". What PIWS writes for
// area, length and ink.
std::string SixDecimals(std::int64_t millionths);

// 4332 with one decimal is "433.2".
std::string WithDecimals(std::int64_t value, int decimals);

}  // namespace plotmeter::simulator
