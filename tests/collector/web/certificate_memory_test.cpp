#include "collector/web/certificate_memory.h"

#include <gtest/gtest.h>

#include <map>

namespace plotmeter {
namespace {

class Kept : public CertificateMemory {
 public:
  std::optional<std::string> Get(const std::string& printer) override {
    const auto found = kept.find(printer);
    return found != kept.end() ? std::optional(found->second) : std::nullopt;
  }
  void Set(const std::string& printer, const std::string& fingerprint) override {
    kept[printer] = fingerprint;
  }
  std::map<std::string, std::string> kept;
};

const PrinterIdentity kPrinter{.serial = "CN1A2B3C4D"};

TEST(CertificateMemoryTest, RemembersTheFirstKeyAndNoOther) {
  Kept memory;
  EXPECT_TRUE(IsTheRememberedKey(memory, kPrinter, "10.0.0.7:443", false, "aa"));
  EXPECT_TRUE(IsTheRememberedKey(memory, kPrinter, "10.0.0.8:443", false, "aa"));
  EXPECT_FALSE(IsTheRememberedKey(memory, kPrinter, "10.0.0.7:443", false, "bb"));
  EXPECT_EQ(memory.kept, (std::map<std::string, std::string>{{"address 10.0.0.7:443", "aa"},
                                                             {"address 10.0.0.8:443", "aa"},
                                                             {"serial CN1A2B3C4D", "aa"}}));
}

TEST(CertificateMemoryTest, KeepsAPrinterWithoutASerialByItsAddress) {
  Kept memory;
  EXPECT_TRUE(IsTheRememberedKey(memory, {}, "10.0.0.7:443", false, "aa"));
  EXPECT_EQ(memory.kept, (std::map<std::string, std::string>{{"address 10.0.0.7:443", "aa"}}));
}

TEST(CertificateMemoryTest, WantsAKeyToBeShown) {
  Kept memory;
  EXPECT_FALSE(IsTheRememberedKey(memory, kPrinter, "10.0.0.7:443", false, ""));
  EXPECT_TRUE(IsTheRememberedKey(memory, kPrinter, "10.0.0.7:443", true, ""));
  EXPECT_TRUE(memory.kept.empty());
}

TEST(CertificateMemoryTest, LetsNobodyTalkAPrinterOutOfTls) {
  Kept memory;
  EXPECT_TRUE(IsTheRememberedKey(memory, kPrinter, "10.0.0.7:443", false, "aa"));
  EXPECT_FALSE(IsTheRememberedKey(memory, kPrinter, "10.0.0.7:443", true, ""));
}

// Its answers would be taken for those of the printer whose serial another channel says there.
TEST(CertificateMemoryTest, LetsNobodyInWhoLeavesTheSerialOut) {
  Kept memory;
  EXPECT_TRUE(IsTheRememberedKey(memory, kPrinter, "10.0.0.7:443", false, "aa"));
  EXPECT_FALSE(IsTheRememberedKey(memory, {}, "10.0.0.7:443", true, ""));
  EXPECT_FALSE(IsTheRememberedKey(memory, {}, "10.0.0.7:443", false, "bb"));
  EXPECT_TRUE(IsTheRememberedKey(memory, {}, "10.0.0.7:443", false, "aa"));
  EXPECT_TRUE(IsTheRememberedKey(memory, {.serial = "CN5E6F7G8H"}, "10.0.0.7:443", true, ""));
}

}  // namespace
}  // namespace plotmeter
