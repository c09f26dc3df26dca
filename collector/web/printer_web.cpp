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

void PrinterWeb::Enter(std::shared_ptr<WebVisit> visit) {
  const bool will = fetch_.Call([this, visit] {
    auto& waiting = visits_[visit->printer()];
    waiting.push_back(visit);
    if (waiting.size() == 1) visit->Begin();
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
  const auto next = visits->second.front();
  if (!fetch_.Call([next] { next->Begin(); })) next->Begin();
}

}  // namespace plotmeter
