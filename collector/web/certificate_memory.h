// Which key a printer's web server had at first contact. Printers sign their own certificates, so
// this is what there is to go by. It is kept by serial number, because addresses wander; a printer
// that says no serial is kept by its address. Of one that says it, the address is kept beside it:
// who answers there later and says no serial is taken for the same printer, so must have its key.
//
// A changed key is refused until a person has the old one forgotten: somebody may stand in between,
// or the printer was reset.

#pragma once

#include <optional>
#include <string>

#include "common/reading.h"

namespace plotmeter {

class CertificateMemory {
 public:
  virtual ~CertificateMemory() = default;
  // Both are called from the thread of PrinterWeb. `printer` is "serial CN9541H01M" or
  // "address 10.0.0.7:443".
  virtual std::optional<std::string> Get(const std::string& printer) = 0;
  virtual void Set(const std::string& printer, const std::string& fingerprint) = 0;
};

// True when the key that answered at `address` ("10.0.0.7:443", where its TLS is or would be) is
// the remembered one, or the first that this printer shows; that one is remembered. False also for
// TLS without a key to show, and for a printer that comes without TLS (`plain`) although it once
// came with it.
bool IsTheRememberedKey(CertificateMemory& memory, const PrinterIdentity& identity,
                        const std::string& address, bool plain, const std::string& fingerprint);

}  // namespace plotmeter
