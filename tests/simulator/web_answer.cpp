#include "tests/simulator/web_answer.h"

#include "tests/simulator/ledm_documents.h"
#include "tests/simulator/piws_documents.h"

namespace plotmeter::simulator {

WebAnswer NotThere(std::string text) { return {.status = 404, .body = std::move(text)}; }

WebAnswer AnswerWeb(const SimulatedPrinter& printer, const WebRequest& request) {
  if (printer.deeply_asleep()) return {.never = true};
  if (printer.asleep()) {
    return {.status = 503,
            .type = "text/html",
            .body = "<html><body>The printer is asleep.</body></html>\n"};
  }
  if (request.method != "GET") return {.status = 405, .body = "Only GET\n"};
  const PrinterModel& model = printer.model();
  const bool is_wear = model.ledm.wear && request.path().ends_with("/FibonacciDyn.xml");
  if (request.path().starts_with("/LFPWebServices/") && !is_wear) {
    return model.piws.present && request.tls ? AnswerPiws(printer, request) : NotThere();
  }
  const bool ledm = model.ledm.present && (request.tls || model.ledm.plain);
  return ledm ? AnswerLedm(printer, request) : NotThere();
}

}  // namespace plotmeter::simulator
