// LEDM of a simulated printer: HP's XML device model, of which DiscoveryTree lists what there is.
//
//    AnswerLedm(printer, {.target = "/DevMgmt/DiscoveryTree.xml"})
//
// Shapes are those of HP's office printers, for no large-format printer's were ever published; the
// models differ in what is not known (LedmModel): prefixes, the place of TotalImpressions, the unit
// of ink. Pure.

#pragma once

#include "tests/simulator/element.h"
#include "tests/simulator/web_answer.h"

namespace plotmeter::simulator {

// 404 for what DiscoveryTree and the manifests it names do not list.
WebAnswer AnswerLedm(const SimulatedPrinter& printer, const WebRequest& request);

// The documents. Names carry the usual prefixes, whatever the model; the first child of most is the
// Version of the schema, which is not that of the firmware.
Element DiscoveryTree(const SimulatedPrinter& printer);
Element ProductConfigDyn(const SimulatedPrinter& printer);
Element ProductStatusDyn(const SimulatedPrinter& printer);
Element ConsumableConfigDyn(const SimulatedPrinter& printer);
Element ProductUsageDyn(const SimulatedPrinter& printer);
Element MediaHandlingDyn(const SimulatedPrinter& printer);
Element FibonacciDyn(const SimulatedPrinter& printer);
Element JobList(const SimulatedPrinter& printer);  // waiting, printing and just finished ones
// An AgingStamp moves when its event fires and only then. Ink used at night moves none.
Element EventTable(const SimulatedPrinter& printer);

// "photo-black" is "PhotoBlack".
std::string MarkerColor(std::string_view colorant);

}  // namespace plotmeter::simulator
