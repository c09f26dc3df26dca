// Whatever somebody types as a range is a range whose addresses are its own, in rising order, or an
// error that says what was expected.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "collector/discovery/address_range.h"
#include "collector/snmp/oid.h"
#include "common/settings.h"

namespace {

using namespace plotmeter;

void Check(bool is_so) {
  if (!is_so) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto oid = Oid::Parse(text)) {
    Check(oid->size() <= Oid::kMaxParts && Oid::Parse(oid->ToText()) == oid);
  }
  try {
    const AddressRange range = AddressRange::Parse("range", text);
    Check(range.size() > 0);
    const Ipv4 first = range.at(0);
    const Ipv4 last = range.at(range.size() - 1);
    Check(first <= last && range.Contains(first) && range.Names(last));
    Check(AddressRange::Parse("range", first.ToText()).at(0) == first);
    if (range.size() <= AddressWalk::kMost) {
      AddressWalk walk({range}, {});
      Ipv4 before;
      Ipv4 address;
      for (int i = 0; i < 300 && walk.Next(address); ++i, before = address) {
        Check(i == 0 ? address == first : address > before);
      }
    }
  } catch (const UsageError& error) {
    Check(std::string_view(error.what()).find("expected") != std::string_view::npos);
  }
  return 0;
}
