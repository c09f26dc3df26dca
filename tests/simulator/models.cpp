#include "tests/simulator/models.h"

#include <algorithm>

namespace plotmeter::simulator {

namespace {

constexpr std::string_view kPlainCard = "HP ETHERNET MULTI-ENVIRONMENT,ROM none,JETDIRECT";

PrinterModel Z9() {
  return {
      .key = "z9",
      .name = "HP DesignJet Z9 24in",
      .number = "Z9 24in",
      .product = "W3Z71A",
      .firmware = "JGR9_09_26_06.1",
      .firmware_date = "2026-02-06T13:52:00Z",
      .description = "HP ETHERNET MULTI-ENVIRONMENT",
      .host_text = "HP DesignJet Z9 24in PostScript Printer",
      .ieee1284_commands = "PJL,DW-PCL,POSTSCRIPT,HP-GL/2,RTL,JPEG,TIFF,PDF,CALSRASTER,ASCII,URF",
      .ieee1284_class_id = "HPDJPST",
      .order_number = "HP 746",
      .capacity_cc = 300,
      .inks = {{"magenta", 3, "magenta", 1, 0, "P2V79A"},
               {"yellow", 4, "yellow", 1, 0, "P2V80A"},
               {"cyan", 2, "cyan", 1, 0, "P2V78A"},
               {"chromatic-red", 6, "chromatic red", 1, 0, "P2V81A"},
               {"photo-black", 1, "photo black", 1, 0, "P2V82A"},
               {"matte-black", 5, "matte black", 1, 0, "P2V83A"},
               {"chromatic-blue", 8, "chromatic blue", 1, 0, "P2V84A"},
               {"chromatic-green", 7, "chromatic green", 1, 0, "P2V85A"},
               {"gray", 9, "gray", 1, 0, "P2V86A"},
               {"post-treatment", 10, "post-treatment", 1, 0, "P2V87A", "glossing"}},
      .inputs = {{"ManualFeed", "MANUAL_FEED", "ManualSheet", false, 8'267'717},
                 {"Roll1", "ROLL", "MainRoll", true, 24'000'000}},
      .counter_unit = 7,
      .serial = {.ieee1284 = true, .general = true},
      .piws = {.forgets_deleted = true}};
}

// Read over SNMP alone: HP's private lifetime ink in 1/1000 ml.
PrinterModel T770() {
  return {.key = "t770",
          .name = "HP Designjet T770 24in",
          .number = "T770 24in",
          .product = "CN375A",
          .firmware = "AMU_00_05_01.0",
          .firmware_date = "20130418",
          .description = std::string(kPlainCard),
          .host_text = "HP Designjet T770 24in Printer",
          .ieee1284_commands = "PJL,HP-GL/2,RTL,JPEG,TIFF,CALSRASTER,ASCII",
          .ieee1284_class_id = "HPDJGL2",
          .order_number = "HP 72",
          .capacity_cc = 130,
          .inks = {{"gray", 4, "gray", 1, 4, "C9374A"},
                   {"photo-black", 6, "photo black", 1, 6, "C9370A"},
                   {"matte-black", 5, "matte black", 1, 5, "C9403A"},
                   {"yellow", 3, "yellow", 1, 3, "C9373A"},
                   {"magenta", 2, "magenta", 1, 2, "C9372A"},
                   {"cyan", 1, "cyan", 1, 1, "C9371A"}},
          .inputs = {{"Roll1", "ROLL", "MainRoll", true, 24'000'000}},
          .counter_unit = 8,
          .pml_ink = true,
          .log_counts_pages = true,
          .pml_jobs = true,
          .serial = {.pml = true},
          .piws = {.present = false}};
}

// Supply rows 1 to 8 point at colorants 2,3,5,4,8,6,7,1 and at four markers that never count.
PrinterModel Z5200() {
  return {
      .key = "z5200",
      .name = "HP Designjet Z5200 PostScript",
      .number = "Z5200",
      .product = "CQ113A",
      .firmware = "TR8-AC_15.0.0.1",
      .firmware_date = "20150716",
      .description = std::string(kPlainCard),
      .host_text = "HP Designjet Z5200 PostScript (44'' sized)",
      .ieee1284_commands = "PJL,PCL,TIFF,POSTSCRIPT",
      .ieee1284_class_id = "HPDJPST",
      .order_number = "HP 70",
      .capacity_cc = 130,
      .inks = {{"magenta", 2, "magenta", 1, 0, "C9453A"},
               {"yellow", 3, "yellow", 1, 0, "C9454A"},
               {"light-magenta", 5, "light magenta", 2, 0, "C9455A"},
               {"light-cyan", 4, "light cyan", 2, 0, "C9390A"},
               {"photo-black", 8, "photo black", 3, 0, "C9449A"},
               {"light-gray", 6, "light gray", 3, 0, "C9451A"},
               {"matte-black", 7, "matte black", 4, 0, "C9448A"},
               {"cyan", 1, "cyan", 4, 0, "C9452A"}},
      .inputs = {{"ManualFeed", "MANUAL_FEED", "ManualSheet", false, 8'255'000},
                 {"Roll1", "ROLL", "MainRoll", true, 36'031'600}},
      .markers = 4,
      .counter_unit = 8,
      .counts = false,
      .levels = false,
      .serial = {.pml = true},
      .piws = {
          .fields = false, .text_numbers = true, .silent_alerts = true, .page_accounting = false}};
}

PrinterModel PageWideXl() {
  return {.key = "xl4100",
          .name = "HP PageWide XL 4100 Printer",
          .number = "XL 4100",
          .product = "1QC00A",
          .firmware = "SONORA_06_21_12.3",
          .firmware_date = "2025-11-19T08:10:00Z",
          .description = "HP ETHERNET MULTI-ENVIRONMENT",
          .host_text = "HP PageWide XL 4100 Printer",
          .ieee1284_commands = "PJL,POSTSCRIPT,HP-GL/2,RTL,JPEG,TIFF,PDF,URF",
          .ieee1284_class_id = "HPDJPST",
          .order_number = "HP 841",
          .capacity_cc = 775,
          .inks = {{"black", 1, "black", 1, 0, "F9J79A"},
                   {"yellow", 4, "yellow", 1, 0, "F9J82A"},
                   {"cyan", 2, "cyan", 1, 0, "F9J80A"},
                   {"magenta", 3, "magenta", 1, 0, "F9J81A"}},
          .inputs = {{"Roll1", "ROLL1", "Roll1", true, 36'000'000},
                     {"Roll2", "ROLL2", "Roll2", true, 24'000'000}},
          .counter_unit = 17,
          .supply_unit = 19,
          .job_monitoring = true,
          .serial = {.ieee1284 = true, .general = true, .description = true},
          .piws = {.xml_jobs = false,
                   .group_collection = false,
                   .reservoir = true,
                   .one_drawer = true,
                   .job_accounting = false}};
}

// LEDM alone, over HTTP and HTTPS.
PrinterModel T1600() {
  return {.key = "t1600",
          .name = "HP DesignJet T1600 PostScript Printer",
          .number = "T1600",
          .product = "3EK11A",
          .firmware = "MARVIN_02_11_07.2",
          .firmware_date = "20250903",
          .description = "HP ETHERNET MULTI-ENVIRONMENT",
          .host_text = "HP DesignJet T1600 PostScript Printer",
          .ieee1284_commands = "PJL,POSTSCRIPT,HP-GL/2,RTL,JPEG,TIFF,PDF,URF",
          .ieee1284_class_id = "HPDJPST",
          .order_number = "HP 730",
          .capacity_cc = 300,
          .inks = {{"cyan", 1, "cyan", 1, 0, "P2V68A"},
                   {"magenta", 2, "magenta", 1, 0, "P2V69A"},
                   {"yellow", 3, "yellow", 1, 0, "P2V70A"},
                   {"matte-black", 4, "matte black", 1, 0, "P2V71A"},
                   {"gray", 5, "gray", 1, 0, "P2V72A"},
                   {"photo-black", 6, "photo black", 1, 0, "P2V73A"}},
          .inputs = {{"Roll1", "ROLL1", "Roll1", true, 36'000'000}},
          .counter_unit = 7,
          .serial = {.ieee1284 = true},
          .piws = {.present = false},
          .ledm = {.present = true}};
}

// PIWS and LEDM of the same engine, and a scanner.
PrinterModel T2600() {
  PrinterModel model = T1600();
  model.key = "t2600";
  model.name = "HP DesignJet T2600 PostScript MFP";
  model.number = "T2600";
  model.product = "3XB78A";
  model.firmware = "MARVIN_02_11_07.3";
  model.firmware_date = "2025-09-03T10:00:00Z";
  model.host_text = "HP DesignJet T2600 PostScript MFP";
  model.inputs = {{"Roll1", "ROLL1", "Roll1", true, 36'000'000},
                  {"Roll2", "ROLL2", "Roll2", true, 24'000'000}};
  model.serial = {.ieee1284 = true, .general = true};
  model.scanner = true;
  model.heads = {{{0, 1}}, {{2, 3}}, {{4, 5}}};
  model.piws = {.upkeep = true};
  model.ledm = {
      .present = true, .prefixes = false, .subunit = false, .unit = "microliters", .decimals = 0};
  return model;
}

// LEDM alone, of a multifunction printer.
PrinterModel Xl3600() {
  PrinterModel model = T1600();
  model.key = "xl3600";
  model.name = "HP DesignJet XL 3600 PS MFP";
  model.number = "XL 3600";
  model.product = "6KD25A";
  model.firmware = "PEGASUS_04_08_01.5";
  model.firmware_date = "20250612";
  model.host_text = "HP DesignJet XL 3600 PS MFP";
  model.order_number = "HP 766";
  model.inks = {{"black", 1, "black", 1, 0, "P2Y90A"},
                {"cyan", 2, "cyan", 1, 0, "P2Y91A"},
                {"magenta", 3, "magenta", 1, 0, "P2Y92A"},
                {"yellow", 4, "yellow", 1, 0, "P2Y93A"}};
  model.inputs = {{"Roll1", "ROLL1", "Roll1", true, 36'000'000},
                  {"Roll2", "ROLL2", "Roll2", true, 36'000'000}};
  model.scanner = true;
  model.heads = {{{0, 1}}, {{2, 3}}};
  return model;
}

// LEDM alone, and its ink has no unit beside it. Life is told in metres.
PrinterModel Latex570() {
  return {.key = "latex570",
          .name = "HP Latex 570 Printer",
          .number = "Latex 570",
          .product = "N2G70A",
          .firmware = "NEXUS_03_14_02.1",
          .firmware_date = "20240918",
          .description = "HP ETHERNET MULTI-ENVIRONMENT",
          .host_text = "HP Latex 570 Printer",
          .ieee1284_commands = "PJL,HP-GL/2,RTL",
          .ieee1284_class_id = "HPLATEX",
          .order_number = "HP 871",
          .capacity_cc = 3000,
          .inks = {{"black", 1, "black", 1, 0, "G0Y82A"},
                   {"cyan", 2, "cyan", 1, 0, "G0Y79A"},
                   {"light-cyan", 3, "light cyan", 1, 0, "G0Y83A"},
                   {"light-magenta", 4, "light magenta", 1, 0, "G0Y84A"},
                   {"magenta", 5, "magenta", 1, 0, "G0Y80A"},
                   {"yellow", 6, "yellow", 1, 0, "G0Y81A"},
                   {"pre-treatment", 7, "optimizer", 1, 0, "G0Y85A", "pretreatment"}},
          .inputs = {{"Roll1", "ROLL", "MainRoll", true, 64'000'000}},
          .counter_unit = 17,
          .serial = {.general = true},
          .piws = {.present = false},
          .ledm = {.present = true, .prefixes = false, .unit = "?", .decimals = 0, .wear = true}};
}

// JSON throughout, counters of a shape nobody knows, and a queue that is hard to follow.
PrinterModel Latex() {
  return {.key = "latex",
          .name = "HP Latex 800 W Printer",
          .number = "Latex 800 W",
          .product = "3XD61A",
          .firmware = "OASIS_05_10_02.7",
          .firmware_date = "2025-06-30T07:00:00Z",
          .description = "HP ETHERNET MULTI-ENVIRONMENT",
          .host_text = "HP Latex 800 W Printer",
          .ieee1284_commands = "PJL,HP-GL/2,RTL",
          .ieee1284_class_id = "HPLATEX",
          .order_number = "HP 873",
          .capacity_cc = 3000,
          .inks = {{"black", 1, "black", 1, 0, "4UU92A"},
                   {"cyan", 2, "cyan", 1, 0, "4UU93A"},
                   {"light-cyan", 3, "light cyan", 1, 0, "4UU97A"},
                   {"light-magenta", 4, "light magenta", 1, 0, "4UU96A"},
                   {"magenta", 5, "magenta", 1, 0, "4UU94A"},
                   {"yellow", 6, "yellow", 1, 0, "4UU95A"},
                   {"pre-treatment", 7, "optimizer", 1, 0, "4UU98A", "pretreatment"},
                   {"scratch-agent", 8, "overcoat", 1, 0, "4UU99A", "overcoating"},
                   {"white", 9, "white", 1, 0, "4UV08A"}},
          .inputs = {{"Roll1", "ROLL", "MainRoll", true, 64'000'000}},
          .counter_unit = 17,
          .serial = {.general = true},
          .heads = {{{0, 1}}, {{2, 3}}, {{4, 5}}, {{6}}, {{7}}, {{8}}},
          .piws = {.fields = false,
                   .xml_jobs = false,
                   .group_collection = false,
                   .text_numbers = true,
                   .reservoir = true,
                   .one_drawer = true,
                   .upkeep = true,
                   .counters = true,
                   .unaccounted = true,
                   .vanish_seconds = 150}};
}

}  // namespace

const std::vector<PrinterModel>& Models() {
  static const std::vector<PrinterModel> models = {
      Z9(), T770(), Z5200(), PageWideXl(), T1600(), T2600(), Latex(), Xl3600(), Latex570()};
  return models;
}

std::optional<std::size_t> ModelWithKey(std::string_view key) {
  const auto& models = Models();
  const auto found = std::find_if(models.begin(), models.end(),
                                  [&](const PrinterModel& model) { return model.key == key; });
  if (found == models.end()) return std::nullopt;
  return static_cast<std::size_t>(found - models.begin());
}

const std::vector<Paper>& Papers() {
  static const std::vector<Paper> papers = {
      {"1001", "Plain Paper", "BOND_AND_COATED"},
      {"1017", "Heavyweight Coated Paper", "BOND_AND_COATED"},
      {"2070", "Photo Gloss/Semi-Gloss/Satin Paper", "PHOTO"},
      {"2001", "HP Premium Instant-dry Gloss Photo Paper", "PHOTO"},
      {"4B5C1D0E9F2A4D7798E1C0FFEE123456", "Büttenpapier der Kundin 310 g", "CUSTOM", false}};
  return papers;
}

const std::vector<std::string>& NeverTexts() {
  static const std::vector<std::string> texts = {
      "erika.mustermann",
      "jean.dupont",
      "rosa.zurborg",
      "WS-MUSTERMANN-07",
      "PC-DUPONT-3",
      "ACCOUNT-OF-ZURBORG",
      "Erika Mustermann, ext. 4711, erika.mustermann@example.org",
      "Operator Jean Dupont +49 30 5550123",
      "Service person Rosa Zurborg",
      "trap-community-of-nobody"};
  return texts;
}

}  // namespace plotmeter::simulator
