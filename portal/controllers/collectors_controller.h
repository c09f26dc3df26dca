// The collectors at the sites, and the settings that they are asked to take.
//
//    GET  /api/v1/collectors?site=sit_…               each with what it said last
//    GET  /api/v1/collectors/{collector}              and how far its streams are, and their gaps
//    POST /api/v1/collectors/{collector}/revocation   {}   refused from the next request on
//    GET  /api/v1/collectors/{collector}/settings     what it is asked, and what it made of that
//    GET  /api/v1/sites/{site}/settings               the same of all of a site
//    PUT  …/settings                                  {"settings":{"interval":"1h"}}
//
// A proposal replaces the one before, an empty one takes it back; a collector's own comes before
// its site's. Whether it is taken, the collector's own file decides (docs/operating.md).

#pragma once

#include <filesystem>
#include <mutex>

#include "common/clock.h"
#include "portal/http/router.h"
#include "portal/store/lists.h"
#include "portal/store/store.h"

namespace plotmeter {

class CollectorsController {
 public:
  // All of them must outlive the controller. `journal`: portal/access/revocations.h.
  CollectorsController(Store& store, Lists& lists, std::filesystem::path journal,
                       const Clock& clock)
      : store_(store), lists_(lists), journal_(std::move(journal)), clock_(clock) {}

  void Map(Router& router) const;

 private:
  Response List(const Request& request, const Caller& caller) const;
  Response Show(const Request& request, const Caller& caller) const;
  Response Revoke(const Request& request, const Caller& caller) const;
  Response ShowSettings(const Request& request, const Caller& caller) const;
  Response ProposeSettings(const Request& request, const Caller& caller) const;
  Response ShowSiteSettings(const Request& request, const Caller& caller) const;
  Response ProposeSiteSettings(const Request& request, const Caller& caller) const;

  void Propose(const Request& request, const Caller& caller, const std::string& target) const;
  Json SettingsJson(const Caller& caller, const CollectorRow& row) const;
  Json SiteSettingsJson(const Caller& caller, const Site& site) const;

  Store& store_;
  Lists& lists_;
  const std::filesystem::path journal_;
  const Clock& clock_;
  mutable std::mutex journal_mutex_;  // one line after the other
};

}  // namespace plotmeter
