#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collector/diagnose_redaction.h"
#include "collector/diagnose_walk.h"
#include "collector/diagnose_web.h"
#include "collector/snmp/mib.h"
#include "tests/fakes/context_session.h"

namespace plotmeter {
namespace {

class DiagnoseTest : public testing::Test {
 protected:
  std::string Said(const Oid& object, std::string octets) {
    const Json said = redaction_.SnmpValue(object, Value::Octets(std::move(octets)));
    return said.get<std::string>();
  }
  Redaction redaction_{{.model = "HP DesignJet Z9 24in", .serial = "CN9541H01M"}};
  const Oid somewhere_ = {1, 3, 6, 1, 4, 1, 11, 2, 3, 9, 4, 2, 1, 1, 2, 0};
};

TEST_F(DiagnoseTest, KeepsWordsOfTheTradeNumbersAndTimes) {
  for (const char* text :
       {"magenta", "HP Universal Bond Paper", "Photo Gloss/Semi-Gloss/Satin Paper", "ManualFeed",
        "Roll1", "BANNER_AND_SIGN", "24.000000", "-3", "2026-02-06T13:52:00Z", "P0Y0M0DT0H4M12S",
        "HP DesignJet Z9 24-in PostScript Printer", "HP JetDirect", "A4 210 x 297 mm"}) {
    EXPECT_EQ(redaction_.Text("Value", text), text);
  }
}

TEST_F(DiagnoseTest, KeepsOnlyTheShapeOfEverythingElse) {
  const std::pair<const char*, const char*> kShapes[] = {
      {"Hotel Adlon", "<11: Aa Aa>"},
      {"erika.mustermann@example.org", "<28: a.a@a.a>"},
      {"WS-MUSTERMANN-07", "<16: A-A-9>"},
      {"192.168.1.20", "<12: 9.9.9.9>"},
      {"roll 192.168.1.20", "<17: a 9.9.9.9>"},
      {"00:1b:78:aa:bb:cc", "<17: 9:9a:9:a:a:a>"},
      {"+49 30 5550123", "<14: +9 9 9>"},
      {"0049305550123", "<13: 9>"},
      {"4915112345678", "<13: 9>"},
      {"poster 3.pdf", "<12: a 9.a>"},
      {"Büttenpapier", "<13: Axa>"},
      {"552f3999-4315-5cb7-9ac8-be0ca4061995", "<36: 9a9-9-9a9a9-9a9a-a9a9a9a9>"}};
  int before = redaction_.shaped();
  for (const auto& [text, shape] : kShapes) {
    const std::string said = redaction_.Text("Value", text);
    EXPECT_EQ(said.substr(0, said.find(':')), std::string(shape).substr(0, said.find(':'))) << text;
    EXPECT_EQ(said.find(text), std::string::npos) << said;
    EXPECT_EQ(redaction_.shaped(), ++before);
  }
  EXPECT_EQ(ShapeOf("Hotel Adlon.pdf"), "<15: Aa Aa.a>");
  EXPECT_EQ(ShapeOf(std::string(300, 'a') + "\x01"), "<301: a?>");
}

TEST_F(DiagnoseTest, BelievesNamesOfFieldsOnlyWhereTheySayWhatIsThere) {
  EXPECT_EQ(redaction_.Text("FwReleaseName", "JGR9_09_26_06.1"), "JGR9_09_26_06.1");
  EXPECT_EQ(redaction_.Text("Value", "JGR9_09_26_06.1").substr(0, 4), "<15:");
  EXPECT_EQ(redaction_.Text("DegassingState", "quiescent"), "quiescent");
  EXPECT_EQ(redaction_.Text("State", "Zurborg and sons").substr(0, 4), "<16:");
  // Words of the trade and numbers, where they are somebody's.
  EXPECT_EQ(redaction_.Text("JobName", "poster 3"), "<8: a 9>");
  EXPECT_EQ(redaction_.Text("AccountNumber", "4711"), "<4: 9>");
  EXPECT_EQ(redaction_.Text("Department", "photo"), "<5: a>");
  // "pin" and "asset" are in these, and are not what they say.
  EXPECT_EQ(redaction_.Text("SpindleCount", "2"), "2");
  EXPECT_EQ(redaction_.Text("CassetteWidth", "24"), "24");
}

TEST_F(DiagnoseTest, NumbersSerialNumbersTheSameEverywhere) {
  EXPECT_EQ(redaction_.Text("SerialNumber", "CN9541H01M"), "serial-1");
  EXPECT_EQ(redaction_.Text("Whatever", "cn9541h01m"), "serial-1");
  EXPECT_EQ(redaction_.Text("PrintheadSerialNumber", "0815"), "serial-2");
  EXPECT_EQ(redaction_.Text("FirmwareVersion", "1.2-CN9541H01M").substr(0, 4), "<14:");
  EXPECT_EQ(Said(mib::kHpSerialNumber, "CN9541H01M"), "text: serial-1");
  Redaction open({.serial = "CN9541H01M", .with_serial = true});
  EXPECT_EQ(open.Text("SerialNumber", "CN9541H01M"), "CN9541H01M");
}

TEST_F(DiagnoseTest, SaysWhatKindOfValueItWas) {
  EXPECT_EQ(redaction_.SnmpValue(somewhere_, Value::Number(ValueType::kGauge32, 12)), Json(12));
  EXPECT_EQ(redaction_.SnmpValue(somewhere_, Value::ObjectId(Oid{1, 3, 6})), Json("oid: 1.3.6"));
  EXPECT_EQ(
      redaction_.SnmpValue(somewhere_, Value::Octets("\x0a\x01\x02\x03", ValueType::kIpAddress)),
      Json("octets: 4"));
  EXPECT_EQ(Said({1, 3, 6}, "\x80"), "hex: 80");
  EXPECT_EQ(Said({1, 3, 6}, {"\0\x1b\x78\xaa\xbb\xcc", 6}), "octets: 6");
  EXPECT_EQ(Said({1, 3, 6}, "\x07\xea\x0b\x16\x09\x1e\x05\x03"), "time: 2026-11-22T09:30:05");
  EXPECT_EQ(Said(somewhere_, "\xFD\xE8Plain Paper"), "text: Plain Paper");
  EXPECT_EQ(Said(somewhere_, "\xFD\xE8Rosa"), "text: <4: Aa>");
}

TEST_F(DiagnoseTest, ReadsDeviceIdsFieldByField) {
  EXPECT_EQ(Said(mib::kGdStatusId, "MFG:HP;MDL:HP DesignJet Z9;SN:CN9541H01M;OWNER:Rosa;"),
            "text: MFG:HP;MDL:HP DesignJet Z9;SN:serial-1;OWNER:<4: Aa>");
  EXPECT_EQ(Said(mib::kSysDescr, "HP ETHERNET MULTI-ENVIRONMENT,ROM:none,SN:CN9541H01M,PID:Rosa's"),
            "text: HP ETHERNET MULTI-ENVIRONMENT,ROM:none,SN:serial-1,PID:<6: Aa'a>");
  EXPECT_EQ(Said(mib::kSysDescr, "Linux ws-mustermann 6.1").find("mustermann"), std::string::npos);
}

TEST_F(DiagnoseTest, FindsTextsInAnIndex) {
  EXPECT_EQ(Redaction::Object({1, 3, 6, 1, 2, 1, 43, 8, 2, 1, 12, 1, 1}),
            "1.3.6.1.2.1.43.8.2.1.12.1.1");
  EXPECT_EQ(Redaction::Object({1, 3, 6, 1, 4, 1, 11, 5, 77, 85, 83, 84, 69, 82, 77, 1}),
            "1.3.6.1.4.1.11.5.(text of 7).1");
}

TEST_F(DiagnoseTest, KeepsTheStructureOfADocumentAndNoNameThatIsAKey) {
  const Node document =
      ReadDocument(R"({"Queue":{"State":"idle","UserName":"jane",)"
                   R"("Inks":{"Cyan":{"Level":3},"Black":{"Level":4}},)"
                   R"("People":{"Jane":{"Jobs":1},"Rosa":{"Jobs":2}},"rosa.zurborg":1,"rosa":2,)"
                   R"("Slot":[{"Id":"0"},{"Id":"1"}]}})");
  EXPECT_EQ(
      redaction_.Document(document).dump(),
      R"({"Queue":{"Inks":{"Black":{"Level":"4"},"Cyan":{"Level":"3"}},)"
      R"("People":{"name-1":{"Jobs":"1"},"name-2":{"Jobs":"2"}},"Slot":[{"Id":"0"},{"Id":"1"}],)"
      R"("State":"idle","name-3":"2","name-4":"1"}})");
}

TEST_F(DiagnoseTest, WalksTheOtherContextForWhatTheDefaultLacks) {
  const Oid level = mib::kPrtMarkerSupplies + Oid{9, 1, 1};
  ContextSession agent;
  agent.tables[""] = {{mib::kSysObjectId, Value::ObjectId(mib::kHpPrinterCard + Oid{1})}};
  agent.tables["Jetdirect"] = {{level, Value::Number(ValueType::kInteger, 80)}};
  const SnmpCredentials v3 = {.version = SnmpVersion::k3,
                              .user = std::make_shared<SnmpUser>(SnmpUser{.name = "meter"})};
  const Json walks = WalkForDiagnosis(
      agent, [] {}, {.address = "10.0.0.7", .credentials = {v3}}, redaction_,
      std::chrono::steady_clock::now() + std::chrono::hours(1), [](const std::string&) {});
  Json objects = Json::object();
  for (const Json& walk : walks) objects.update(walk.at("objects"));
  EXPECT_EQ(objects.value(level.ToText(), 0), 80);
}

TEST_F(DiagnoseTest, LeavesOutWhoSubmittedAJob) {
  const Oid attributes = mib::kHpJobInfo + Oid{23};
  ContextSession agent;
  agent.tables[""] = {{mib::kSysObjectId, Value::ObjectId(mib::kHpPrinterCard + Oid{1})},
                      {attributes + Oid{1, 7, 0}, Value::Octets("\x01\x15JobAcct1=jsmith")},
                      {attributes + Oid{3, 7, 0}, Value::Octets("\x01\x15")},
                      {attributes + Oid{5, 7, 0}, Value::Octets("\x01\x15JobAcct5=F76329E7-1724")},
                      {attributes + Oid{9, 7, 0}, Value::Octets("\x01\x15JOBACCT2=pc-of-jsmith")}};
  const Json walks = WalkForDiagnosis(
      agent, [] {}, {.address = "10.0.0.7"}, redaction_,
      std::chrono::steady_clock::now() + std::chrono::hours(1), [](const std::string&) {});
  std::vector<std::string> told;
  for (const Json& walk : walks) {
    for (const auto& [object, value] : walk.at("objects").items()) {
      if (attributes.Contains(*Oid::Parse(object))) told.push_back(object);
    }
  }
  EXPECT_THAT(told, testing::ElementsAre((attributes + Oid{5, 7, 0}).ToText()));
}

TEST_F(DiagnoseTest, AsksForNothingThatLeadsToPeopleOrSettings) {
  for (const char* path :
       {"/LFPWebServices/PI/InkSystem.json", "/DevMgmt/ProductUsageDyn.xml", "/Jobs/JobList",
        "/LFPWebServices/PI/JQ/JobQueue/552f3999-4315/jobs/all?fromModificationNumber=0"}) {
    EXPECT_TRUE(MayBeAskedFor(path)) << path;
  }
  for (const char* path :
       {"/DevMgmt/SecurityDyn.xml", "/LFPWebServices/PI/Settings.json", "/resources/preview/3",
        "/DevMgmt/EmailDyn.xml", "/IoMgmt/Adapters", "/hp/device/../etc", "//elsewhere/x",
        "http://x/", "/Contacts/AddressBook", "/a b", "", "/"}) {
    EXPECT_FALSE(MayBeAskedFor(path)) << path;
  }
}

}  // namespace
}  // namespace plotmeter
