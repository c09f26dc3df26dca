#include "proto/receipt.h"

#include <gtest/gtest.h>

#include "common/jose.h"
#include "common/json.h"

namespace plotmeter {
namespace {

Receipt Sample(const PublicKey& portal) {
  return {.portal = Thumbprint(portal),
          .collector = "col_7Q2M9K4T",
          .stream = "4b1c2f0e-6f5a-4d0b-9a43-0c3a5be1d7aa",
          .batch = "0193a1c2-7b1e-7c3a-9f52-0d6f3f1b8a11",
          .sequence = 41,
          .sha256 = Base64Url(Sha256("P")),
          .stored_at = *ParseInstant("2026-11-22T09:00:04.120Z"),
          .resend = {38, 39}};
}

TEST(ReceiptTest, ReadsBackWhatThePortalSigned) {
  const PrivateKey portal = PrivateKey::Generate();
  Receipt receipt = Sample(portal.public_key());
  EXPECT_EQ(ReadReceipt(SignReceipt(receipt, portal), portal.public_key()), receipt);
  receipt.resend.clear();
  EXPECT_EQ(ReadReceipt(SignReceipt(receipt, portal), portal.public_key()), receipt);
}

TEST(ReceiptTest, SaysItInTheseWords) {
  const PrivateKey portal = PrivateKey::Generate();
  const auto jws = ReadJws(SignReceipt(Sample(portal.public_key()), portal));
  EXPECT_EQ(jws->header.typ, "plotmeter-receipt+jws");
  EXPECT_EQ(jws->payload,
            R"({"batch":"0193a1c2-7b1e-7c3a-9f52-0d6f3f1b8a11","collector":"col_7Q2M9K4T",)"
            R"("portal":")" +
                Thumbprint(portal.public_key()) +
                R"(","resend":[38,39],"sequence":41,)"
                R"("sha256":"XGLgkbjAVl8br60NrVk0J2FDrizO96U4HoraWxqNJtI",)"
                R"("stored_at":"2026-11-22T09:00:04.120Z",)"
                R"("stream":"4b1c2f0e-6f5a-4d0b-9a43-0c3a5be1d7aa"})");
}

TEST(ReceiptTest, IsNothingFromAnotherOrAltered) {
  const PrivateKey portal = PrivateKey::Generate();
  const PublicKey known = portal.public_key();
  const std::string good = SignReceipt(Sample(known), portal);
  EXPECT_FALSE(ReadReceipt(SignReceipt(Sample(known), PrivateKey::Generate()), known));
  EXPECT_FALSE(ReadReceipt("", known));
  EXPECT_FALSE(ReadReceipt(good + "A", known));
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = bad[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(ReadReceipt(bad, known)) << i;
  }
}

TEST(ReceiptTest, IsNothingWhenAMemberIsWrongOrMissing) {
  const PrivateKey portal = PrivateKey::Generate();
  const PublicKey known = portal.public_key();
  const Json good = ParseJson(ReadJws(SignReceipt(Sample(known), portal))->payload);
  const auto reads = [&](const Json& patch) {
    Json json = good;
    json.merge_patch(patch);
    return ReadReceipt(SignJws(kReceiptJws, JsonText(json), portal), known).has_value();
  };
  EXPECT_TRUE(reads({{"later", "member"}}));
  for (const auto& [member, value] : good.items()) {
    EXPECT_EQ(reads({{member, nullptr}}), member == "resend") << member;
    EXPECT_FALSE(reads({{member, false}})) << member;
  }
  EXPECT_FALSE(reads({{"sequence", 0}}));
  EXPECT_FALSE(reads({{"resend", {0}}}));
  EXPECT_FALSE(ReadReceipt(SignJws(kReceiptJws, "no json", portal), known));
  EXPECT_FALSE(ReadReceipt(SignJws(kRefusalJws, JsonText(good), portal), known));
}

TEST(RefusalNoteTest, ReadsBackWhatThePortalSigned) {
  const PrivateKey portal = PrivateKey::Generate();
  RefusalNote note{.portal = Thumbprint(portal.public_key()),
                   .collector = "col_7Q2M9K4T",
                   .sha256 = Base64Url(Sha256("P")),
                   .sealed_sha256 = Base64Url(Sha256("E")),
                   .status = 422,
                   .check = "schema",
                   .detail = "'jobs' is 5; expected an array of at most 20000",
                   .at = *ParseInstant("2026-11-22T09:00:04Z")};
  EXPECT_EQ(ReadRefusal(SignRefusal(note, portal), portal.public_key()), note);
  note.collector.clear();  // the signer was not reached
  note.sha256.clear();
  EXPECT_EQ(ReadRefusal(SignRefusal(note, portal), portal.public_key()), note);
  EXPECT_FALSE(ReadReceipt(SignRefusal(note, portal), portal.public_key()));
  EXPECT_FALSE(ReadRefusal(SignRefusal(note, PrivateKey::Generate()), portal.public_key()));
  note.sealed_sha256.clear();
  EXPECT_FALSE(ReadRefusal(SignRefusal(note, portal), portal.public_key()));
}

}  // namespace
}  // namespace plotmeter
