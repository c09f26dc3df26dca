// What a printer says over LEDM of what happens: its state, alerts, log, events and jobs. Pure; the
// rules are those of documents.h.

#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "collector/channel/channel.h"
#include "collector/xml/document.h"

namespace plotmeter {

// state ("idle", "printing", "stopped", "asleep", "warming-up", else the printer's word) and
// alerts, keyed "cartridgeLow/cyan/2" by ProductStatusAlertID, colour and station. These two name the
// part as well, "ink-cartridge cyan 2"; "supply cyan 2" where its type is not told.
bool ReadProductStatus(const Node& document, Answers& into);

// events of kind "error-log". Entries move down when the log is full, so each is known by its code
// and the page count or time beside it. `at` is the collector's clock when the document came.
bool ReadProductLogs(const Node& document, Instant at, Answers& into);

// EventTable: for each category its AgingStamp, which changes when the event fires again; several
// of one category, as far as they have 64 octets, with commas between them.
using LedmStamps = std::map<std::string, std::string>;
std::optional<LedmStamps> ReadEventTable(const Node& document);

// JobList or a single Job: current jobs, without area, ink or times. A printer counts its jobs anew
// after each start, so `power_up`, the stamp of PowerUpEvent, is part of a job's id:
// "/Jobs/JobList/2@163-1". Of a URL only the path is told, since its host is an address or a name;
// a job without one is left out, and so is what comes after 10,000. Empty when the document is
// another one.
std::optional<std::vector<JobRecord>> ReadJobs(const Node& document, const std::string& power_up);

}  // namespace plotmeter
