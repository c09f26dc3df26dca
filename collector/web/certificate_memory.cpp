#include "collector/web/certificate_memory.h"

namespace plotmeter {

bool IsTheRememberedKey(CertificateMemory& memory, const PrinterIdentity& identity,
                        const std::string& address, bool plain, const std::string& fingerprint) {
  const std::string place = "address " + address;
  const std::string printer = !identity.serial.empty() ? "serial " + identity.serial : place;
  const auto remembered = memory.Get(printer);
  // Whoever stands in between could block TLS and answer in its place.
  if (fingerprint.empty()) return plain && !remembered;
  if (remembered && *remembered != fingerprint) return false;
  if (!remembered) memory.Set(printer, fingerprint);
  if (printer != place && memory.Get(place) != fingerprint) memory.Set(place, fingerprint);
  return true;
}

}  // namespace plotmeter
