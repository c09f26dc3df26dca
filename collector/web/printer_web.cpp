#include "collector/web/printer_web.h"

#include <utility>

#include "collector/web/web_visit.h"

namespace plotmeter {

PrinterWeb::PrinterWeb(const Clock& clock, CertificateMemory& certificates, WebSettings settings)
    : clock_(clock),
      certificates_(certificates),
      settings_(std::move(settings)),
      fetch_(settings_.rules) {}

PrinterWeb::~PrinterWeb() { Stop(); }

void PrinterWeb::Stop() { fetch_.Stop(); }

void PrinterWeb::Enter(std::shared_ptr<WebVisit> visit, bool always) {
  const bool will = fetch_.Call([this, visit, always] {
    auto& waiting = visits_[visit->printer()];
    waiting.push_back({.visit = visit, .always = always});
    if (waiting.size() == 1) visit->Start(always);
  });
  if (!will) visit->EndUnstarted();
}

void PrinterWeb::Leave(const std::string& printer) {
  const auto visits = visits_.find(printer);
  visits->second.pop_front();
  if (visits->second.empty()) {
    visits_.erase(visits);
    return;
  }
  // Not from within the one that ends: a long queue of visits that end at once would pile up.
  const Waiting next = visits->second.front();
  if (!fetch_.Call([next] { next.visit->Start(next.always); })) next.visit->Start(next.always);
}

void PrinterWeb::ProbeAgain(const PrinterAddress& address, ChannelKind channel) {
  fetch_.Call([this, printer = PrinterName(address), channel] {
    presences_.erase({printer, channel});
    absent_.erase(printer);
  });
}

}  // namespace plotmeter
