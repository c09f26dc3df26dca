#include "tests/simulator/neighbour.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "tests/simulator/models.h"

namespace plotmeter::simulator {

namespace {

constexpr std::string_view kPrinterType = "1.3.6.1.2.1.25.3.1.5";
constexpr std::string_view kStatusId = "1.3.6.1.4.1.11.2.3.9.1.1.7.0";

void SetSystem(Mib& mib, std::string_view description, std::string_view object,
               std::string_view name) {
  mib.Set("1.3.6.1.2.1.1.1.0", {}, Octets(description));
  mib.Set("1.3.6.1.2.1.1.2.0", {}, ObjectId(object));
  mib.Set("1.3.6.1.2.1.1.4.0", {}, Octets(NeverTexts().at(6)));
  mib.Set("1.3.6.1.2.1.1.5.0", {}, Octets(name));
  mib.Set("1.3.6.1.2.1.1.6.0", {}, Octets("1st floor"));
}

void SetDevice(Mib& mib, std::uint32_t index, std::string_view type, std::string_view text,
               std::string_view id = "0.0") {
  mib.Set("1.3.6.1.2.1.25.3.2.1.1", {index}, Integer(index));
  mib.Set("1.3.6.1.2.1.25.3.2.1.2", {index}, ObjectId(type));
  mib.Set("1.3.6.1.2.1.25.3.2.1.3", {index}, Octets(text));
  mib.Set("1.3.6.1.2.1.25.3.2.1.4", {index}, ObjectId(id));
  mib.Set("1.3.6.1.2.1.25.3.2.1.5", {index}, Integer(2));
  if (type != kPrinterType) return;
  mib.Set("1.3.6.1.2.1.25.3.5.1.1", {index}, Integer(3));
  mib.Set("1.3.6.1.2.1.25.3.5.1.2", {index}, Octets(std::string(1, '\0')));
}

// The Printer-MIB of a device with one marker and one supply.
void SetEngine(Mib& mib, std::string_view serial, int counter_unit, std::uint32_t count,
               std::string_view supply, int supply_type) {
  if (!serial.empty()) mib.Set("1.3.6.1.2.1.43.5.1.1.17", {1}, Octets(serial));
  mib.Set("1.3.6.1.2.1.43.10.2.1.3", {1, 1}, Integer(counter_unit));
  mib.Set("1.3.6.1.2.1.43.10.2.1.4", {1, 1}, Counter32(count));
  mib.Set("1.3.6.1.2.1.43.10.2.1.5", {1, 1}, Counter32(count % 50));
  const auto column = [&](std::uint32_t n, MibValue value) {
    mib.Set("1.3.6.1.2.1.43.11.1.1", {n, 1, 1}, std::move(value));
  };
  column(2, Integer(1));
  column(3, Integer(1));
  column(4, Integer(3));
  column(5, Integer(supply_type));
  column(6, Octets(supply));
  column(7, Integer(19));
  column(8, Integer(100));
  column(9, Integer(64));
  mib.Set("1.3.6.1.2.1.43.12.1.1.4", {1, 1}, Octets("black"));
}

void WindowsPc(Mib& mib, std::uint32_t n) {
  SetSystem(mib, "Hardware: AMD64 Family 25 Model 33 - Software: Windows Version 10.0",
            "1.3.6.1.4.1.311.1.1.3.1.1", fmt::format("DRAWINGS-{:02}", n));
  SetDevice(mib, 1, kPrinterType, "HP DesignJet T1600 PostScript");
  SetDevice(mib, 2, kPrinterType, "Microsoft Print to PDF");
  SetDevice(mib, 3, kPrinterType, "HP PageWide XL 5200 HPGL2");
  SetDevice(mib, 4, "1.3.6.1.2.1.25.3.1.3", "Unknown Processor Type");
}

void LinuxPc(Mib& mib, std::uint32_t n) {
  SetSystem(mib, fmt::format("Linux cad{} 6.1.0-25-amd64 #1 SMP x86_64", n),
            "1.3.6.1.4.1.8072.3.2.10", fmt::format("cad{}", n));
  SetDevice(mib, 1280, kPrinterType, "designjet");
  SetDevice(mib, 1281, kPrinterType, "office");
  SetDevice(mib, 196608, "1.3.6.1.2.1.25.3.1.3", "a processor");
}

void HpSwitch(Mib& mib, std::uint32_t n) {
  SetSystem(mib, "HP 2530-24G Switch (J9776A), revision YA.16.11, ROM YA.15.20",
            "1.3.6.1.4.1.11.2.3.7.11.152", fmt::format("floor-{}", n));
  for (std::uint32_t port = 1; port <= 24; ++port) {
    mib.Set("1.3.6.1.2.1.2.2.1.2", {port}, Octets(std::to_string(port)));
    mib.Set("1.3.6.1.2.1.2.2.1.10", {port}, Counter32(port * 7919));
  }
}

void Ilo(Mib& mib, std::uint32_t n) {
  SetSystem(mib, "Integrated Lights-Out 5 2.78 Mar 21 2026", "1.3.6.1.4.1.232.9.4.11",
            fmt::format("ILO-{:04}", n));
  mib.Set("1.3.6.1.4.1.232.2.2.2.1.0", {}, Octets(fmt::format("CZJ{:07}", n)));
}

void KyoceraBehindJetDirect(Mib& mib, std::uint32_t n) {
  SetSystem(mib, "HP ETHERNET MULTI-ENVIRONMENT,ROM J.sp.01,JETDIRECT EX,JD28 EEPROM 5.60",
            "1.3.6.1.4.1.1347.41", fmt::format("KM{:06X}", n));
  SetDevice(mib, 1, kPrinterType, "ECOSYS FS-2100DN", "1.3.6.1.4.1.1347.41");
  SetEngine(mib, fmt::format("QK{:08}", n), 7, 41'230 + n, "TK-3100", 21);
  mib.Set("1.3.6.1.4.1.2699.1.2.1.2.1.1.3", {1},
          Octets("MFG:Kyocera;CMD:PCLXL,KPDL;MDL:FS-2100DN;CLS:PRINTER;DES:Kyocera FS-2100DN;"));
}

void Oki(Mib& mib, std::uint32_t n) {
  SetSystem(mib, "OKI OkiLAN 8450e Rev.01.42", "1.3.6.1.4.1.2001.1.1.1.1.100.1",
            fmt::format("OKI-C833-{:06X}", n));
  SetDevice(mib, 1, kPrinterType, "OKI C833", "1.3.6.1.4.1.2001.1.2.833");
  SetEngine(mib, fmt::format("AK{:08}", n), 7, 18'004 + n, "Toner Cartridge", 21);
  mib.Set(kStatusId, {},
          Octets("MANUFACTURE:OKI DATA CORP;COMMAND SET:PCL,XPS,POSTSCRIPT;MODEL:C833;"
                 "CLASS:PRINTER;DESCRIPTION:OKI C833"));
}

void SetHpPrinter(Mib& mib, std::uint32_t n, std::string_view model, std::string_view product,
                  std::string_view serial) {
  SetSystem(mib,
            fmt::format("HP ETHERNET MULTI-ENVIRONMENT,SN:{},FN:SIM{:04},SVCID:30031,PID:{}",
                        serial, n, model),
            "1.3.6.1.4.1.11.2.3.9.1", fmt::format("NPI{:06X}", n));
  SetDevice(mib, 1, kPrinterType, model, "1.3.6.1.4.1.11.2.3.9.1.2.40");
  mib.Set(kStatusId, {},
          Octets(fmt::format("MFG:Hewlett-Packard;CMD:PJL,PML,PCLXL,POSTSCRIPT,PDF;MDL:{0};"
                             "CLS:PRINTER;DES:{0};MEM:MEM=256MB;PRN:{1};SN:{2};LEDMDIS:USB#07;",
                             model, product, serial)));
  const std::string pml = "1.3.6.1.4.1.11.2.3.9.4.2.1.";
  const std::string roman8("\x01\x15", 2);
  mib.Set(pml + "1.3.1.0", {}, Octets(roman8 + std::string(product)));
  mib.Set(pml + "1.3.3.0", {}, Octets(roman8 + std::string(serial)));
}

void LaserJet(Mib& mib, std::uint32_t n) {
  const std::string serial = fmt::format("VNB3{:06}", n);
  SetHpPrinter(mib, n, "HP LaserJet Pro M404dn", "W1A53A", serial);
  SetEngine(mib, serial, 7, 90'311 + n, "Black Cartridge HP CF259A", 21);
  mib.Set("1.3.6.1.4.1.11.2.3.9.4.2.1.4.1.2.5.0", {}, Integer(90'311 + n));
}

void PageWidePro(Mib& mib, std::uint32_t n) {
  const std::string serial = fmt::format("TH8C{:06}", n);
  SetHpPrinter(mib, n, "HP PageWide Pro 477dw MFP", "D3Q20A", serial);
  SetEngine(mib, serial, 7, 33'870 + n, "black ink HP 970", 6);
}

void Canon(Mib& mib, std::uint32_t n) {
  SetSystem(mib, "Canon TX-4100 1.02", "1.3.6.1.4.1.1602.4.3", fmt::format("TX4100-{:04}", n));
  SetDevice(mib, 1, kPrinterType, "Canon TX-4100", "1.3.6.1.4.1.1602.4.3");
  SetEngine(mib, fmt::format("ABKD{:05}", n), 8, 5'120 + n, "PFI-710 MBK", 6);
  mib.Set("1.3.6.1.2.1.43.8.2.1.2", {1, 1}, Integer(6));
  mib.Set("1.3.6.1.2.1.43.8.2.1.13", {1, 1}, Octets("Roll 1"));
}

void Camera(Mib& mib, std::uint32_t n) {
  SetSystem(mib, "Network camera of the car park", "1.3.6.1.4.1.368.4.3",
            fmt::format("camera-{}", n));
}

}  // namespace

const std::vector<NeighbourKind>& NeighbourKinds() {
  static const std::vector<NeighbourKind> kinds = {
      {"windows-pc", "not-a-printer", "print queues of a DesignJet and a PageWide XL", WindowsPc},
      {"linux-pc", "not-a-printer", "print queues at hrDeviceIndex 1280", LinuxPc},
      {"hp-switch", "not-a-printer", "HP's number, but no printer", HpSwitch},
      {"ilo", "not-a-printer", "the service processor of a server", Ilo},
      {"kyocera-jetdirect", "other-maker", "HP's network box in front of a Kyocera",
       KyoceraBehindJetDirect},
      {"oki", "other-maker", "answers HP's 1284 ID object, with its own maker", Oki},
      {"laserjet", "office", "an HP office printer", LaserJet},
      {"pagewide-pro", "office", "PageWide, but not XL", PageWidePro},
      {"canon", "other-maker", "large format of another maker, with a roll", Canon},
      {"camera", "not-a-printer", "no printer of anybody", Camera},
  };
  return kinds;
}

const NeighbourKind* FindNeighbour(std::string_view name) {
  const auto& kinds = NeighbourKinds();
  const auto found =
      std::ranges::find_if(kinds, [&](const NeighbourKind& kind) { return kind.name == name; });
  return found == kinds.end() ? nullptr : &*found;
}

std::string NeighbourHelp() {
  std::string help;
  for (const NeighbourKind& kind : NeighbourKinds()) {
    help += fmt::format("  {:<18} {:<14} {}\n", kind.name, kind.expect, kind.help);
  }
  return help;
}

Mib NeighbourMib(const NeighbourKind& kind, std::uint32_t number, std::uint32_t address,
                 std::uint64_t uptime) {
  Mib mib;
  kind.fill(mib, number);
  mib.Set("1.3.6.1.2.1.1.3.0", {}, TimeTicks(uptime));
  mib.Set("1.3.6.1.2.1.2.2.1.6", {1},
          Octets(std::string("\x02\x50\x4C", 3) + IpAddress(number * 4099).octets.substr(1)));
  const Oid parts = {address >> 24, address >> 16 & 255, address >> 8 & 255, address & 255};
  mib.Set("1.3.6.1.2.1.4.20.1.1", parts, IpAddress(address));
  return mib;
}

}  // namespace plotmeter::simulator
