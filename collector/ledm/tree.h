// Where a printer has which documents of LEDM. Pure.
//
//    LedmTree tree = ReadDiscoveryTree(ReadDocument(body)).value_or(UsualTree());
//    tree[LedmResource::kUsage]      {"/DevMgmt/ProductUsageDyn.xml",
//    "/DevMgmt/ProductUsageDyn.json"}

#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "collector/xml/document.h"

namespace plotmeter {

// What we may ask a printer for.
enum class LedmResource {
  kIdentity,    // ProductConfigDyn
  kEventTable,  // EventTable
  kUsage,       // ProductUsageDyn
  kSupplies,    // ConsumableConfigDyn
  kMedia,       // MediaHandlingDyn
  kStatus,      // ProductStatusDyn
  kJobs,        // JobList
  kLogs,        // ProductLogsDyn
  kWear,        // FibonacciDyn, which some have beside their tree
};

// "ProductUsageDyn", for people.
std::string_view ToText(LedmResource resource);

// Where each resource of a printer is, several paths where it may be at one of them: as .xml or
// .json, and what stands behind a manifest at its usual places.
using LedmTree = std::map<LedmResource, std::vector<std::string>>;

// DiscoveryTree: only what is listed there, and only plain paths, because they go into a URL. Empty
// when the document is another one.
std::optional<LedmTree> ReadDiscoveryTree(const Node& document);

// Where printers without a tree have what they have.
LedmTree UsualTree();

// Adds documents that a printer may have and its tree does not list, and says which these are;
// paths that name none of ours are passed over.
std::set<LedmResource> ListBeside(LedmTree& tree, const std::vector<std::string>& paths);

// Whether a path is plain and names one of ours.
bool NamesResource(std::string_view path);

// True for "/DevMgmt/ProductUsageDyn.xml" and the like: at most 128 letters, digits, dots, hyphens
// and underscores between slashes, and nothing that leads elsewhere.
bool IsPlainPath(std::string_view path);

}  // namespace plotmeter
