// The printers we simulate, as data: what each model is, and the ways in which its answers are odd.
//
// Facts from docs about DesignJets (RFC 3805 tables, HP's PML objects, PIWS documents). A model
// here is *like* a product, not a copy of one.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plotmeter::simulator {

// One ink, in the order of the supply rows of RFC 3805, which is not the order of the colorants.
struct InkModel {
  std::string colorant = {};       // as PIWS says it: "photo-black"
  int colorant_index = 0;          // prtMarkerColorantIndex it is joined by
  std::string colorant_text = {};  // prtMarkerColorantValue
  int marker = 1;                  // prtMarkerSuppliesMarkerIndex
  int pml_number = 0;              // c of the private lifetime ink object; 0: there is none
  std::string part_number = {};
  std::string agent = "marking";  // or "glossing": post-treatment
};

struct InputModel {
  std::string name = {};     // prtInputName: "Roll1"
  std::string piws_id = {};  // IdForPrinting: "ROLL"
  std::string source = {};   // MediaSource of a job: "MainRoll"
  bool roll = true;          // else a hand-fed sheet
  std::int64_t width = 0;    // micro-inches
};

// How the serial number can be had. A model has at least one way.
struct SerialPlaces {
  bool ieee1284 = false;     // SN: in the 1284 ID
  bool general = false;      // prtGeneralSerialNumber
  bool pml = false;          // P.1.3.3.0
  bool description = false;  // SN: in sysDescr
};

// A printhead, which puts one or two inks on the media and is replaced when it is worn.
struct HeadModel {
  std::vector<std::size_t> inks = {};  // of the model's inks
};

// LEDM, HP's XML device model. Facts: domain of office printers, marked there as such; which unit a
// large-format printer writes is not known, so the models differ.
struct LedmModel {
  bool present = false;
  bool plain = true;                 // over HTTP as well as over HTTPS
  bool prefixes = true;              // <dd:Unit>, else <Unit> in a default namespace
  bool subunit = true;               // impressions in PrinterSubunit, else at the root
  std::string unit = "milliliters";  // of the ink used; or "microliters"; "?": none stands there
  int decimals = 1;                  // of the number beside it: "433.2"
  bool wear = false;                 // it has FibonacciDyn, which its tree does not list
};

// The oddities of PIWS.
struct PiwsModel {
  bool present = true;
  bool fields = true;            // Identification.Fields, else the older names without it
  bool xml_jobs = true;          // jobs/all answers XML whatever is asked; else JSON
  bool group_collection = true;  // InkSlotGroupCollection.InkSlotGroup, else InkSlotGroup at once
  bool text_numbers = false;     // "433" rather than 433
  bool reservoir = false;        // a second, internal slot a group, which repeats the count
  bool one_drawer = false;       // all rolls in one drawer, which is no list then
  bool silent_alerts = false;    // 404 when there is no alert
  bool page_accounting = true;   // media and ink per page
  bool job_accounting = true;    // media and ink per job
  bool forgets_deleted = false;  // finished jobs are deleted days later, and lose their accounting
  bool upkeep = false;           // PrintheadsStatus and PrinterMaintenance
  bool counters = false;         // DeviceCounters, Usage and Counters, in a shape we made up
  bool unaccounted = false;      // about every seventh job has no account, for all it used
  int vanish_seconds = 0;        // about every fifth job is off the list so soon; 0: none is
  // What a job that is no print is called. Nobody has seen one of a real printer.
  std::string scan_element = "JobScan";
  std::string copy_element = "JobCopy";
};

struct PrinterModel {
  std::string key = {};      // how the command line calls it: "z9"
  std::string name = {};     // "HP DesignJet Z9 24in"
  std::string number = {};   // "Z9 24in"
  std::string product = {};  // "W3Z71A"
  std::string firmware = {};
  std::string firmware_date = {};
  std::string description = {};  // sysDescr
  std::string host_text = {};    // hrDeviceDescr
  std::string ieee1284_commands = {};
  std::string ieee1284_class_id = {};  // CID
  std::string order_number = {};       // "HP 746"
  std::int64_t capacity_cc = 300;      // of a cartridge
  std::vector<InkModel> inks = {};
  std::vector<InputModel> inputs = {};
  int markers = 1;
  int counter_unit = 7;           // prtMarkerCounterUnit
  bool counts = true;             // else prtMarkerLifeCount stays 0
  int supply_unit = 15;           // prtMarkerSuppliesSupplyUnit: 15 1/10 ml, 19 percent
  bool levels = true;             // else the level is -2
  bool pml_ink = false;           // the private lifetime ink, 1/1000 ml
  bool log_counts_pages = false;  // the error log names the page count, not the time
  bool job_monitoring = false;    // it has the Job Monitoring MIB
  bool pml_jobs = false;          // it has HP's job-info
  SerialPlaces serial = {};
  bool scanner = false;  // it scans and copies
  std::vector<HeadModel> heads = {};
  PiwsModel piws = {};
  LedmModel ledm = {};
};

// All there are. A fleet nobody chose the models of has the first kUsualModels in turn.
const std::vector<PrinterModel>& Models();
constexpr std::size_t kUsualModels = 4;

// The place in Models() of "z9"; empty when there is no such model.
std::optional<std::size_t> ModelWithKey(std::string_view key);

// Papers every model knows. The last is a customer's own, whose id is 32 hexadecimal digits.
struct Paper {
  std::string id = {};
  std::string name = {};  // UTF-8
  std::string category = {};
  bool factory = true;
};
const std::vector<Paper>& Papers();

// Texts that point at people or open doors and that the printers show where real ones do: user,
// host and account names, sysContact, operator, trap community. Nothing of them may leave a
// collector; tests look for them.
const std::vector<std::string>& NeverTexts();

}  // namespace plotmeter::simulator
