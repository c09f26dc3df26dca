// Whatever a printer says, the name that stands in it is not in the diagnostics bundle, nor is its
// serial number; and what is there instead can be written down as JSON.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "collector/channel/ascii.h"
#include "collector/diagnose_redaction.h"
#include "collector/snmp/text.h"

namespace {

using namespace plotmeter;

constexpr std::string_view kName = "zurborg";
constexpr std::string_view kSerial = "CN9541H01M";

void Check(bool is_so) {
  if (!is_so) std::abort();
}

bool Holds(const std::string& text, std::string_view what) {
  return LowerAscii(text).find(LowerAscii(what)) != std::string::npos;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string octets(reinterpret_cast<const char*>(data), size);
  Redaction redaction({.model = "HP DesignJet Z9 24in", .serial = std::string(kSerial)});
  // Short, so that what is appended is within what DecodeText keeps.
  const std::string text = DecodeText(octets.substr(0, 100)).utf8;
  for (const char* field : {"", "Value", "JobName", "Description"}) {
    const std::string marked = text + std::string(kName);
    Check(!Holds(redaction.Text(field, marked), kName));
  }
  for (const char* field : {"Value", "SerialNumber", "FirmwareVersion", "State"}) {
    Check(!Holds(redaction.Text(field, text + std::string(kSerial)), kSerial));
  }
  (void)Json(redaction.Name(text)).dump();  // throws if it is not UTF-8

  const Oid object = {1, 3, 6, 1, 4, 1, 11, 2, 3, 9, 4, 2, 1, 1, 2, 0};
  (void)redaction.SnmpValue(object, Value::Octets(octets)).dump();
  if (text.find(':') == text.npos) {  // a device ID keeps what its maker and model say
    const Json said = redaction.SnmpValue(object, Value::Octets(text + std::string(kName)));
    Check(!Holds(said.dump(), kName));
  }
  try {
    (void)redaction.Document(ReadDocument(octets)).dump();
  } catch (const DocumentError&) {  // it is none
  }
  return 0;
}
