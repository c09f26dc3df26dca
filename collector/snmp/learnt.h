// What was learnt of a printer over SNMP and is worth keeping over a restart, as the text in which
// the spool keeps it.
//
//    std::string text = LearntText({.version = SnmpVersion::k2c, …});
//    LearntFrom(text)->printer.bulk     SnmpBulk::kWorked
//
// It saves questions and is never told in place of an answer. Not kept are credentials (they are
// the settings' to say), jobs and where the error log ended: what those lead to must be on disk
// before they may be believed, so a new process looks for itself.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "collector/snmp/printer_read.h"
#include "collector/snmp/probe.h"
#include "collector/snmp/session.h"

namespace plotmeter {

struct SnmpLearnt {
  std::optional<SnmpVersion> version = {};  // that it answered to; v3 is not kept
  FoundBefore found = {};
  PrinterKnowledge printer = {};
};

// Whether both would be kept as the same text.
bool IsSameOnDisk(const PrinterKnowledge& a, const PrinterKnowledge& b);

std::string LearntText(const SnmpLearnt& learnt);

// Empty where the text is not one of these: then all is learnt anew.
std::optional<SnmpLearnt> LearntFrom(std::string_view text);

}  // namespace plotmeter
