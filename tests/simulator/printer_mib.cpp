#include "tests/simulator/printer_mib.h"

#include <fmt/format.h>

#include <chrono>

namespace plotmeter::simulator {

namespace {

constexpr std::string_view kPml = "1.3.6.1.4.1.11.2.3.9.4.2.1";  // HP's PML tree
constexpr std::uint32_t kDevice = 1;                             // hrDeviceIndex

const std::string& Never(std::size_t i) { return NeverTexts().at(i); }

std::string Mac(std::uint64_t mac) {
  std::string octets;
  for (int shift = 40; shift >= 0; shift -= 8) {
    octets += static_cast<char>(static_cast<unsigned char>(mac >> shift));
  }
  return octets;
}

// PML text: two octets of character set, FD E8 on DesignJets, then the text.
MibValue PmlText(std::string_view text) { return Octets("\xFD\xE8" + std::string(text)); }

// One table of RFC 3805 or another: column, then index.
class Table {
 public:
  Table(Mib& mib, std::string_view entry) : mib_(mib), entry_(ParseOid(entry).value()) {}
  void Set(std::uint32_t column, const Oid& index, MibValue value) {
    Oid oid;
    oid.reserve(entry_.size() + 1 + index.size());
    oid = entry_;
    oid.push_back(column);
    oid.insert(oid.end(), index.begin(), index.end());
    mib_.Set(std::move(oid), std::move(value));
  }

