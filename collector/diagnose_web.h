// The web half of a diagnostics bundle (diagnose.h): the documents of PIWS that are known, and
// those that the printer's LEDM tree lists, by GET, one at a time, redacted.
//
//    Json pages = ReadForDiagnosis(address, http_port, pause, beside, redaction, until, say);

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "collector/channel/channel.h"
#include "collector/diagnose_redaction.h"
#include "common/json.h"

namespace plotmeter {

// A path of a printer's web server that may be asked for: a plain one, that leads to no people,
// settings, network or security.
bool MayBeAskedFor(const std::string& path);

// A list of {"path":…,"seen":"read" or what was seen,"bytes":…,"document":{…}}. `http_port` 0: TLS
// only. `pause` comes before the jobs are asked for; `beside` are paths that no tree lists. Ends at
// diagnosis::kMostPages, kMostValues and `until`, and after two answers in a row that did not come.
Json ReadForDiagnosis(const PrinterAddress& address, std::uint16_t http_port,
                      std::chrono::milliseconds pause, const std::vector<std::string>& beside,
                      Redaction& redaction, std::chrono::steady_clock::time_point until,
                      std::function<void(const std::string&)> say);

}  // namespace plotmeter
