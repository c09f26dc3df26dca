// Answers as JSON for people and scripts (`read --json`) and for golden files, close to the
// readings of a batch (proto/batch.schema.json): quantities as decimal text with their unit, absent
// members left out.
//
//    {"identity": {"manufacturer": "HP", "serial": "CN9541H01M", …},
//     "meters": [{"meter": "ink.used", "colorant": "cyan", "value": "433", "unit": "cc", "source":
//     "…"}], "supplies": [{"supply": "1.5", "kind": "ink-cartridge", "level": {"value": "155",
//     "unit": "1/10 ml"}}], "media": [{"input": "Roll1", "media": "2070", "width": {"value":
//     "360000", "unit": "1/10000 in"}}], "state": "idle", "alerts": [{"key": "231", "severity":
//     "warning", "code": "1", "text": "…"}], "jobs": [{"job": "32222D2B-…", "status": "printed",
//     …}], "events": [{"kind": "error-log", "key": "1437049356/610010", "code": "610010",
//     "printer_time": "2015-07-16T12:22:36Z"}], "uptime": {"value": "8640000", "unit":
//     "1/100 s"}, "remarks": ["…"]}
//
// A meter with "outranked": true is given by another channel too, and that one is believed
// (docs/decisions/0007).
//
// "alerts" is left out when no statement was made. Names of jobs are left out: they point at
// people; MACs, because they stay where they are.

#pragma once

#include "collector/channel/channel.h"
#include "common/json.h"

namespace plotmeter {

Json ToJson(const Answers& answers);
Json ToJson(const PrinterIdentity& identity);  // empty texts are left out

}  // namespace plotmeter
