#include "proto/batch.h"

#include <gtest/gtest.h>

#include "common/crypto.h"
#include "common/json.h"
#include "tests/proto/sample.h"

namespace plotmeter {
namespace {

std::string Complaint(const BatchText& text) {
  try {
    ParseBatch(text.payload, text.names);
  } catch (const BatchError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(BatchTest, ReadsBackWhatItWrote) {
  for (const Batch& batch : {FullBatch(), EmptyBatch(), BusyBatch(100'000)}) {
    const BatchText text = WriteBatch(batch);
    const Batch read = ParseBatch(text.payload, text.names);
    EXPECT_EQ(read, batch);
    EXPECT_EQ(WriteBatch(read).payload, text.payload);
    EXPECT_EQ(WriteBatch(read).names, text.names);
  }
}

TEST(BatchTest, LeavesOutWhatIsNotKnown) {
  const BatchText text = WriteBatch(EmptyBatch());
  EXPECT_EQ(text.payload,
            R"({"batch":"0193a1c2-7b1e-7c3a-9f52-0d6f3f1b8a11",)"
            R"("clock":{"created_at":"2026-11-22T09:00:03Z"},"collector":"col_7Q2M9K4T",)"
            R"("names":")" +
                Base64Url(Sha256(text.names)) +
                R"(","portal":"cHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHA","printers":[],)"
                R"("salt":"c3Nzc3Nzc3Nzc3Nzc3Nzcw","sequence":1,)"
                R"("stream":"4b1c2f0e-6f5a-4d0b-9a43-0c3a5be1d7aa","version":1})");
  EXPECT_EQ(text.names, R"({"jobs":{},"salt":"bm5ubm5ubm5ubm5ubm5ubg"})");
}

TEST(BatchTest, KeepsNamesApart) {
  const BatchText text = WriteBatch(FullBatch());
  EXPECT_EQ(text.payload.find("plan"), std::string::npos);
  EXPECT_EQ(
      text.names,
      R"({"jobs":{"p1/piws/32222D2B-191C-402A-944C-CB719C44869F":{"name":"plan \"east\" ü.pdf"}},)"
      R"("printers":{"p1":{"ip":"10.0.0.7","location":"copy room, 2. OG — Süd",)"
      R"("macs":["00:1b:78:aa:bb:cc","00:1b:78:aa:bb:cd"],"name":"plotter-2"}},)"
      R"("salt":"bm5ubm5ubm5ubm5ubm5ubg"})");
  for (const char* text_of_n : {"10.0.0.7", "00:1b:78", "copy room", "plotter-2"}) {
    EXPECT_EQ(text.payload.find(text_of_n), std::string::npos) << text_of_n;
  }
}

TEST(BatchTest, SaysWhoseItIsBeforeTheRestIsBelieved) {
  const BatchAddress address = BatchDocument(WriteBatch(FullBatch()).payload).Address();
  EXPECT_EQ(address.portal, FullBatch().portal);
  EXPECT_EQ(address.collector, "col_7Q2M9K4T");
  EXPECT_EQ(address.stream, FullBatch().stream);
  EXPECT_EQ(address.sequence, 41);
  EXPECT_EQ(address.previous, FullBatch().previous);
  EXPECT_EQ(address.batch, FullBatch().batch);
  EXPECT_EQ(BatchDocument(WriteBatch(EmptyBatch()).payload).Address().previous, "");
  EXPECT_THROW(BatchDocument("{}").Address(), BatchError);
  EXPECT_THROW(BatchDocument(""), BatchError);
}

TEST(BatchTest, CannotBePoisonedByWhatAPrinterSaid) {
  Batch batch = FullBatch();
  batch.printers[0].model = std::string("nul\0in", 6) + "\xff\xfe latin\xe9";
  batch.readings[0].reading.supplies[0].description =
      std::string(700, 'a') + std::string(1000, '\xe9');
  batch.jobs[0].job.name = "\xc3";
  batch.jobs[0].job.pages = -2;
  batch.jobs[0].job.area->unit = "";
  const BatchText text = WriteBatch(batch);
  const Batch read = ParseBatch(text.payload, text.names);
  EXPECT_EQ(read.printers[0].model, "nul\xef\xbf\xbdin\xef\xbf\xbd\xef\xbf\xbd latin\xef\xbf\xbd");
  const std::string cut = *read.readings[0].reading.supplies[0].description;
  EXPECT_EQ(cut.size(), 1024U);  // 700 and 108 characters of three bytes
  EXPECT_EQ(cut.substr(1021), "\xef\xbf\xbd");
  EXPECT_EQ(read.jobs[0].job.name, "\xef\xbf\xbd");
  EXPECT_EQ(read.jobs[0].job.pages, std::nullopt);
  EXPECT_EQ(read.jobs[0].job.area->unit, "?");
}

TEST(BatchTest, RefusesNamesThatAreNotThoseHashed) {
  BatchText text = WriteBatch(FullBatch());
  text.names += " ";
  EXPECT_EQ(Complaint(text), "'names' is not the SHA-256 of the names that came with the batch");
}

// P with other names, hashed rightly.
BatchText WithNames(const std::string& names) {
  Json payload = ParseJson(WriteBatch(FullBatch()).payload);
  payload["names"] = Base64Url(Sha256(names));
  return {.payload = JsonText(payload), .names = names};
}

TEST(BatchTest, RefusesNamesThatAreNoneWithoutRepeatingThem) {
  const std::string salt = R"("salt":"bm5ubm5ubm5ubm5ubm5ubg")";
  EXPECT_EQ(Complaint(WithNames("{" + salt + "}")), "accepted");
  EXPECT_EQ(Complaint(WithNames("{" + salt + R"(,"jobs":{"p9/x":{"name":"a","later":1}}})")),
            "accepted");
  EXPECT_EQ(Complaint(WithNames("{}")), "'salt' is missing; expected base64url of 16 bytes");
  EXPECT_EQ(Complaint(WithNames("")), "names: not valid JSON at byte 1");
  EXPECT_EQ(Complaint(WithNames("[]")), "names: not an object");
  EXPECT_EQ(Complaint(WithNames("{" + salt + R"(,"jobs":[]})")),
            "names: 'jobs' is no object of names");
  EXPECT_EQ(Complaint(WithNames("{" + salt + R"(,"jobs":{"Mayer":7}})")),
            "names: a job's name is not text");
  EXPECT_EQ(Complaint(WithNames("{" + salt + R"(,"jobs":{"p1":{"name":["Mayer"]}}})")),
            "names: a job's name is not text");
  EXPECT_EQ(Complaint(WithNames("{" + salt + R"(,"jobs":{"p1":{"name":")" + std::string(1025, 'M') +
                                R"("}}})")),
            "names: a job's name is too long");
  EXPECT_EQ(Complaint(WithNames("{" + salt + R"(,"jobs":{"p1":{"name":"\u0000"}}})")),
            "names: a job's name holds U+0000");
  EXPECT_EQ(Complaint(WithNames("{" + salt + R"(,"jobs":{"p1":{}}})")), "accepted");
  const auto place = [&](const std::string& printers) {
    return Complaint(WithNames("{" + salt + R"(,"printers":)" + printers + "}"));
  };
  EXPECT_EQ(place(R"({"p1":{"location":"Mayer's room","later":1},"p9":{}})"), "accepted");
  EXPECT_EQ(place("[]"), "names: 'printers' is no object of printers");
  EXPECT_EQ(place(R"({"p9":"Mayer"})"), "names: what is said of a printer's place is not text");
  EXPECT_EQ(place(R"({"p1":{"location":["Mayer"]}})"),
            "names: what is said of a printer's place is not text");
  EXPECT_EQ(place(R"({"p1":{"macs":"Mayer"}})"), "names: 'macs' is no list of texts");
  EXPECT_EQ(place(R"({"p1":{"macs":[7]}})"),
            "names: what is said of a printer's place is not text");
  EXPECT_EQ(place(R"({"p1":{"name":")" + std::string(1025, 'M') + R"("}})"),
            "names: what is said of a printer's place is too long");
  EXPECT_EQ(place(R"({"p1":{"ip":"\u0000"}})"),
            "names: what is said of a printer's place holds U+0000");
}

TEST(BatchTest, RefusesTextThatIsNotOneJsonValue) {
  const BatchText good = WriteBatch(EmptyBatch());
  const auto with = [&](const std::string& payload) {
    return Complaint({.payload = payload, .names = good.names});
  };
  EXPECT_EQ(with(""), "batch: not valid JSON at byte 1");
  EXPECT_EQ(with(good.payload.substr(0, 100)), "batch: not valid JSON at byte 101");
  EXPECT_EQ(with(good.payload + "x"),
            "batch: not valid JSON at byte " + std::to_string(good.payload.size() + 1));
  EXPECT_EQ(with("[]"), "the document is an array of 0; expected an object");
  EXPECT_EQ(with(R"({"a":")"
                 "\xc3"
                 R"("})"),
            "batch: not valid JSON at byte 8");
  EXPECT_EQ(with(R"({"version":1,"version":1})"),
            R"(batch: member "version" stands twice in one object)");
  EXPECT_EQ(with(std::string(17, '[')), "batch: nested deeper than 16");
}

}  // namespace
}  // namespace plotmeter
