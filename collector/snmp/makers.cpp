#include "collector/snmp/makers.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <vector>

#include "collector/snmp/mib.h"

namespace plotmeter {
namespace {

struct Enterprise {
  std::uint32_t number;
  std::string_view maker;
};

constexpr Enterprise kEnterpriseNumbers[] = {
    {11, "HP"},
    {122, "Sony"},
    {186, "Toshiba"},
    {231, "Fujitsu"},
    {232, "HPE"},
    {236, "Samsung"},
    {253, "Xerox"},
    {297, "Fujifilm"},  // Fuji Xerox until 2021
    {311, "Microsoft"},
    {367, "Ricoh"},  // also Lanier, NRG, Savin, Gestetner
    {368, "Axis"},
    {641, "Lexmark"},
    {674, "Dell"},
    {1129, "Toshiba"},
    {1248, "Epson"},
    {1347, "Kyocera"},  // also UTAX and Triumph-Adler
    {1602, "Canon"},
    {2001, "OKI"},
    {2385, "Sharp"},
    {2435, "Brother"},
    {8072, "Net-SNMP"},
    {8744, "HPE"},  // Colubris
    {18334, "Konica Minolta"},
};

struct NoPrinter {
  Oid below;
  std::string_view what;
};

const std::vector<NoPrinter>& NoPrinters() {
  static const std::vector<NoPrinter> kRows = {
      {mib::kEnterprises + Oid{311}, "Windows"},
      {mib::kEnterprises + Oid{8072}, "a Net-SNMP host"},
      {mib::kEnterprises + Oid{232}, "an HPE server, PDU or iLO"},
      {mib::kEnterprises + Oid{8744}, "an HPE wireless controller"},
      {mib::kHp + Oid{2, 3, 7}, "an HP switch"},
      {mib::kHp + Oid{5, 7}, "an HP blade enclosure"},
      {mib::kHp + Oid{10}, "an HP tape library"},
  };
  return kRows;
}

}  // namespace

std::string_view MakerOf(const Oid& sys_object_id) {
  const Oid below = sys_object_id.After(mib::kEnterprises);
  if (below.empty()) return {};
  const auto* row = std::ranges::find(kEnterpriseNumbers, below.parts()[0], &Enterprise::number);
  return row != std::end(kEnterpriseNumbers) ? row->maker : std::string_view();
}

std::string_view NotAPrinterBecause(const Oid& sys_object_id) {
  for (const NoPrinter& row : NoPrinters()) {
    if (row.below.Contains(sys_object_id)) return row.what;
  }
  return {};
}

}  // namespace plotmeter
