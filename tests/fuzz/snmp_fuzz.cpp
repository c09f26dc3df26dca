// Whatever comes from UDP port 161 is a message or a named problem, and what is made of it is fit
// to be shown: UTF-8 without control characters, no number where there was none. The input is a
// datagram; it is also taken for each of the texts that a datagram may hold.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "collector/channel/answers_json.h"
#include "collector/channel/serial.h"
#include "collector/snmp/codec.h"
#include "collector/snmp/exchange.h"
#include "collector/snmp/ieee1284.h"
#include "collector/snmp/large_format.h"
#include "collector/snmp/printer_mib.h"
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

void CheckTexts(std::string_view octets) {
  CheckText(DecodePml(octets));
  CheckText(DecodeText(octets));
  CheckText(DecodeText(octets, 4));
  const DeviceId id = DeviceId::Parse(octets);
  for (const auto& [key, value] : id.fields()) Check(!key.empty() && id.Get(key) == value);
  const std::string serial = UsableSerial(octets);
  Check(serial.empty() || (serial.size() >= 6 && UsableSerial(serial) == serial));
  (void)NamesLargeFormat(octets);
}

// Our own request, encoded, comes back as it was.
void CheckRoundTrip(const SnmpMessage& message) {
  SnmpRequest request;
  for (const auto& [oid, value] : message.reply.varbinds) {
    if (oid.size() >= 2 && oid.parts()[0] < 2 && oid.parts()[1] < 40)
      request.objects.push_back(oid);
  }
  const std::string packet = EncodeRequest({message.version, "public"}, 7, request);
  if (packet.empty()) return;
  const auto back = DecodeMessage(packet).message;
  Check(back && back->request_id == 7 && back->reply.varbinds.size() == request.objects.size());
  for (std::size_t i = 0; i < request.objects.size(); ++i) {
    Check(back->reply.varbinds[i].first == request.objects[i]);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view octets(reinterpret_cast<const char*>(data), size);
  CheckTexts(octets);
  const Decoded decoded = DecodeMessage(octets);
  Check(decoded.message.has_value() == decoded.problem.empty());
  if (!decoded.message) return 0;
  CheckRoundTrip(*decoded.message);

  // As the answer to a walk of everything, and as all we know of a printer.
  Exchange walk = Exchange::Walk({Oid{1}}, 100);
  (void)walk.request(true);
  (void)walk.Accept(decoded.message->reply);
  SnmpTable table;
  for (const auto& [oid, value] : decoded.message->reply.varbinds) {
    if (!value.is_absent()) table.emplace(oid, value);
  }
  for (const SnmpTable& known : {walk.TakeTable(), table}) {
    const Fingerprint found = RecognisePrinter(known);
    Check(found.verdict != Verdict::kSilent && !found.rule.empty());
    const Answers answers = ReadPrinterMib(known, found);
    for (const MeterValue& meter : answers.meters) Check(meter.value.value.digits() > 0);
    for (const Supply& supply : answers.supplies) {
      Check(!supply.level || supply.level->value.digits() >= 0);
      Check(!supply.capacity || supply.capacity->value.digits() > 0);
    }
    (void)ToJson(answers).dump();  // throws if a text is not UTF-8
  }
  return 0;
}