 private:
  Mib& mib_;
  const Oid entry_;
};

std::int64_t Uptime(const SimulatedPrinter& printer) {  // hundredths of a second
  return (printer.now() - printer.booted()).count() / 10;
}

std::string Ieee1284(const SimulatedPrinter& printer) {
  const PrinterModel& model = printer.model();
  std::string id = fmt::format("MFG:HP;CMD:{0};MDL:{1};CLS:PRINTER;MCT:PR;MCL:DJA;MCV:3.0;DES:{1};",
                               model.ieee1284_commands, model.name);
  if (model.serial.ieee1284) id += fmt::format("SN:{};FW:{};", printer.serial(), model.firmware);
  return id + "CID:" + model.ieee1284_class_id + ";";
}

void AddSystem(Mib& mib, const SimulatedPrinter& printer, std::uint32_t address) {
  const PrinterModel& model = printer.model();
  Table system(mib, "1.3.6.1.2.1.1");
  system.Set(
      1, {0},
      Octets(model.serial.description ? fmt::format("{},SN:{},FN:SIM0001,SVCID:30030,PID:{}",
                                                    model.description, printer.serial(), model.name)
                                      : model.description));
  system.Set(2, {0}, ObjectId("1.3.6.1.4.1.11.2.3.9.1"));
  system.Set(3, {0}, TimeTicks(static_cast<std::uint64_t>(Uptime(printer))));
  system.Set(4, {0}, Octets(Never(6)));
  system.Set(5, {0}, Octets("plotter-" + printer.serial().substr(7)));
  system.Set(6, {0}, Octets("Copy room, 2nd floor"));
  system.Set(7, {0}, Integer(72));

  Table interface(mib, "1.3.6.1.2.1.2.2.1");
  mib.Set("1.3.6.1.2.1.2.1.0", {}, Integer(2));
  for (const std::uint32_t n : {1u, 2u}) {
    const bool loopback = n == 1;
    interface.Set(1, {n}, Integer(n));
    interface.Set(2, {n}, Octets(loopback ? "Loopback" : "HP Ethernet"));
    interface.Set(3, {n}, Integer(loopback ? 24 : 6));
    interface.Set(4, {n}, Integer(1500));
    interface.Set(5, {n}, Gauge32(1'000'000'000));
    interface.Set(6, {n}, Octets(loopback ? "" : Mac(printer.mac())));
    interface.Set(7, {n}, Integer(1));
    interface.Set(8, {n}, Integer(1));
    interface.Set(10, {n}, Counter32(static_cast<std::uint64_t>(Uptime(printer)) * 37));
    interface.Set(16, {n}, Counter32(static_cast<std::uint64_t>(Uptime(printer)) * 11));
  }
  Table high_speed(mib, "1.3.6.1.2.1.31.1.1.1");
  high_speed.Set(6, {2}, Counter64(static_cast<std::uint64_t>(Uptime(printer)) * 37));
  const Oid parts = {address >> 24, address >> 16 & 255, address >> 8 & 255, address & 255};
  mib.Set("1.3.6.1.2.1.4.20.1.1", {127, 0, 0, 1}, IpAddress(0x7F000001));
  mib.Set("1.3.6.1.2.1.4.20.1.1", parts, IpAddress(address));

  // HP's trap table, column 4: the community.
  mib.Set("1.3.6.1.4.1.11.2.13.1.2.2.1", {}, IpAddress(0));
  mib.Set("1.3.6.1.4.1.11.2.13.1.2.3.1", {}, Integer(162));
  mib.Set("1.3.6.1.4.1.11.2.13.1.2.4.1", {}, Octets(Never(9)));
}

void AddHostResources(Mib& mib, const SimulatedPrinter& printer) {
  const bool printing = printer.printing() != nullptr;
  bool low_paper = false;
  bool low_ink = false;
  for (const ActiveAlert& alert : printer.alerts()) {
    low_paper = low_paper || alert.group == 8;
    low_ink = low_ink || alert.group == 11;
  }
  Table device(mib, "1.3.6.1.2.1.25.3.2.1");
  device.Set(1, {kDevice}, Integer(kDevice));
  device.Set(2, {kDevice}, ObjectId("1.3.6.1.2.1.25.3.1.5"));
  device.Set(3, {kDevice}, Octets(printer.model().host_text));
  device.Set(4, {kDevice}, ObjectId("1.3.6.1.4.1.11.2.3.9.1.2.9"));
  device.Set(5, {kDevice}, Integer(low_paper || low_ink ? 3 : 2));  // warning or running
  device.Set(6, {kDevice}, Counter32(0));
  device.Set(1, {2}, Integer(2));
  device.Set(2, {2}, ObjectId("1.3.6.1.2.1.25.3.1.4"));  // the network card
  device.Set(3, {2}, Octets("HP JetDirect"));
  Table status(mib, "1.3.6.1.2.1.25.3.5.1");
  status.Set(1, {kDevice}, Integer(printing ? 4 : printer.asleep() ? 1 : 3));
  const int bits = (low_paper ? 0x80 : 0) | (low_ink ? 0x20 : 0);
  status.Set(2, {kDevice}, Octets(std::string(1, static_cast<char>(bits))));
}

void AddInputs(Mib& mib, const SimulatedPrinter& printer) {
  Table input(mib, "1.3.6.1.2.1.43.8.2.1");
  for (std::uint32_t row = 1; row <= printer.inputs().size(); ++row) {
    const InputModel& model = printer.model().inputs[row - 1];
    const InputState& state = printer.inputs()[row - 1];
    const Oid index = {kDevice, row};
    const auto dimension = [](std::int64_t micro_inches) { return Integer(micro_inches / 100); };
    input.Set(2, index, Integer(model.roll ? 6 : 5));
    input.Set(3, index, Integer(3));  // 1/10000 inch
    input.Set(4, index, model.roll ? Integer(-2) : dimension(state.left));
    input.Set(5, index, dimension(model.width));
    input.Set(6, index, model.roll ? Integer(-2) : dimension(state.left));
    input.Set(7, index, dimension(model.width));
    input.Set(8, index, Integer(model.roll ? 16 : 8));
    input.Set(9, index, Integer(-2));
    input.Set(10, index, Integer(-1));  // no length is left to see here
    input.Set(11, index, Integer(model.roll ? 0 : 17));
    input.Set(12, index, Octets(Papers()[state.paper].name));
    input.Set(13, index, Octets(model.name));
    input.Set(14, index, Octets("Hewlett-Packard"));
    input.Set(15, index, Octets(""));
    input.Set(18, index, Octets(model.roll ? "Roll" : "Sheet"));
  }
}

void AddMarkers(Mib& mib, const SimulatedPrinter& printer) {
  const PrinterModel& model = printer.model();
  Table marker(mib, "1.3.6.1.2.1.43.10.2.1");
  for (std::uint32_t row = 1; row <= static_cast<std::uint32_t>(model.markers); ++row) {
    const Oid index = {kDevice, row};
    marker.Set(2, index, Integer(12));  // inkjetAqueous
    marker.Set(3, index, Integer(model.counter_unit));
    marker.Set(4, index, Counter32(static_cast<std::uint64_t>(printer.life_count())));
    marker.Set(5, index, Counter32(static_cast<std::uint64_t>(printer.power_on_count())));
    marker.Set(6, index, Integer(static_cast<std::int64_t>(model.inks.size()) / model.markers));
    marker.Set(7, index, Integer(0));
    marker.Set(8, index, Integer(3));
    marker.Set(9, index, Integer(1200));
    marker.Set(10, index, Integer(1200));
    for (const std::uint32_t margin : {11u, 12u, 13u, 14u}) marker.Set(margin, index, Integer(-2));
    marker.Set(15, index, Integer(model.markers > 1 ? 5 : 0));
  }
  Table supply(mib, "1.3.6.1.2.1.43.11.1.1");
  Table colorant(mib, "1.3.6.1.2.1.43.12.1.1");
  for (std::uint32_t row = 1; row <= model.inks.size(); ++row) {
    const InkModel& ink = model.inks[row - 1];
    const InkState& state = printer.inks()[row - 1];
    const Oid index = {kDevice, row};
    const bool percent = model.supply_unit == 19;
    const std::int64_t capacity = percent ? 100 : model.capacity_cc * 10;
    supply.Set(2, index, Integer(ink.marker));
    supply.Set(3, index, Integer(ink.colorant_index));
    supply.Set(4, index, Integer(3));  // supplyThatIsConsumed
    supply.Set(5, index, Integer(6));  // inkCartridge
    // Some texts end in a NUL, as on real cards.
    supply.Set(6, index,
               Octets(fmt::format("{} {}", model.order_number, ink.colorant_text) +
                      (row % 3 == 0 ? std::string(1, '\0') : "")));
    supply.Set(7, index, Integer(model.supply_unit));
    supply.Set(8, index, Integer(capacity));
    supply.Set(9, index,
               Integer(!model.levels ? -2
                       : percent     ? state.left / 10'000 / model.capacity_cc
                                     : state.left / 100'000));
    const Oid joined = {kDevice, static_cast<std::uint32_t>(ink.colorant_index)};
    colorant.Set(2, joined, Integer(ink.marker));
    colorant.Set(3, joined, Integer(3));  // process
    colorant.Set(4, joined, Octets(ink.colorant_text));
    colorant.Set(5, joined, Integer(1000));
  }
}

void AddGeneral(Mib& mib, const SimulatedPrinter& printer) {
  const PrinterModel& model = printer.model();
  Table general(mib, "1.3.6.1.2.1.43.5.1.1");
  const Oid index = {kDevice};
  general.Set(1, index, Counter32(printer.changes()));
  general.Set(2, index, Integer(1));
  general.Set(3, index, Integer(3));
  general.Set(4, index, Octets(Never(7)));  // prtGeneralCurrentOperator
  general.Set(5, index, Octets(Never(8)));  // prtGeneralServicePerson
  general.Set(16, index, Octets(model.name));
  if (model.serial.general) general.Set(17, index, Octets(printer.serial()));
  general.Set(18, index, Counter32(0));
  general.Set(19, index, Counter32(printer.alerts().empty() ? 0 : printer.alerts().back().index));
  mib.Set("1.3.6.1.2.1.43.7.1.1.2", {kDevice, 1}, Octets("en"));
  mib.Set("1.3.6.1.2.1.43.7.1.1.4", {kDevice, 1}, Integer(106));  // UTF-8
  mib.Set("1.3.6.1.2.1.43.16.5.1.2", {kDevice, 1},
          Octets(printer.printing() != nullptr ? "Printing" : "Ready"));
  mib.Set("1.3.6.1.2.1.43.16.5.1.2", {kDevice, 2}, Octets(""));

  Table alerts(mib, "1.3.6.1.2.1.43.18.1.1");
  for (const ActiveAlert& alert : printer.alerts()) {
    const Oid row = {kDevice, alert.index};
    alerts.Set(2, row, Integer(alert.severity));
    alerts.Set(3, row, Integer(alert.training));
    alerts.Set(4, row, Integer(alert.group));
    alerts.Set(5, row, Integer(alert.group_index));
    alerts.Set(6, row, Integer(-1));
    alerts.Set(7, row, Integer(alert.code));
    alerts.Set(8, row, Octets(alert.text));
    const auto since = (alert.since - printer.booted()).count() / 10;
    alerts.Set(9, row, TimeTicks(since > 0 ? static_cast<std::uint64_t>(since) : 0));
  }
}

void AddPml(Mib& mib, const SimulatedPrinter& printer) {
  const PrinterModel& model = printer.model();
  const std::string pml(kPml);
  mib.Set("1.3.6.1.4.1.11.2.3.9.1.1.7.0", {}, Octets(Ieee1284(printer)));
  mib.Set(pml + ".1.3.1.0", {}, PmlText(model.product));
  mib.Set(pml + ".1.3.2.0", {}, PmlText(model.name));
  if (model.serial.pml) mib.Set(pml + ".1.3.3.0", {}, PmlText(printer.serial()));
  mib.Set(pml + ".1.3.5.0", {}, PmlText("20250716"));
  mib.Set(pml + ".1.3.6.0", {}, PmlText(model.firmware));
  mib.Set(pml + ".1.3.13.0", {}, PmlText(Never(6)));  // contact

  // The error log, oldest first; some 610010 (61-00-10), as after a wrong file. Its time is epoch
  // seconds, or the engine's page count; the last place is empty.
  const auto made =
      std::chrono::duration_cast<std::chrono::seconds>(printer.manufactured().time_since_epoch());
  for (std::uint32_t n = 1; n <= 6; ++n) {
    const std::int64_t time =
        model.log_counts_pages ? std::int64_t{n} * 37 : made.count() + n * 86'400 * 20;
    mib.Set(pml + ".1.11", {n, 1, 0}, Integer(n == 6 ? 0 : time));
    mib.Set(pml + ".1.11", {n, 2, 0}, Integer(n == 6 ? 0 : 610010 + (n == 3 ? 90 : 0)));
  }
  for (std::uint32_t n = 1; n <= printer.inputs().size(); ++n) {
    const InputModel& input = model.inputs[n - 1];
    const InputState& state = printer.inputs()[n - 1];
    const Paper& paper = Papers()[state.paper];
    const auto decipoints = [](std::int64_t micro_inches) {
      return Integer(micro_inches * 720 / 1'000'000);
    };
    const std::string source = pml + ".4.1.3.3";
    mib.Set(source, {n, 4, 0}, PmlText(paper.name));
    mib.Set(source, {n, 10, 0}, decipoints(input.width));
    mib.Set(source, {n, 11, 0}, input.roll ? Integer(-1) : decipoints(state.left));
    mib.Set(source, {n, 14, 0}, PmlText(""));
    mib.Set(source, {n, 17, 0}, Integer(input.roll ? 2 : 4));
    mib.Set(source, {n, 20, 0}, PmlText(paper.id));
  }
  if (!model.pml_ink) return;
  for (std::size_t i = 0; i < model.inks.size(); ++i) {
    const auto colour = static_cast<std::uint32_t>(model.inks[i].pml_number);
    mib.Set(pml + ".4.1.5.6.3", {colour, 1, 0}, Integer(printer.ink_microlitres(i)));
  }
}

// The newest jobs with their numbers, which go on counting from boot to boot.
std::vector<std::pair<std::uint32_t, const Job*>> NewestJobs(const SimulatedPrinter& printer,
                                                             std::size_t most) {
  std::vector<std::pair<std::uint32_t, const Job*>> jobs;
  const std::size_t all = printer.jobs().size();
  for (std::size_t i = all > most ? all - most : 0; i < all; ++i) {
    jobs.emplace_back(static_cast<std::uint32_t>(printer.first_job() + i + 1), &printer.jobs()[i]);
  }
  return jobs;
}

// The PWG Job Monitoring MIB (RFC 2707), personal columns and attributes among it.
void AddJobMonitoring(Mib& mib, const SimulatedPrinter& printer) {
  const auto jobs = NewestJobs(printer, 20);
  const auto state = [](const Job& job) {
    switch (job.state) {
      case JobState::kWaiting:
        return 3;
      case JobState::kHeld:
        return 4;
      case JobState::kPrinting:
        return 5;
      case JobState::kCompleted:
        return 9;
      case JobState::kCancelled:
      case JobState::kDeleted:
        return 7;
    }
    return 2;
  };
  constexpr std::uint32_t kSet = 1;
  Table general(mib, "1.3.6.1.4.1.2699.1.1.1.1.1.1");
  general.Set(2, {kSet}, Integer(printer.printing() != nullptr ? 1 : 0));
  general.Set(3, {kSet}, Integer(jobs.empty() ? 0 : jobs.front().first));
  general.Set(4, {kSet}, Integer(jobs.empty() ? 0 : jobs.back().first));
  general.Set(5, {kSet}, Integer(3600));
  general.Set(6, {kSet}, Integer(3600));
  general.Set(7, {kSet}, Octets("printer"));
  Table row(mib, "1.3.6.1.4.1.2699.1.1.1.3.1.1");
  Table attribute(mib, "1.3.6.1.4.1.2699.1.1.1.4.1.1");
  for (const auto& [number, job] : jobs) {
    const Oid index = {kSet, number};
    row.Set(2, index, Integer(state(*job)));
    row.Set(3, index, Integer(0));
    row.Set(5, index, Integer(-2));
    row.Set(6, index, Integer(-2));
    row.Set(7, index, Integer(job->plan.pages));
    row.Set(8, index, Integer(job->printed_pages));
    row.Set(9, index, Octets(job->plan.user));  // jmJobOwner
    const auto number_of = [&, id = number](std::uint32_t type, std::int64_t value) {
      attribute.Set(3, {kSet, id, type, 1}, Integer(value));
    };
    const auto text_of = [&, id = number](std::uint32_t type, const std::string& value) {
      attribute.Set(3, {kSet, id, type, 1}, Integer(-2));
      attribute.Set(4, {kSet, id, type, 1}, Octets(value));
    };
    text_of(21, job->plan.account);  // jobAccountName
    text_of(23, job->plan.name);
    text_of(29, job->plan.host);  // the machine it came from
    number_of(90, job->plan.copies);
    number_of(91, job->printed_copies);
    number_of(130, std::int64_t{job->plan.pages} * job->plan.copies);
    number_of(131, job->printed_pages);
    if (!job->paper.empty()) text_of(171, job->paper);
  }
}

// HP's job-info: the last few jobs, their users and hosts as JOBATTR texts.
void AddPmlJobs(Mib& mib, const SimulatedPrinter& printer) {
  const std::string info = std::string(kPml) + ".1.6.5";
  for (const auto& [number, job] : NewestJobs(printer, 8)) {
    const auto set = [&, id = number](std::uint32_t k, MibValue value) {
      mib.Set(info, {k, id, 0}, std::move(value));
    };
    const auto attribute = [&, id = number](std::uint32_t n, const std::string& text) {
      mib.Set(info, {23, n, id, 0}, PmlText(fmt::format("JobAcct{}={}", n, text)));
    };
    set(1, PmlText(job->plan.name.substr(0, 40)));
    set(2, PmlText(job->plan.name.size() > 40 ? job->plan.name.substr(40, 40) : ""));
    set(12, Integer(job->printed_pages));
    set(13, Integer(job->printed_pages));
    set(14, Integer(std::int64_t{job->plan.pages} * 1'348'112));
    set(15, Integer(job->state == JobState::kCompleted  ? 5
                    : job->state == JobState::kPrinting ? 11
                    : job->state == JobState::kWaiting  ? 4
                                                        : 10));
    set(19, Integer(0));
    attribute(1, job->plan.user);
    attribute(2, job->plan.host);
    attribute(3, job->plan.account);
    attribute(4, "20261001120000");
    attribute(5, job->plan.client_uuid);
    attribute(6, "plotter-driver");
  }
}

}  // namespace

Mib PrinterMib(const SimulatedPrinter& printer, std::uint32_t address) {
  Mib mib;
  AddSystem(mib, printer, address);
  AddHostResources(mib, printer);
  AddGeneral(mib, printer);
  AddInputs(mib, printer);
  AddMarkers(mib, printer);
  AddPml(mib, printer);
  if (printer.model().job_monitoring) AddJobMonitoring(mib, printer);
  if (printer.model().pml_jobs) AddPmlJobs(mib, printer);
  return mib;
}

}  // namespace plotmeter::simulator
