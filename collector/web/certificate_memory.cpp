#include "collector/web/certificate_memory.h"

namespace plotmeter {

bool IsTheRememberedKey(CertificateMemory& memory, const PrinterIdentity& identity,
                        const std::string& base, const std::string& fingerprint) {
  const std::string printer = !identity.serial.empty()
                                  ? "serial " + identity.serial
                                  : "address " + base.substr(base.find("//") + 2);
  const auto remembered = memory.Get(printer);
  // Whoever stands in between could block TLS and answer in its place.
  if (fingerprint.empty()) return base.starts_with("http://") && !remembered;
  if (!remembered) memory.Set(printer, fingerprint);
  return !remembered || *remembered == fingerprint;
}

}  // namespace plotmeter
