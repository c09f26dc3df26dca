#include "collector/channel/profiles.h"

#include <gtest/gtest.h>

#include <fstream>

#include "common/settings.h"
#include "tests/fakes/scratch.h"

namespace plotmeter {
namespace {

std::string NameFor(const std::string& model, const std::string& product = "") {
  return BuiltInProfiles().Of({.product = product, .model = model}).name;
}

ProfileFile File(const std::string& name, const std::string& model, const std::string& more = "") {
  return {.name = name + ".json",
          .text = R"({"title": "T", "models": [")" + model + "\"]" + more + "}"};
}

TEST(ProfilesTest, ChoosesByTheWordsOfTheModel) {
  const std::pair<const char*, const char*> cases[] = {
      {"HP Designjet T770 24-in Postscript Printer", "designjet-t770"},
      {"hp designjet T770PS", "designjet-t770"},
      {"HP Designjet Z5200 PostScript (44'' sized)", "designjet-z5200"},
      {"HP DesignJet T1600dr Postscript Printer", "designjet-t1600"},
      {"HP DesignJet T2600 PostScript MFP", "designjet-t1600"},
      {"HP DesignJet XL 3600 PS MFP", "designjet-t1600"},
      {"HP PageWide XL 3900PS MFP", "pagewide-xl-3900"},
      {"HP PageWide XL 5100ps MFP Blueprinter", "pagewide-xl-4000"},
      {"HP DesignJet Z6dr 44in", "designjet-z6"},
      {"HP DesignJet Z9 24in", "designjet-z9"},
      {"HP Latex 800W Printer", "latex-800w"},
      {"HP Latex 570", "latex-570"},
      {"HP DesignJet T3500 36-in Production eMFP", "designjet-t3500"},
      {"HP DesignJet Z6600 PostScript", "default"},  // no Z6
      {"HP Designjet T7700", "default"},             // no T770
      {"HP DesignJet", "default"},
      {"HP PageWide Pro 477", "default"},
      {"", "default"},
  };
  for (const auto& [model, name] : cases) EXPECT_EQ(NameFor(model), name) << model;
}

TEST(ProfilesTest, BelievesTheProductNumberBeforeTheModel) {
  EXPECT_EQ(NameFor("", "W3Z71A"), "designjet-z9");
  EXPECT_EQ(NameFor("HP DesignJet T770", "w3z71a#B19"), "designjet-z9");
  EXPECT_EQ(NameFor("HP DesignJet T770", "W3Z71"), "designjet-t770");
}

TEST(ProfilesTest, OfTwoThatFitTheLongerPatternCounts) {
  Profiles profiles = Profiles::BuiltIn();
  profiles.Add({File("any", "designjet"), File("small", "designjet t770 24")});
  EXPECT_EQ(profiles.Of({.model = "HP Designjet T770 24-in"}).name, "small");
  EXPECT_EQ(profiles.Of({.model = "HP Designjet T770 44-in"}).name, "designjet-t770");
  EXPECT_EQ(profiles.Of({.model = "HP Designjet T7100PS"}).name, "any");
}

TEST(ProfilesTest, WhatAProfileLeavesOutTheDefaultSays) {
  Profiles profiles = Profiles::BuiltIn();
  profiles.Add(
      {File("one", "m1", R"(, "believe": {"impressions": {"order": ["snmp"], "source": "s"}})"),
       File("all", "m2", R"(, "believe": {"*": {"order": ["snmp"], "source": "s"}})")});
  EXPECT_EQ(profiles.Named("one")->Order("impressions").front(), ChannelKind::kSnmp);
  EXPECT_EQ(profiles.Named("one")->Order("ink.used").front(), ChannelKind::kPiws);
  EXPECT_EQ(profiles.Named("all")->Order("ink.used").front(), ChannelKind::kSnmp);
  EXPECT_EQ(profiles.Named("one")->queue_pause, std::chrono::milliseconds(1000));
}

TEST(ProfilesTest, AnAddedProfileTakesWhatItClaims) {
  Profiles profiles = Profiles::BuiltIn();
  profiles.Add({File("designjet-t770", "designjet t770*"), File("ours", "designjet z9*")});
  EXPECT_TRUE(profiles.Named("designjet-t770")->private_ink.empty()) << "it was replaced";
  EXPECT_EQ(profiles.Of({.model = "HP DesignJet Z9 24in"}).name, "ours");
  EXPECT_EQ(profiles.Of({.model = "HP DesignJet Z6 24in"}).name, "designjet-z6");
  EXPECT_THROW(profiles.Add({File("a", "designjet t1"), File("b", "designjet t1")}), UsageError);
  EXPECT_EQ(profiles.Named("a"), nullptr) << "all or none";
}

TEST(ProfilesTest, ReadsAFolder) {
  Profiles profiles = Profiles::BuiltIn();
  EXPECT_THROW(profiles.AddFolder(Scratch()), UsageError) << "nothing in it";
  EXPECT_THROW(profiles.AddFolder(Scratch() + "/none"), UsageError);
  std::ofstream(Scratch() + "/t790.json") << File("", "designjet t790").text;
  std::ofstream(Scratch() + "/README") << "no profile";
  profiles.AddFolder(Scratch());
  EXPECT_EQ(profiles.Of({.model = "HP Designjet T790ps 24in"}).name, "default");
  EXPECT_EQ(profiles.Of({.model = "HP Designjet T790 24in"}).name, "t790");
}

TEST(ProfilesTest, SettlesOnlyAUnitThatThePrinterLeftOpen) {
  Profiles profiles = Profiles::BuiltIn();
  profiles.Add({File("one", "m1", R"(, "units": {
      "piws job.area": {"unit": "in2", "source": "s"},
      "ledm ink.used": {"unit": "ml", "source": "s"}})")});
  const ModelProfile& profile = *profiles.Named("one");
  JobRecord job{.area = Quantity{Decimal::FromInteger(5), "?"},
                .length = Quantity{Decimal::FromInteger(6), "?"}};
  profile.SettleUnits(ChannelKind::kPiws, job);
  EXPECT_EQ(job.area->unit, "in2");
  EXPECT_EQ(job.length->unit, "?");
  MeterValue open{.meter = "ink.used", .value = {Decimal::FromInteger(7), "?"}};
  MeterValue named{.meter = "ink.used", .value = {Decimal::FromInteger(7), "cc"}};
  profile.SettleUnit(ChannelKind::kLedm, open);
  profile.SettleUnit(ChannelKind::kLedm, named);
  EXPECT_EQ(open.value.unit, "ml");
  EXPECT_EQ(named.value.unit, "cc");
}

}  // namespace
}  // namespace plotmeter
