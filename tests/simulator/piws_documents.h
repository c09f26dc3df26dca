// The web services of a simulated printer without the web: a request in, a document out.
//
//    AnswerPiws(printer, {.method = "GET", .target = "/LFPWebServices/PI/InkSystem.json"}).body
//
// Shapes are those of DesignJets, quirks included: a repeated element is a list and a single one is
// not, numbers are numbers or text, jobs/all is XML or JSON by the model. Pure.

#pragma once

#include <string>
#include <string_view>

#include "tests/simulator/element.h"
#include "tests/simulator/printer.h"

namespace plotmeter::simulator {

struct WebRequest {
  std::string method = "GET";
  std::string target = {};  // path and query as they came
  std::string accept = {};
};

struct WebAnswer {
  unsigned status = 200;
  std::string type = "text/plain";  // without a charset, as printers have it; the body is UTF-8
  std::string body = {};
};

// 503 to everything while the printer sleeps; 404 for what is not there, and for alerts and jobs of
// some models while there is nothing to say; 405 to everything but GET; "Unkownw QueueID" (sic) for
// a queue of before the last reboot.
WebAnswer AnswerPiws(const SimulatedPrinter& printer, const WebRequest& request);

// The documents, without their outer name in JSON.
Json Identification(const SimulatedPrinter& printer);
Json InkSystem(const SimulatedPrinter& printer);
Json DeviceStatus(const SimulatedPrinter& printer);
Json MediaSystem(const SimulatedPrinter& printer);
Json ActiveAlerts(const SimulatedPrinter& printer);
Json PaperList();
Json Discovery(const SimulatedPrinter& printer);
Element JobQueueSnapshot(const SimulatedPrinter& printer);  // in piws_jobs.cpp

}  // namespace plotmeter::simulator
