#include "tests/simulator/odd_mib.h"

#include <gtest/gtest.h>

namespace plotmeter::simulator {
namespace {

const std::string kPrinter = "1.3.6.1.2.1.43.";

Mib Small() {
  Mib mib;
  mib.Set("1.3.6.1.2.1.1.1.0", {}, Octets("HP ETHERNET"));
  mib.Set("1.3.6.1.2.1.25.3.2.1.1", {1}, Integer(1));
  mib.Set("1.3.6.1.2.1.25.3.2.1.1", {2}, Integer(2));
  mib.Set("1.3.6.1.2.1.25.3.5.1.2", {1}, Octets(std::string(1, '\0')));
  mib.Set("1.3.6.1.2.1.2.2.1.6", {2}, Octets("\x3C\x52\x82\x01\x02\x03"));
  mib.Set(kPrinter + "5.1.1.17", {1}, Octets("CN12345678"));
  mib.Set(kPrinter + "10.2.1.4", {1, 1}, Counter32(5'020));
  mib.Set(kPrinter + "11.1.1.2", {1, 2}, Integer(1));
  mib.Set(kPrinter + "11.1.1.3", {1, 2}, Integer(3));
  mib.Set(kPrinter + "11.1.1.6", {1, 2}, Octets("HP 72 cyan"));
  mib.Set(kPrinter + "12.1.1.4", {1, 3}, Octets("cyan"));
  mib.Set("1.3.6.1.4.1.11.2.3.9.1.1.7.0", {}, Octets("MFG:HP;"));
  return mib;
}

MibValue At(const Mib& mib, const std::string& oid) {
  const MibValue* value = mib.Find(*ParseOid(oid));
  return value == nullptr ? Octets("(not there)") : *value;
}

Mib Odd(const std::string& what, std::int64_t first = 5'000) {
  Oddities odd;
  odd.Add(what);
  return OddMib(Small(), odd, first);
}

TEST(OddMibTest, MovesRowsAndWhatPointsAtThem) {
  const Mib sparse = Odd("sparse-index");
  EXPECT_EQ(At(sparse, kPrinter + "10.2.1.4.1.5"), Counter32(5'020));
  EXPECT_EQ(At(sparse, kPrinter + "11.1.1.2.1.9"), Integer(5));
  EXPECT_EQ(At(sparse, kPrinter + "11.1.1.3.1.9"), Integer(13));
  EXPECT_EQ(At(sparse, kPrinter + "12.1.1.4.1.13"), Octets("cyan"));
  EXPECT_EQ(sparse.size(), Small().size());
  const Mib zero = Odd("index-zero");
  EXPECT_EQ(At(zero, kPrinter + "10.2.1.4.1.0"), Counter32(5'020));
  EXPECT_EQ(At(zero, kPrinter + "11.1.1.2.1.1"), Integer(0));
  EXPECT_EQ(At(zero, kPrinter + "11.1.1.3.1.1"), Integer(3));  // 0 would be: none
  EXPECT_EQ(At(zero, kPrinter + "12.1.1.4.1.3"), Octets("cyan"));
}

TEST(OddMibTest, IsAnotherDevice) {
  const Mib mib = Odd("hr-index=1280");
  EXPECT_EQ(At(mib, "1.3.6.1.2.1.25.3.2.1.1.1280"), Integer(1280));
  EXPECT_EQ(At(mib, "1.3.6.1.2.1.25.3.2.1.1.2"), Integer(2));
  EXPECT_EQ(At(mib, kPrinter + "5.1.1.17.1280"), Octets("CN12345678"));
  EXPECT_EQ(At(mib, kPrinter + "11.1.1.6.1280.2"), Octets("HP 72 cyan"));
}

TEST(OddMibTest, SpoilsTextsAndNothingElse) {
  const Mib huge = Odd("huge-strings=900");
  EXPECT_EQ(At(huge, "1.3.6.1.2.1.1.1.0").octets.size(), 900u);
  EXPECT_EQ(At(huge, kPrinter + "11.1.1.6.1.2").octets.substr(0, 11), "HP 72 cyanx");
  EXPECT_EQ(At(huge, kPrinter + "5.1.1.17.1"), Octets("CN12345678"));
  const Mib nul = Odd("nul-strings");
  EXPECT_EQ(At(nul, kPrinter + "5.1.1.17.1"), Octets(std::string("CN12345678\0\0", 12)));
  EXPECT_EQ(At(nul, kPrinter + "11.1.1.6.1.2"), Octets(std::string("HP\00072\0cyan\0\0", 12)));
  EXPECT_EQ(At(nul, "1.3.6.1.2.1.25.3.5.1.2.1"), Octets(std::string(1, '\0')));
  EXPECT_EQ(At(nul, "1.3.6.1.2.1.2.2.1.6.2").octets.size(), 6u);
}

TEST(OddMibTest, LiesAboutTheLifeCounter) {
  EXPECT_EQ(At(Odd("falls=1000"), kPrinter + "10.2.1.4.1.1"), Counter32(4'020));
  EXPECT_EQ(At(Odd("falls=9000"), kPrinter + "10.2.1.4.1.1"), Counter32(0));
  // 20 were printed since its life began, 10 before it wrapped.
  EXPECT_EQ(At(Odd("wraps"), kPrinter + "10.2.1.4.1.1"), Counter32(10));
  EXPECT_EQ(At(Odd("wraps=930576247"), kPrinter + "10.2.1.4.1.1"), Counter32(10));
  EXPECT_EQ(At(Odd("wraps=930576247", 5'018), kPrinter + "10.2.1.4.1.1"), Counter32(930'576'239));
}

TEST(OddMibTest, HasAnotherCardOrAnotherProduct) {
  const std::string card = "1.3.6.1.2.1.2.2.1.6.2";
  const std::string product = "1.3.6.1.4.1.11.2.3.9.4.2.1.1.3.1.0";
  Mib mib = Small();
  mib.Set(*ParseOid(product), Octets("CH539A"));
  Oddities odd;
  odd.Add("other-card");
  EXPECT_NE(At(OddMib(mib, odd, 5'000), card), At(mib, card));
  EXPECT_EQ(At(OddMib(mib, odd, 5'000), card).octets.size(), 6u);
  EXPECT_EQ(At(OddMib(mib, odd, 5'000), product), Octets("CH539A"));
  odd = {};
  odd.Add("other-product");
  EXPECT_EQ(At(OddMib(mib, odd, 5'000), product), Octets("CH539Z"));
  EXPECT_EQ(At(OddMib(mib, odd, 5'000), card), At(mib, card));
}

TEST(OddMibTest, HasTwoContexts) {
  const Contexts contexts = SplitContexts(Small());
  const std::string id = "1.3.6.1.4.1.11.2.3.9.1.1.7.0";
  EXPECT_EQ(contexts.standard.Find(*ParseOid(id)), nullptr);
  EXPECT_EQ(contexts.standard.Find(*ParseOid(kPrinter + "11.1.1.6.1.2")), nullptr);
  EXPECT_EQ(At(contexts.standard, kPrinter + "5.1.1.17.1"), Octets("CN12345678"));
  EXPECT_EQ(At(contexts.jetdirect, id), Octets("MFG:HP;"));
  EXPECT_EQ(At(contexts.jetdirect, kPrinter + "12.1.1.4.1.3"), Octets("cyan"));
  EXPECT_EQ(contexts.jetdirect.Find(*ParseOid(kPrinter + "5.1.1.17.1")), nullptr);
}

}  // namespace
}  // namespace plotmeter::simulator
