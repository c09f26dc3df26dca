// Everything a printer answers, with people, places and machines removed, as one file that can be
// shown to strangers: for models that nobody here has met.
//
//    {"diagnostics":1,"at":"2026-11-22T09:00:03Z","collector":"0.1.0",
//     "printer":{"maker":"HP","model":"HP DesignJet Z9 24in","product":"W3Z71A","firmware":…,
//                "serial":"serial-1","verdict":"large-format","profile":"designjet-z9"},
//     "snmp":{"version":"2c","walks":[{"of":"Printer-MIB","seen":"answered","rows":412,
//             "objects":{"1.3.6.1.2.1.43.8.2.1.12.1.1":"text: Plain Paper",…}}]},
//     "web":[{"path":"/LFPWebServices/PI/InkSystem.json","seen":"read","bytes":3120,
//             "document":{…}},…],
//     "redaction":{"shaped":14,"serials":"numbered"}}
//
// Asked for by GET and GETNEXT only, one thing at a time, at most `packets-per-second`. Never asked
// for: contact, name and location (MIB-II), operator, service person and name of the printer and
// the lines of its panel (Printer-MIB), owners of jobs where a column tells them alone,
// communities, ARP and connection tables, processes, HP's network settings; previews, settings,
// security, accounts, mail and address books of the web server.
//
// Ends, whatever the printer does: kMostRows objects, kMostOctets of texts, kMostPages documents of
// at most 4 MiB each, kLongest in all.

#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>

#include "collector/look.h"
#include "collector/ways.h"
#include "common/clock.h"
#include "common/json.h"
#include "common/settings.h"

namespace plotmeter {

namespace diagnosis {
inline constexpr std::size_t kMostRows = 40'000;
inline constexpr std::size_t kMostOctets = std::size_t{8} << 20;
inline constexpr std::size_t kMostPages = 80;
inline constexpr std::size_t kMostValues = 100'000;  // of all documents together
inline constexpr std::chrono::minutes kLongest{10};
}  // namespace diagnosis

// `say` hears what is asked now, for people.
Json Diagnose(Ways& ways, const Looked& looked, const Arguments& arguments, const Clock& clock,
              const std::function<void(const std::string&)>& say);

}  // namespace plotmeter
