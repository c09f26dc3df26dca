#include "collector/channel/maker.h"

#include <gtest/gtest.h>

namespace plotmeter {
namespace {

TEST(MakerTest, IsHpHoweverHpWritesItself) {
  for (const char* said : {"HP", "hp", " Hp ", "HP Inc.", "HP INC", "hp inc.", "Hewlett-Packard",
                           "HEWLETT-PACKARD", "Hewlett Packard\n"}) {
    EXPECT_EQ(UsualMaker(said), "HP") << said;
  }
}

TEST(MakerTest, IsAnotherAsItNamesItself) {
  EXPECT_EQ(UsualMaker(" Canon "), "Canon");
  EXPECT_EQ(UsualMaker("HPE"), "HPE");
  EXPECT_EQ(UsualMaker("Hewlett Packard Enterprise"), "Hewlett Packard Enterprise");
  EXPECT_EQ(UsualMaker("KONICA MINOLTA"), "KONICA MINOLTA");
  EXPECT_EQ(UsualMaker(" "), "");
  EXPECT_EQ(UsualMaker(""), "");
}

TEST(MakerTest, MayBeToldByTheModel) {
  EXPECT_EQ(MakerInModel("HP DesignJet Z9 24in"), "HP");
  EXPECT_EQ(MakerInModel("hp DesignJet T1600"), "HP");
  EXPECT_EQ(MakerInModel("Hewlett-Packard DesignJet 500"), "HP");
  EXPECT_EQ(MakerInModel("HPE ProLiant"), "");
  EXPECT_EQ(MakerInModel("HP"), "");
  EXPECT_EQ(MakerInModel("DesignJet HP"), "");
  EXPECT_EQ(MakerInModel(""), "");
}

}  // namespace
}  // namespace plotmeter
