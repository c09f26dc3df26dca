#include "collector/channel/profile_file.h"

#include <gtest/gtest.h>

#include "common/settings.h"

namespace plotmeter {
namespace {

std::string Refusal(const std::string& text, const std::string& name = "t.json") {
  try {
    ParseProfile({.name = name, .text = text});
  } catch (const UsageError& error) {
    return error.what();
  }
  return "accepted";
}

// A profile with one more member.
std::string With(const std::string& member) {
  return R"({"title": "T", "models": ["designjet t1"], )" + member + "}";
}

TEST(ProfileFileTest, ReadsWhatTheHeaderShows) {
  const ModelProfile profile = ParseProfile({.name = "profiles/designjet-t770.json", .text = R"({
      "title": "HP DesignJet T770", "models": ["designjet t770"], "products": ["CH539A"],
      "channels": {"snmp": {"spoken": "yes", "source": "s"}, "piws": {"spoken": "no", "source": "s"},
                   "ledm": {"spoken": "unknown", "source": "s"}},
      "believe": {"ink.used": {"order": ["ledm", "snmp"], "source": "s"}},
      "units": {"piws job.area": {"unit": "in2", "source": "s"}},
      "private_ink": {"colorants": {"1": "cyan", "12": "gray"}, "unit": "1/10 ml", "source": "s"},
      "queue_pause": {"ms": 1500, "source": "s"},
      "unknown": ["u"], "notes": [{"note": "n", "source": "s"}]})"});
  EXPECT_EQ(profile.name, "designjet-t770");
  EXPECT_EQ(profile.title, "HP DesignJet T770");
  EXPECT_FALSE(profile.Skips(ChannelKind::kSnmp));
  EXPECT_TRUE(profile.Skips(ChannelKind::kPiws));
  EXPECT_FALSE(profile.Skips(ChannelKind::kLedm));
  EXPECT_EQ(profile.Order("ink.used"),
            (std::vector{ChannelKind::kLedm, ChannelKind::kSnmp, ChannelKind::kPiws}));
  EXPECT_EQ(profile.units.at({ChannelKind::kPiws, "job.area"}), "in2");
  EXPECT_EQ(profile.private_ink.at(12), "gray");
  EXPECT_EQ(profile.private_ink_unit, "1/10 ml");
  EXPECT_EQ(profile.queue_pause, std::chrono::milliseconds(1500));
}

TEST(ProfileFileTest, RefusesWhatItDoesNotKnowAndSaysWhatWasMeant) {
  const std::pair<std::string, std::string> cases[] = {
      {"{", "t.json: not valid JSON at byte 2"},
      {"[]", "t.json: is no object"},
      {"{}", "t.json: has no 'title'"},
      {R"({"title": "T"})", "t.json: has neither 'models' nor 'products'"},
      {R"({"title": 7, "models": ["m"]})", "t.json: title is no text"},
      {R"({"title": "T", "models": []})", "t.json: models is no list with something in it"},
      {R"({"title": "T", "models": ["m", ""]})", "t.json: models[1] is no text"},
      {With(R"("beleive": {})"), "t.json: 'beleive' is not known; did you mean believe?"},
      {With(R"("channels": {"smnp": {"spoken": "yes", "source": "s"}})"),
       "t.json: 'smnp' is not known in channels; expected snmp, piws or ledm"},
      {With(R"("channels": {"snmp": {"spoken": "maybe", "source": "s"}})"),
       "t.json: channels.snmp.spoken is 'maybe'; expected one of yes, no, unknown"},
      {With(R"("channels": {"snmp": {"spoken": "yes"}})"), "t.json: channels.snmp has no 'source'"},
      {With(R"("channels": {"snmp": {"spoken": "yes", "sauce": "s"}})"),
       "t.json: 'sauce' is not known in channels.snmp; did you mean source?"},
      {With(R"("believe": {"ink.use": {"order": ["piws"], "source": "s"}})"),
       "t.json: 'ink.use' is not known in believe; did you mean ink.used?"},
      {With(R"("believe": {"ink.used": {"order": ["piws", "piws"], "source": "s"}})"),
       "t.json: believe.ink.used.order[1] stands there twice"},
      {With(R"("units": {"piws job.area": {"unit": "in^2", "source": "s"}})"),
       "t.json: units.piws job.area.unit is 'in^2'; expected one of cc, ml, m2, cm2, mm2, in2, "
       "ft2, m, mm, in, feet"},
      {With(R"("units": {"piws job.aera": {"unit": "in2", "source": "s"}})"),
       "t.json: 'piws job.aera' is not known in units; expected a channel and an amount, such as "
       "'piws job.area'; did you mean job.area?"},
      {With(R"("private_ink": {"colorants": {"1": "cyan"}, "unit": "pl", "source": "s"})"),
       "t.json: private_ink.unit is 'pl'; expected one of 1/1000 ml, 1/10 ml, ml, cc"},
      {With(R"("private_ink": {"colorants": {"one": "cyan"}, "source": "s"})"),
       "t.json: 'one' is not known in private_ink.colorants; expected the number of an ink, such "
       "as 1"},
      {With(R"("queue_pause": {"ms": 1.5, "source": "s"})"),
       "t.json: queue_pause.ms is 1.5; expected a whole number from 0 to 60000"},
      {With(R"("notes": ["n"])"), "t.json: notes[0] is no object"},
  };
  for (const auto& [text, refusal] : cases) EXPECT_EQ(Refusal(text), refusal) << text;
}

TEST(ProfileFileTest, TheDefaultIsForAllMetersAndNoModel) {
  EXPECT_EQ(Refusal(With(R"("unknown": ["u"])"), "default.json"),
            "default.json: the default is for no model of its own");
  EXPECT_EQ(Refusal(R"({"title": "T"})", "default.json"),
            "default.json: believe has no '*', so there would be meters for which nobody is "
            "believed first");
}

}  // namespace
}  // namespace plotmeter
