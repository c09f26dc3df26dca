// PIWS of a simulated printer: documents in the shapes of DesignJets, quirks included. A repeated
// element is a list and a single one is not, numbers are numbers or text, jobs/all is XML or JSON
// by the model.
//
//    AnswerPiws(printer, {.target = "/LFPWebServices/PI/InkSystem.json"}).body
//
// Pure.

#pragma once

#include <string>
#include <string_view>

#include "tests/simulator/element.h"
#include "tests/simulator/web_answer.h"

namespace plotmeter::simulator {

// 404 for what is not there, and for alerts of some models while there is nothing to say; "Unkownw
// QueueID" (sic) for a queue of before the last reboot.
WebAnswer AnswerPiws(const SimulatedPrinter& printer, const WebRequest& request);

// The documents, without their outer name in JSON.
Json Identification(const SimulatedPrinter& printer);
Json InkSystem(const SimulatedPrinter& printer);
Json DeviceStatus(const SimulatedPrinter& printer);
Json MediaSystem(const SimulatedPrinter& printer);
Json ActiveAlerts(const SimulatedPrinter& printer);
Json PaperList();
Json Discovery(const SimulatedPrinter& printer);
Json PrintheadsStatus(const SimulatedPrinter& printer);    // this and the next two are in
Json PrinterMaintenance(const SimulatedPrinter& printer);  // piws_upkeep.cpp
// What DeviceCounters, Usage and Counters say. Nobody knows a real one: this shape is ours, so that
// a collector which cannot read it keeps it raw.
Json DeviceCounters(const SimulatedPrinter& printer);
Element JobQueueSnapshot(const SimulatedPrinter& printer);  // in piws_jobs.cpp

}  // namespace plotmeter::simulator
