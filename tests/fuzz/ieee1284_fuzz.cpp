// Whatever a printer gives for its IEEE-1284 ID is a list of readable fields, and what is made of
// it is a verdict with a reason.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "collector/channel/serial.h"
#include "collector/snmp/fingerprint.h"
#include "collector/snmp/ieee1284.h"
#include "collector/snmp/mib.h"
#include "collector/snmp/text.h"
#include "common/json.h"

namespace {

using namespace plotmeter;

void Check(bool is_so) {
  if (!is_so) std::abort();
}

void CheckShown(const std::string& text) {
  Check(text.size() <= kMaxTextOctets && Trimmed(text) == text);
  for (const char c : text) Check(static_cast<unsigned char>(c) >= 0x20 && c != '\x7f');
  (void)Json(text).dump();  // throws if it is not UTF-8
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view octets(reinterpret_cast<const char*>(data), size);
  const DeviceId id = DeviceId::Parse(octets);
  for (const auto& [key, value] : id.fields()) {
    Check(!key.empty() && id.Get(key) == value);
    CheckShown(value);
  }
  for (const Oid& object : {mib::kGdStatusId, mib::kPpmDeviceId}) {
    const SnmpTable table = {{object, Value::Octets(std::string(octets))}};
    const Fingerprint found = RecognisePrinter(table);
    Check(found.verdict != Verdict::kSilent && !found.rule.empty());
    Check(found.verdict != Verdict::kLargeFormat || found.maker == "HP");
    Check(found.serial == UsableSerial(found.serial));
    for (const std::string* text : {&found.model, &found.product, &found.firmware}) {
      CheckShown(*text);
    }
  }
  return 0;
}
