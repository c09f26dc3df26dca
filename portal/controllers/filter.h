// Which rows a request is about: the caller's own, narrowed by 'customer' and 'site' of the query.

#pragma once

#include <string>

#include "portal/http/http.h"
#include "portal/ledger/period.h"
#include "portal/store/lists.h"
#include "portal/store/store.h"

namespace plotmeter {

// Problem 404, naming the parameter, where the caller has no such customer or site.
PrinterFilter ReadFilter(Store& store, Lists& lists, const Request& request, const Caller& caller);

// The same, and narrowed by 'printer' as well.
PrinterFilter ReadPrinterFilter(Store& store, Lists& lists, const Request& request,
                                const Caller& caller);

// The printer, site, customer or collector that the path names; Problem 404 where the caller has
// none such.
PrinterRow PrinterOfPath(Store& store, const Request& request, const Caller& caller);
// What the caller may see of that printer.
PrinterFilter OnlyPrinter(const Caller& caller, const PrinterRow& printer);
Site SiteOfPath(Store& store, const Request& request, const Caller& caller);
Customer CustomerOfPath(Lists& lists, const Request& request, const Caller& caller);
CollectorRow CollectorOfPath(Lists& lists, const Request& request, const Caller& caller);

// 'from' and 'to', both optional: from the first to the last of all times. A date is the first
// instant of that day in `time_zone`. Problem 400 where one cannot be read, or they are the wrong
// way round.
Span ReadSpan(const Request& request, const std::string& time_zone);

// The same, both needed, and for each site's own days.
Period ReadPeriod(const Request& request);

}  // namespace plotmeter
