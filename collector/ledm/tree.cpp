#include "collector/ledm/tree.h"

#include <algorithm>
#include <array>

#include "collector/ledm/said.h"

namespace plotmeter {
namespace {

// "/DevMgmt/ProductUsageDyn.xml" to "productusagedyn".
std::string StemOf(std::string_view path) {
  path.remove_prefix(path.rfind('/') + 1);
  return Lower(path.substr(0, path.find('.')));
}

struct Place {
  LedmResource resource;
  std::string_view name;
  std::string_view usual;     // where it mostly is; "" where few have it
  std::string_view manifest;  // what lists it where the tree does not; "" for none
};

constexpr std::array<Place, 9> kPlaces = {{
    {LedmResource::kIdentity, "ProductConfigDyn", "/DevMgmt/ProductConfigDyn.xml", ""},
    {LedmResource::kEventTable, "EventTable", "/EventMgmt/EventTable", "eventmgmtmanifest"},
    {LedmResource::kUsage, "ProductUsageDyn", "/DevMgmt/ProductUsageDyn.xml", ""},
    {LedmResource::kSupplies, "ConsumableConfigDyn", "/DevMgmt/ConsumableConfigDyn.xml", ""},
    {LedmResource::kMedia, "MediaHandlingDyn", "/DevMgmt/MediaHandlingDyn.xml", ""},
    {LedmResource::kStatus, "ProductStatusDyn", "/DevMgmt/ProductStatusDyn.xml", ""},
    {LedmResource::kJobs, "JobList", "/Jobs/JobList", "jobsmanifest"},
    {LedmResource::kLogs, "ProductLogsDyn", "/DevMgmt/ProductLogsDyn.xml", ""},
    {LedmResource::kWear, "FibonacciDyn", "", ""},
}};

std::optional<LedmResource> ResourceAt(std::string_view path) {
  if (!IsPlainPath(path)) return std::nullopt;
  const auto place = std::ranges::find_if(
      kPlaces, [&](const Place& one) { return StemOf(path) == Lower(one.name); });
  return place != kPlaces.end() ? std::optional(place->resource) : std::nullopt;
}

std::vector<std::string> WithOtherForm(std::string path) {
  const auto dot = path.rfind('.');
  const bool xml = path.ends_with(".xml");
  if (!xml && !path.ends_with(".json")) return {path, path + ".xml"};
  std::string other = path.substr(0, dot) + (xml ? ".json" : ".xml");
  return {std::move(path), std::move(other)};
}

}  // namespace

bool IsPlainPath(std::string_view path) {
  constexpr std::size_t kLongest = 128;
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
           c == '.' || c == '-' || c == '_';
  };
  return path.size() > 1 && path.size() <= kLongest && path[0] == '/' && path[1] != '/' &&
         path.find("..") == std::string_view::npos && std::ranges::all_of(path, plain);
}

std::string_view ToText(LedmResource resource) {
  return std::ranges::find(kPlaces, resource, &Place::resource)->name;
}

std::optional<LedmTree> ReadDiscoveryTree(const Node& document) {
  if (!document.Has("DiscoveryTree")) return std::nullopt;
  LedmTree tree;
  const Node& root = document["DiscoveryTree"];
  for (const Node* listed : root.All("SupportedTree")) {
    const std::string path = listed->Text("ResourceURI").value_or("");
    if (const auto resource = ResourceAt(path)) tree[*resource] = WithOtherForm(path);
  }
  for (const Node* listed : root.All("SupportedIfc")) {
    const std::string stem = StemOf(listed->Text("ManifestURI").value_or("/"));
    for (const Place& place : kPlaces) {
      if (!place.manifest.empty() && stem == place.manifest) {
        tree.emplace(place.resource, WithOtherForm(std::string(place.usual)));
      }
    }
  }
  return tree;
}

LedmTree UsualTree() {
  LedmTree tree;
  for (const Place& place : kPlaces) {
    if (!place.usual.empty()) tree[place.resource] = WithOtherForm(std::string(place.usual));
  }
  return tree;
}

std::set<LedmResource> ListBeside(LedmTree& tree, const std::vector<std::string>& paths) {
  std::set<LedmResource> added;
  for (const std::string& path : paths) {
    if (const auto resource = ResourceAt(path);
        resource && tree.emplace(*resource, WithOtherForm(path)).second) {
      added.insert(*resource);
    }
  }
  return added;
}

bool NamesResource(std::string_view path) { return ResourceAt(path).has_value(); }

}  // namespace plotmeter
