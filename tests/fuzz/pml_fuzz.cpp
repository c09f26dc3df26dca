// Whatever a printer gives for a text, with the prefix of a PML string or without, is fit to be
// shown: UTF-8 without control characters, no longer than it may be.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "collector/channel/large_format.h"
#include "collector/channel/serial.h"
#include "collector/snmp/hp_objects.h"
#include "collector/snmp/mib.h"
#include "collector/snmp/text.h"
#include "common/json.h"

namespace {

using namespace plotmeter;

void Check(bool is_so) {
  if (!is_so) std::abort();
}

void CheckText(const Text& text) {
  Check(text.utf8.size() <= kMaxTextOctets && Trimmed(text.utf8) == text.utf8);
  for (const char c : text.utf8) Check(static_cast<unsigned char>(c) >= 0x20 && c != '\x7f');
  (void)Json(text.utf8).dump();  // throws if it is not UTF-8
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view octets(reinterpret_cast<const char*>(data), size);
  CheckText(DecodePml(octets));
  for (const std::int64_t charset : {3, 4, 106, -2}) CheckText(DecodeText(octets, charset));
  CheckText(DecodeText(octets));
  const std::string serial = UsableSerial(octets);
  Check(serial.empty() || (serial.size() >= 6 && UsableSerial(serial) == serial));
  (void)NamesLargeFormat(octets);
  const SnmpTable table = {{mib::kHpTray + Oid{1, 4, 0}, Value::Octets(std::string(octets))},
                           {mib::kHpTray + Oid{1, 20, 0}, Value::Octets(std::string(octets))}};
  const HpTray tray = TrayOf(table, 1);
  Check(tray.name.value_or("x") != "" && tray.media == tray.name);
  return 0;
}
