// The web services of a simulated printer without the web: a request in, a document out.
//
//    AnswerWeb(printer, {.target = "/LFPWebServices/PI/InkSystem.json"}).body
//    AnswerWeb(printer, {.target = "/DevMgmt/ProductUsageDyn.xml", .tls = false}).body
//
// Pure.

#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/simulator/printer.h"

namespace plotmeter::simulator {

struct WebRequest {
  std::string method = "GET";
  std::string target = {};  // path and query as they came
  std::string accept = {};
  bool tls = true;
  std::string formats = {};  // the only one this PIWS speaks, "xml" or "json"; empty: both

  std::string_view path() const {
    return std::string_view(target).substr(0, std::string_view(target).find('?'));
  }
};

struct WebAnswer {
  unsigned status = 200;
  std::string type = "text/plain";  // without a charset, as printers have it; the body is UTF-8
  std::string body = {};
  std::vector<std::pair<std::string, std::string>> headers = {};

  // How a sick printer sends it. Behind the body comes `filler`, so many times.
  std::string filler = {};
  std::uint64_t fillers = 0;
  std::chrono::milliseconds wait = {};  // so long nothing comes, then a few octets at a time for
                                        // about as long again
  bool cut = false;                     // ends in the middle of what Content-Length promised
  bool never = false;                   // takes the request and says nothing
};

WebAnswer NotThere(std::string text = "Not Found");

// 503 to everything while the printer sleeps, nothing while it does so deeply; 404 for what is not
// there, and over plain HTTP for all but LEDM; 405 to everything but GET.
WebAnswer AnswerWeb(const SimulatedPrinter& printer, const WebRequest& request);

}  // namespace plotmeter::simulator
