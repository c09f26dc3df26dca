// batch.schema.json and the code say the same. schema_check.py asks a validator about the same
// samples.

#include <gtest/gtest.h>

#include <set>

#include "common/json.h"
#include "tests/paths.h"
#include "tests/proto/golden.h"
#include "tests/proto/sample.h"

namespace plotmeter {
namespace {

TEST(GoldenBatchTest, IsWhatWeWrite) {
  const BatchText full = WriteBatch(FullBatch());
  ExpectGolden("full.p.json", full.payload);
  ExpectGolden("full.n.json", full.names);
  const BatchText minimal = WriteBatch(EmptyBatch());
  ExpectGolden("minimal.p.json", minimal.payload);
  ExpectGolden("minimal.n.json", minimal.names);
  const BatchText example = WriteBatch(ExampleBatch());
  ExpectGolden("example.p.json", example.payload);
  ExpectGolden("example.n.json", example.names);
}

class SchemaCasesTest : public testing::Test {
 protected:
  // What ParseBatch says to full.p.json with one change.
  std::string Verdict(const Json& change) {
    Json payload = ParseJson(ReadFile(kGolden + "full.p.json"));
    const Json::json_pointer at(change.at("at").get<std::string>());
    if (change.contains("value")) {
      payload[at] = change.at("value");
    } else {
      payload.at(at.parent_pointer()).erase(at.back());
    }
    try {
      ParseBatch(JsonText(payload), ReadFile(kGolden + "full.n.json"));
    } catch (const BatchError& error) {
      return error.what();
    }
    return "accepted";
  }

  const Json cases_ = ParseJson(ReadFile(kGolden + "cases.json"));
};

TEST_F(SchemaCasesTest, AcceptsTheGoodOnes) {
  for (const auto& change : cases_.at("good")) {
    EXPECT_EQ(Verdict(change), "accepted") << change.at("why");
  }
}

TEST_F(SchemaCasesTest, RefusesTheBadOnesInTheseWords) {
  for (const char* group : {"bad", "beyond"}) {
    for (const auto& change : cases_.at(group)) {
      EXPECT_EQ(Verdict(change), change.at("error").get<std::string>()) << change.at("why");
    }
  }
}

TEST_F(SchemaCasesTest, RefusesListsThatAreTooLong) {
  struct Case {
    const char* at;
    std::size_t most;
  };
  const Json full = ParseJson(ReadFile(kGolden + "full.p.json"));
  const Json schema = ParseJson(ReadFile(SOURCE_ROOT "/proto/batch.schema.json"));
  for (const auto& [list, most] : {Case{"readings", kMaxReadings}, Case{"jobs", kMaxJobs},
                                   Case{"alerts", kMaxAlerts}, Case{"void", kMaxVoided}}) {
    EXPECT_EQ(schema.at("properties").at(list).at("maxItems"), most) << list;
    const auto verdict = [&, name = list](std::size_t count) {
      return Verdict(
          {{"at", "/" + std::string(name)}, {"value", Json::array_t(count, full.at(name).back())}});
    };
    EXPECT_EQ(verdict(most), "accepted") << list;
    const std::string refused = verdict(most + 1);
    EXPECT_TRUE(refused.starts_with("'" + std::string(list) + "' is ")) << refused;
    EXPECT_TRUE(refused.ends_with("expected an array of at most " + std::to_string(most)))
        << refused;
  }
}

// Every member that is written is in the schema, and every property of the schema is written:
// neither can drift.
class Walk {
 public:
  explicit Walk(const Json& schema) : schema_(schema) {}

  void Visit(const Json& shape, const Json& value, const std::string& where) {
    if (shape.contains("$ref")) {
      const std::string name = shape.at("$ref").get<std::string>().substr(1);  // without #
      Visit(schema_.at(Json::json_pointer(name)), value, name);
    } else if (shape.contains("anyOf")) {
      for (const auto& choice : shape.at("anyOf")) {
        if (choice.contains("$ref")) Visit(choice, value, where);
      }
    } else if (value.is_array()) {
      for (const auto& element : value) Visit(shape.at("items"), element, where);
    } else if (value.is_object() && shape.contains("properties")) {
      for (const auto& [name, member] : value.items()) {
        EXPECT_TRUE(shape.at("properties").contains(name)) << where << " has no " << name;
        if (!shape.at("properties").contains(name)) continue;
        seen_.insert(where + "/properties/" + name);
        Visit(shape.at("properties").at(name), member, where + "/properties/" + name);
      }
    } else if (value.is_object()) {
      for (const auto& [name, member] : value.items()) {
        Visit(shape.at("additionalProperties"), member, where + "/additionalProperties");
      }
    }
  }

  // Places of properties that no sample had.
  std::set<std::string> Unseen() const {
    std::set<std::string> all;
    Collect(schema_, "", all);
    for (const auto& place : seen_) all.erase(place);
    return all;
  }

 private:
  static void Collect(const Json& shape, const std::string& where, std::set<std::string>& all) {
    if (!shape.is_object()) return;
    for (const auto& [name, member] : shape.items()) {
      const std::string place = where + "/" + name;
      if (name == "properties") {
        for (const auto& [property, inner] : member.items()) {
          all.insert(place + "/" + property);
          Collect(inner, place + "/" + property, all);
        }
      } else {
        Collect(member, place, all);
      }
    }
  }

  const Json& schema_;
  std::set<std::string> seen_;
};

TEST(SchemaTest, NamesExactlyWhatIsWritten) {
  const Json schema = ParseJson(ReadFile(SOURCE_ROOT "/proto/batch.schema.json"));
  const BatchText text = WriteBatch(FullBatch());
  Walk walk(schema);
  walk.Visit(schema, ParseJson(text.payload), "");
  walk.Visit({{"$ref", "#/$defs/names"}}, ParseJson(text.names), "");
  EXPECT_EQ(walk.Unseen(), std::set<std::string>());
}

}  // namespace
}  // namespace plotmeter
