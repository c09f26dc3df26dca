#include "collector/snmp/fingerprint.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "collector/channel/large_format.h"
#include "collector/snmp/mib.h"
#include "collector/snmp/probe.h"
#include "tests/fakes/recorded_session.h"
#include "tests/paths.h"

namespace plotmeter {
namespace {

namespace fs = std::filesystem;
const fs::path kRecordings = PLOTMETER_RECORDINGS;

const Oid kHpNumber = mib::kHpPrinterCard + Oid{1};

// What a device answers, in the words of the algorithm.
struct Device {
  Oid number = {};             // sysObjectID; empty: not there
  std::string device_id = {};  // gdStatusId
  std::string descr = {};      // hrDeviceDescr of row 1, which is a printer; empty: no such row
  std::string sys_descr = {};
  Oid hr_device_id = {};
  std::string pml_model = {};

  SnmpTable table() const {
    SnmpTable table;
    if (!number.empty()) table[mib::kSysObjectId] = Value::ObjectId(number);
    if (!device_id.empty()) table[mib::kGdStatusId] = Value::Octets(device_id);
    if (!sys_descr.empty()) table[mib::kSysDescr] = Value::Octets(sys_descr);
    if (!hr_device_id.empty()) table[mib::kHrDeviceId + Oid{1}] = Value::ObjectId(hr_device_id);
    if (!pml_model.empty()) table[mib::kHpModelName] = Value::Octets("\xFD\xE8" + pml_model);
    if (!descr.empty()) {
      table[mib::kHrDeviceType + Oid{1}] = Value::ObjectId(mib::kHrDevicePrinter);
      table[mib::kHrDeviceDescr + Oid{1}] = Value::Octets(descr);
    }
    return table;
  }
};

struct Case {
  Device device;
  const char* verdict;
  const char* maker;
  const char* model;
};

TEST(FingerprintTest, DecidesByProofsOnly) {
  const Oid e = mib::kEnterprises;
  const Case cases[] = {
      {{.number = kHpNumber, .descr = "HP Designjet Z5200 PostScript"},
       "large-format",
       "HP",
       "HP Designjet Z5200 PostScript"},
      {{.number = kHpNumber, .device_id = "MFG:HP;MDL:HP DesignJet T1600;CLS:PRINTER"},
       "large-format",
       "HP",
       "HP DesignJet T1600"},
      // The first text that matches is shown, MDL before DES.
      {{.number = kHpNumber,
        .device_id = "MFG:HP;MDL:Family;DES:HP Latex 570;CLS:PRINTER",
        .descr = "hp designjet"},
       "large-format",
       "HP",
       "HP Latex 570"},
      {{.number = kHpNumber, .pml_model = "HP PageWide  XL 4100 MFP"},
       "large-format",
       "HP",
       "HP PageWide  XL 4100 MFP"},
      {{.number = kHpNumber, .descr = "HP PageWide Pro 477dw"},
       "office",
       "HP",
       "HP PageWide Pro 477dw"},
      {{.number = kHpNumber, .descr = "HP Color LaserJet", .sys_descr = "HP,PID:Designjet of Anna"},
       "office",
       "HP",
       "HP Color LaserJet"},
      {{.device_id = "MFG:HP Inc.;MDL:HP DesignJet T1600;CLS:PRINTER"},
       "large-format",
       "HP",
       "HP DesignJet T1600"},
      {{.device_id = "MFG:hewlett-packard;MDL:HP LaserJet;CLS:PRINTER"},
       "office",
       "HP",
       "HP LaserJet"},
      {{.descr = "LaserJet", .hr_device_id = mib::kHpPrinterDevice + Oid{122}},
       "office",
       "HP",
       "LaserJet"},
      // Another maker's 1284 ID wins over HP's number; without one, HP's number says HP.
      {{.number = kHpNumber, .device_id = "MFG:Kyocera;MDL:FS;CLS:PRINTER"},
       "other-maker",
       "Kyocera",
       "FS"},
      {{.number = e + Oid{1602, 4, 3}, .descr = "Canon TM-5300"},
       "other-maker",
       "Canon",
       "Canon TM-5300"},
      {{.number = e + Oid{99999}, .descr = "Latex Stitch"}, "other-maker", "", "Latex Stitch"},
      // PCs list the queues of their printers as if they were their own devices.
      {{.number = e + Oid{311, 1, 1, 3}, .descr = "HP DesignJet T1600"},
       "not-a-printer",
       "Microsoft",
       "HP DesignJet T1600"},
      {{.number = e + Oid{8072, 3, 2, 10}, .descr = "HP DesignJet"},
       "not-a-printer",
       "Net-SNMP",
       "HP DesignJet"},
      {{.number = mib::kHp + Oid{2, 3, 7, 11, 167}, .sys_descr = "HP 1820-8G Switch"},
       "not-a-printer",
       "HP",
       ""},
      {{.number = mib::kHp + Oid{5, 7, 1, 2}, .sys_descr = "HP Onboard Administrator"},
       "not-a-printer",
       "HP",
       ""},
      {{.number = mib::kHp + Oid{10, 2, 1, 3}}, "not-a-printer", "HP", ""},
      {{.number = e + Oid{232, 9, 4, 11}, .sys_descr = "Integrated Lights-Out"},
       "not-a-printer",
       "HPE",
       ""},
      {{.number = e + Oid{8744, 1, 5}}, "not-a-printer", "HPE", ""},
      // A JetDirect box in front of another maker's printer, and one that answers HP's own object.
      {{.number = e + Oid{1347, 41}, .descr = "FS-1020D", .sys_descr = "HP ETHERNET,JETDIRECT EX"},
       "other-maker",
       "Kyocera",
       "FS-1020D"},
      {{.number = e + Oid{2001, 1},
        .device_id = "MANUFACTURE:OKI UK LTD;MODEL:MC873;CLASS:PRINTER"},
       "other-maker",
       "OKI UK LTD",
       "MC873"},
      // HP's number alone: an old print server is HP's printer only if the device says so itself.
      {{.number = mib::kHp + Oid{1}}, "unknown", "HP", ""},
      {{.number = mib::kHp + Oid{1}, .descr = "HP Designjet 500"},
       "large-format",
       "HP",
       "HP Designjet 500"},
      {{.number = mib::kHp + Oid{1}, .descr = "Plotter"}, "unknown", "", "Plotter"},
      {{.number = kHpNumber}, "unknown", "HP", ""},
      {{.number = mib::kHp + Oid{2, 3, 2}, .descr = "lj"}, "unknown", "", "lj"},
      {{.descr = "HP DesignJet T1600"}, "unknown", "", "HP DesignJet T1600"},
      {{}, "unknown", "", ""},
  };
  for (const Case& c : cases) {
    const Fingerprint found = RecognisePrinter(c.device.table());
    EXPECT_EQ(ToText(found.verdict), c.verdict) << found.rule;
    EXPECT_EQ(found.maker, c.maker) << found.rule;
    EXPECT_EQ(found.model, c.model) << found.rule;
    EXPECT_FALSE(found.rule.empty());
  }
}

TEST(FingerprintTest, TellsTheOperatorOfAHostThatClaimsToBeAnHpPrinter) {
  const Device device{.number = mib::kEnterprises + Oid{8072, 3},
                      .device_id = "MFG:HP;MDL:HP DesignJet T1600;CLS:PRINTER"};
  const Fingerprint found = RecognisePrinter(device.table());
  EXPECT_EQ(found.verdict, Verdict::kNotAPrinter);
  EXPECT_NE(found.rule.find("yet it gives an HP IEEE-1284 ID"), std::string::npos) << found.rule;
}

TEST(FingerprintTest, TakesTheFirstSerialThatIsNone) {
  Device device{.number = kHpNumber,
                .device_id = "MFG:HP;MDL:HP DesignJet T770;SN:XXXXXXXXXX;FW:A1",
                .descr = "x",
                .sys_descr = "HP ETHERNET,SN:fromdescr1,FN:1"};
  SnmpTable table = device.table();
  EXPECT_EQ(RecognisePrinter(table).serial, "FROMDESCR1");
  table[mib::kHpSerialNumber] = Value::Octets(
      "\xFD\xE8"
      "CN0PML0001");
  EXPECT_EQ(RecognisePrinter(table).serial, "CN0PML0001");
  table[mib::kPrtGeneralSerialNumber + Oid{1}] = Value::Octets("CN0MIB0001 ");
  EXPECT_EQ(RecognisePrinter(table).serial, "CN0MIB0001");
  EXPECT_EQ(RecognisePrinter(table).firmware, "A1");
  table[mib::kHpModelNumber] = Value::Octets(
      "\xFD\xE8"
      "CH538A");
  EXPECT_EQ(RecognisePrinter(table).product, "CH538A");
}

TEST(FingerprintTest, TakesTheIndexOfThePrinterFromTheTable) {
  SnmpTable table;
  table[mib::kSysObjectId] = Value::ObjectId(kHpNumber);
  table[mib::kHrDeviceType + Oid{1}] = Value::ObjectId(Oid{1, 3, 6, 1, 2, 1, 25, 3, 1, 3});
  table[mib::kHrDeviceType + Oid{1280}] = Value::ObjectId(mib::kHrDevicePrinter);
  table[mib::kHrDeviceDescr + Oid{1280}] = Value::Octets("HP DesignJet Z9");
  EXPECT_EQ(RecognisePrinter(table).printer_rows, std::vector<std::uint32_t>{1280});
  EXPECT_EQ(RecognisePrinter(table).verdict, Verdict::kLargeFormat);
}

TEST(FingerprintTest, TellsLargeFormatFamiliesFromTheirNamesakes) {
  for (const char* text : {"designjet", "HP DESIGNJET T1600", "(Latex)", "HP Stitch S300",
                           "PageWide\t XL", "x PageWide XL-4000", "PageWide PageWide XL"}) {
    EXPECT_TRUE(NamesLargeFormat(text)) << text;
  }
  for (const char* text :
       {"", "DeskJet", "Designjets", "HPDesignjet", "Latexo", "PageWideXL", "PageWide Pro XL",
        "PageWide XLS", "PageWide ", "_Stitch", "Design jet"}) {
    EXPECT_FALSE(NamesLargeFormat(text)) << text;
  }
  EXPECT_FALSE(NamesLargeFormat("PageWide" + std::string(1'000'000, ' ')));
}

TEST(FingerprintTest, MatchesEveryLargeFormatNameHpWroteDown) {
  std::ifstream in(kRecordings / "model_strings.tsv");
  if (!in) GTEST_SKIP() << "no recordings at " << kRecordings;
  int names = 0;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    ++names;
    EXPECT_TRUE(NamesLargeFormat(line.substr(0, line.find('\t')))) << line;
  }
  EXPECT_EQ(names, 76);
}

// verdicts.tsv: the name of a recording, TAB, the verdicts that are right, separated by |.
TEST(FingerprintTest, SaysOfEveryRecordingWhatIsRight) {
  std::ifstream in(kRecordings / "verdicts.tsv");
  if (!in) GTEST_SKIP() << "no recordings at " << kRecordings;
  int recordings = 0;
  for (std::string line; std::getline(in, line);) {
    const std::string name = line.substr(0, line.find('\t'));
    RecordedSession session(ReadRecording(kRecordings / "snmp" / (name + ".snmprec")));
    Probed probed;
    Probe(session, {.address = "127.0.0.1"}, [&](Probed p) { probed = std::move(p); });
    const std::string allowed = "|" + line.substr(line.find('\t') + 1) + "|";
    const std::string verdict(ToText(probed.fingerprint.verdict));
    EXPECT_NE(allowed.find("|" + verdict + "|"), std::string::npos)
        << name << " is " << verdict << " (" << probed.fingerprint.rule << "), not " << allowed;
    ++recordings;
  }
  EXPECT_GT(recordings, 40);
}

TEST(FingerprintTest, AsksNotForThousandsOfPrintersInOne) {
  SnmpTable table;
  for (std::uint32_t row = 1; row <= 20'000; ++row) {
    table[mib::kHrDeviceType + Oid{row}] = Value::ObjectId(mib::kHrDevicePrinter);
  }
  EXPECT_LE(FingerprintRowObjects(table).size(), 60U);
  EXPECT_LE(RecognisePrinter(table).printer_rows.size(), 16U);
}

}  // namespace
}  // namespace plotmeter
