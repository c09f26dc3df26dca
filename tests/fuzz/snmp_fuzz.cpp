// Whatever comes from UDP port 161 is a message or a named problem, and what is made of it is fit
// to be shown: UTF-8 without control characters, no number where there was none. The input is a
// datagram. The texts that one may hold have targets of their own, pml and ieee1284.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "collector/channel/answers_json.h"
#include "collector/snmp/codec.h"
#include "collector/snmp/exchange.h"
#include "collector/snmp/job_mib.h"
#include "collector/snmp/printer_mib.h"
#include "common/json.h"

namespace {

using namespace plotmeter;

void Check(bool is_so) {
  if (!is_so) std::abort();
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
    const std::optional<Instant> started_at = FromMillis(1);
    for (const JobRecord& job : ReadSnmpJobs(known, {}, started_at).jobs) {
      Check(!job.job.empty() && !job.area && job.ink.empty());
      Check(!job.printed_pages || *job.printed_pages > 0);
    }
    (void)ToJson(answers).dump();  // throws if a text is not UTF-8
  }
  return 0;
}
