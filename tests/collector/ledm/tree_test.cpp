#include "collector/ledm/tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plotmeter {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(LedmTreeTest, ListsOnlyWhatTheTreeLists) {
  const auto tree = ReadDiscoveryTree(ReadDocument(R"(<DiscoveryTree>
      <SupportedTree><ResourceURI>/DevMgmt/ProductConfigDyn.xml</ResourceURI></SupportedTree>
      <SupportedTree><ResourceURI>/x/productusagedyn.json</ResourceURI></SupportedTree>
      <SupportedIfc><ManifestURI>/Jobs/JobsManifest.xml</ManifestURI></SupportedIfc>
    </DiscoveryTree>)"));
  ASSERT_TRUE(tree);
  EXPECT_THAT(
      *tree,
      ElementsAre(Pair(LedmResource::kIdentity, ElementsAre("/DevMgmt/ProductConfigDyn.xml",
                                                            "/DevMgmt/ProductConfigDyn.json")),
                  Pair(LedmResource::kUsage,
                       ElementsAre("/x/productusagedyn.json", "/x/productusagedyn.xml")),
                  Pair(LedmResource::kJobs, ElementsAre("/Jobs/JobList", "/Jobs/JobList.xml"))));
}

TEST(LedmTreeTest, AsksForNoPathThatLeadsElsewhere) {
  for (const char* path : {"http://10.0.0.1/ProductUsageDyn.xml", "//10.0.0.1/ProductUsageDyn.xml",
                           "/../ProductUsageDyn.xml", "/a?b=/ProductUsageDyn.xml",
                           "/a b/ProductUsageDyn.xml", "/a@b/ProductUsageDyn.xml", "/"}) {
    const auto tree =
        ReadDiscoveryTree(ReadDocument(std::string("<DiscoveryTree><SupportedTree><ResourceURI>") +
                                       path + "</ResourceURI></SupportedTree></DiscoveryTree>"));
    ASSERT_TRUE(tree);
    EXPECT_TRUE(tree->empty()) << path;
  }
}

TEST(LedmTreeTest, ListsWhatAModelHasBesideItsTree) {
  LedmTree tree = UsualTree();
  EXPECT_FALSE(tree.contains(LedmResource::kWear)) << "few have it";
  EXPECT_THAT(ListBeside(tree, {"/LFPWebServices/FibonacciDyn.xml",
                                "http://10.0.0.1/FibonacciDyn.xml", "/else/ProductUsageDyn.xml"}),
              ElementsAre(LedmResource::kWear));
  EXPECT_TRUE(NamesResource("/LFPWebServices/FibonacciDyn.xml"));
  EXPECT_FALSE(NamesResource("/LFPWebServices/FibonaciDyn.xml"));
  EXPECT_FALSE(NamesResource("//10.0.0.1/FibonacciDyn.xml"));
  EXPECT_THAT(tree[LedmResource::kWear],
              ElementsAre("/LFPWebServices/FibonacciDyn.xml", "/LFPWebServices/FibonacciDyn.json"));
  EXPECT_THAT(tree[LedmResource::kUsage], testing::Contains("/DevMgmt/ProductUsageDyn.xml"))
      << "what is listed stays";
}

}  // namespace
}  // namespace plotmeter
