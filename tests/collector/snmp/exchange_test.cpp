#include "collector/snmp/exchange.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace plotmeter {
namespace {

using Kind = SnmpRequest::Kind;

const Oid kA = {1, 3, 1};
const Oid kB = {1, 3, 2};

Value Number(std::int64_t number) { return Value::Number(ValueType::kInteger, number); }

SnmpReply Says(std::vector<std::pair<Oid, Value>> varbinds) {
  return {.varbinds = std::move(varbinds)};
}

// An agent with these values that speaks v1 or v2c, for whole conversations.
struct Agent {
  SnmpTable table;
  bool v1 = false;

  SnmpReply Reply(const SnmpRequest& request) const {
    SnmpReply reply;
    std::vector<Oid> at = request.objects;
    const int rounds = request.kind == Kind::kGetBulk ? request.max_repetitions : 1;
    for (int round = 0; round < rounds; ++round) {
      for (Oid& oid : at) {
        const auto row = request.kind == Kind::kGet ? table.find(oid) : table.upper_bound(oid);
        if (row == table.end()) {
          if (v1) return {.error = SnmpError::kNoSuchName};
          reply.varbinds.emplace_back(
              oid, Value::Exception(request.kind == Kind::kGet ? ValueType::kNoSuchObject
                                                               : ValueType::kEndOfMibView));
        } else {
          reply.varbinds.emplace_back(*row);
          oid = row->first;
        }
      }
    }
    return reply;
  }

  // The whole conversation; how many requests it took.
  int Talk(Exchange& exchange) const {
    int requests = 0;
    while (!exchange.is_finished() && requests < 10'000) {
      ++requests;
      exchange.Accept(Reply(exchange.request(!v1)));
    }
    return requests;
  }
};

SnmpTable Rows(const Oid& column, std::uint32_t count) {
  SnmpTable table;
  for (std::uint32_t i = 1; i <= count; ++i) table[column + Oid{1, i}] = Number(i);
  return table;
}

TEST(ExchangeTest, GetsObjectsInSmallPacketsAndLeavesOutWhatIsAbsent) {
  const Agent agent{.table = Rows(kA, 12)};
  std::vector<Oid> objects;
  for (std::uint32_t i = 1; i <= 20; ++i) objects.push_back(kA + Oid{1, i});
  Exchange get = Exchange::Get(objects);
  EXPECT_EQ(agent.Talk(get), 3);
  EXPECT_EQ(get.seen(), SnmpSeen::kAnswered);
  EXPECT_EQ(get.TakeTable(), agent.table);
}

TEST(ExchangeTest, AsksAgainOneByOneWhenV1FailsTheWholeGet) {
  const Agent agent{.table = Rows(kA, 2), .v1 = true};
  Exchange get = Exchange::Get({kA + Oid{1, 1}, kB, kA + Oid{1, 2}});
  EXPECT_EQ(agent.Talk(get), 4);
  EXPECT_EQ(get.seen(), SnmpSeen::kAnswered);
  EXPECT_EQ(get.TakeTable(), agent.table);
}

TEST(ExchangeTest, AsksHalfWhenTheAnswerWouldBeTooBig) {
  Exchange get = Exchange::Get({kA, kB, kA + Oid{1}, kB + Oid{1}});
  EXPECT_TRUE(get.Accept({.error = SnmpError::kTooBig}));
  EXPECT_EQ(get.request(true).objects, (std::vector<Oid>{kA, kB}));
  EXPECT_TRUE(get.Accept({.error = SnmpError::kTooBig}));
  EXPECT_EQ(get.request(true).objects, std::vector<Oid>{kA});
  EXPECT_TRUE(get.Accept({.error = SnmpError::kTooBig}));  // not even alone: absent
  EXPECT_EQ(get.request(true).objects, std::vector<Oid>{kB});
}

TEST(ExchangeTest, RefusesAnswersToOtherQuestions) {
  for (const SnmpReply& reply :
       {Says({}), Says({{kA, Number(1)}}), Says({{kB, Number(1)}, {kA, Number(1)}}),
        Says({{kA, Number(1)}, {kB, Number(1)}, {kB, Number(1)}})}) {
    Exchange get = Exchange::Get({kA, kB});
    EXPECT_FALSE(get.Accept(reply));
    EXPECT_EQ(get.seen(), SnmpSeen::kMalformed);
    EXPECT_FALSE(get.detail().empty());
  }
  Exchange walk = Exchange::Walk({kA, kB});
  EXPECT_FALSE(walk.Accept(Says({{kA + Oid{1}, Number(1)}})));
  EXPECT_EQ(walk.seen(), SnmpSeen::kMalformed);
}

TEST(ExchangeTest, WalksSeveralSubtreesOfDifferentLengthAtOnce) {
  Agent agent{.table = Rows(kA, 3)};
  agent.table.Merge(Rows(kB, 7));
  agent.table[{1, 3, 3, 1}] = Number(0);  // beyond: not ours
  for (const bool v1 : {false, true}) {
    agent.v1 = v1;
    Exchange walk = Exchange::Walk({kA, kB});
    EXPECT_EQ(agent.Talk(walk), 8);
    EXPECT_EQ(walk.seen(), SnmpSeen::kAnswered);
    EXPECT_EQ(walk.TakeTable().size(), 10U);
  }
}

TEST(ExchangeTest, EndsAtTheEndOfTheMib) {
  for (const bool v1 : {false, true}) {
    const Agent agent{.table = Rows(kB, 2), .v1 = v1};
    Exchange walk = Exchange::Walk({kA, kB, {1, 3, 9}});
    agent.Talk(walk);
    EXPECT_EQ(walk.seen(), SnmpSeen::kAnswered);
    EXPECT_EQ(walk.TakeTable(), agent.table);
  }
}

TEST(ExchangeTest, StopsAWalkThatGoesBackOrStandsStillAndKeepsTheRest) {
  for (const Oid& next : {kA + Oid{5}, kA + Oid{4}, kA, Oid{1, 2}, Oid{1}}) {
    Exchange walk = Exchange::Walk({kA, kB});
    EXPECT_TRUE(walk.Accept(Says({{kA + Oid{5}, Number(1)}, {kB + Oid{1}, Number(2)}})));
    EXPECT_TRUE(walk.Accept(Says({{next, Number(1)}, {kB + Oid{2}, Number(2)}})));
    EXPECT_EQ(walk.request(true).objects, std::vector<Oid>{kB + Oid{2}});
    EXPECT_FALSE(walk.Accept(Says({{{1, 4}, Number(1)}})));
    EXPECT_EQ(walk.seen(), SnmpSeen::kNotIncreasing);
    EXPECT_EQ(walk.TakeTable().size(), 3U);
  }
}

TEST(ExchangeTest, StopsAWalkWithoutEnd) {
  for (const Value& value : {Number(1), Value()}) {  // or of nothing but NULLs
    Exchange walk = Exchange::Walk({kA});
    std::uint32_t i = 0;
    while (walk.Accept(Says({{kA + Oid{++i}, value}}))) ASSERT_LE(i, kMaxWalkRows);
    EXPECT_EQ(walk.seen(), SnmpSeen::kTooLong);
    EXPECT_LE(walk.TakeTable().size(), kMaxWalkRows);
  }
  Exchange walk = Exchange::Walk({kA});
  std::uint32_t i = 0;
  const Value large = Value::Octets(std::string(60'000, 'x'));
  while (walk.Accept(Says({{kA + Oid{++i}, large}}))) ASSERT_LE(i, 100U);
  EXPECT_EQ(walk.seen(), SnmpSeen::kTooLong);
}

TEST(ExchangeTest, WalksByGetbulkWhereItIsAllowed) {
  Agent agent{.table = Rows(kA, 30)};
  agent.table.Merge(Rows(kB, 3));
  Exchange walk = Exchange::Walk({kA, kB}, 10);
  EXPECT_EQ(walk.request(true).kind, Kind::kGetBulk);
  EXPECT_EQ(walk.request(false).kind, Kind::kGetNext);  // v1
  EXPECT_EQ(agent.Talk(walk), 4);
  EXPECT_EQ(walk.TakeTable(), agent.table);
}

TEST(ExchangeTest, FallsBackToGetnextWhenGetbulkDoesNotWork) {
  Exchange refused = Exchange::Walk({kA}, 10);
  refused.request(true);
  EXPECT_TRUE(refused.Accept({.error = SnmpError::kGenErr}));
  EXPECT_EQ(refused.request(true).kind, Kind::kGetNext);

  Exchange silent = Exchange::Walk({kA}, 10);
  silent.request(true);
  EXPECT_TRUE(silent.GiveUpBulk());
  EXPECT_EQ(silent.request(true).kind, Kind::kGetNext);
  EXPECT_FALSE(silent.GiveUpBulk());

  EXPECT_EQ(silent.bulk(), SnmpBulk::kNotTried) << "it may be asleep";
  EXPECT_TRUE(silent.Accept(Says({{kA + Oid{1}, Number(1)}})));
  EXPECT_EQ(silent.bulk(), SnmpBulk::kFailed);
}

TEST(ExchangeTest, AsksForFewerWhereMoreWereNotAnswered) {
  std::vector<Oid> objects;
  for (std::uint32_t i = 1; i <= 20; ++i) objects.push_back(kA + Oid{i});
  Agent agent{.table = Rows(kA, 20)};
  Exchange get = Exchange::Get(objects, 16);
  EXPECT_EQ(get.request(true).objects.size(), 16U);
  EXPECT_TRUE(get.AskFewer());
  EXPECT_EQ(get.request(true).objects.size(), Exchange::kFew);
  EXPECT_FALSE(get.AskFewer());
  EXPECT_EQ(agent.Talk(get), 3);
}

// Whatever the second GETBULK is answered with, no row is lost, none comes twice, and it ends.
TEST(ExchangeTest, LosesNothingWhenGetbulkBreaksOnTheWay) {
  Agent agent{.table = Rows(kA, 30)};
  agent.table.Merge(Rows(kB, 3));
  const std::vector<SnmpReply> wrong = {
      {.error = SnmpError::kGenErr},
      {.error = SnmpError::kTooBig},
      Says({}),
      Says({{kA + Oid{1, 4}, Number(4)}}),                                 // stood still
      Says({{kA + Oid{1, 6}, Number(6)}, {kA + Oid{1, 5}, Number(5)}}),    // went back
      Says(std::vector<std::pair<Oid, Value>>(9, {{1, 3, 9}, Number(0)}))  // more than 4
  };
  for (const SnmpReply& reply : wrong) {
    Exchange walk = Exchange::Walk({kA, kB}, 4);
    EXPECT_TRUE(walk.Accept(agent.Reply(walk.request(true))));
    EXPECT_EQ(walk.bulk(), SnmpBulk::kWorked);
    EXPECT_EQ(walk.request(true).kind, Kind::kGetBulk);
    EXPECT_TRUE(walk.Accept(reply));
    EXPECT_EQ(walk.request(true).kind, Kind::kGetNext);
    agent.Talk(walk);
    EXPECT_EQ(walk.seen(), SnmpSeen::kAnswered) << walk.detail();
    EXPECT_EQ(walk.bulk(), SnmpBulk::kFailed);
    EXPECT_EQ(walk.TakeTable(), agent.table);
  }
  Exchange walk = Exchange::Walk({kA, kB}, 4);
  EXPECT_TRUE(walk.Accept(agent.Reply(walk.request(true))));
  walk.request(true);
  EXPECT_TRUE(walk.GiveUpBulk()) << "a time-out where GETNEXT may be answered";
  agent.Talk(walk);
  EXPECT_EQ(walk.bulk(), SnmpBulk::kFailed);
  EXPECT_EQ(walk.TakeTable(), agent.table);
}

TEST(ExchangeTest, BearsAGetbulkThatIsCutShort) {
  const Agent agent{.table = Rows(kA, 30)};
  Exchange walk = Exchange::Walk({kA, kB}, 10);
  while (!walk.is_finished()) {
    SnmpReply reply = agent.Reply(walk.request(true));
    if (reply.varbinds.size() > 3) reply.varbinds.resize(3);
    walk.Accept(reply);
  }
  EXPECT_EQ(walk.bulk(), SnmpBulk::kWorked);
  EXPECT_EQ(walk.TakeTable(), agent.table);
}

TEST(ExchangeTest, TakesAnEmptyGetbulkForOneThatDoesNotWork) {
  Exchange walk = Exchange::Walk({kA}, 10);
  walk.request(true);
  EXPECT_TRUE(walk.Accept(Says({})));
  EXPECT_EQ(walk.request(true).kind, Kind::kGetNext);
  EXPECT_FALSE(walk.Accept(Says({})));
  EXPECT_EQ(walk.seen(), SnmpSeen::kMalformed);
}

// Four columns of six rows beside two that stand alone.
TEST(ExchangeTest, WalksNeighbouringColumnsAsOneRun) {
  Agent agent{.table = Rows({1, 3, 9}, 1)};
  agent.table.Merge(Rows({1, 3, 20}, 3));
  const std::vector<Oid> columns = {{1, 3, 5, 2}, {1, 3, 5, 3}, {1, 3, 5, 4}, {1, 3, 5, 5}};
  for (const Oid& column : columns) agent.table.Merge(Rows(column, 6));
  std::vector<Oid> subtrees = columns;
  subtrees.push_back({1, 3, 9});
  subtrees.push_back({1, 3, 20});
  agent.table[{1, 3, 5, 6, 1}] = Number(0);  // beyond the run: not ours

  Exchange walk = Exchange::Walk(subtrees, 30, 16);
  const SnmpRequest alone = walk.request(true);
  EXPECT_EQ(alone.objects, (std::vector<Oid>{{1, 3, 9}, {1, 3, 20}}));
  EXPECT_EQ(alone.max_repetitions, 2);
  walk.Accept(agent.Reply(alone));
  const SnmpRequest run = walk.request(true);
  EXPECT_EQ(run.objects, (std::vector<Oid>{{1, 3, 20, 1, 2}, {1, 3, 5, 2}}));
  EXPECT_EQ(run.max_repetitions, 15);
  walk.Accept(agent.Reply(run));
  const SnmpRequest rest = walk.request(true);
  EXPECT_EQ(rest.objects, (std::vector<Oid>{{1, 3, 5, 4, 1, 3}}));
  EXPECT_EQ(rest.max_repetitions, 10) << "nine more, as the first column had six, and the end";
  EXPECT_FALSE(walk.Accept(agent.Reply(rest)));
  agent.table.erase({1, 3, 5, 6, 1});
  EXPECT_EQ(walk.TakeTable(), agent.table);
}

TEST(ExchangeTest, ExpectsOfARunOnlyWhatItHasSeen) {
  Agent agent{.table = Rows({1, 3, 5, 2}, 2)};  // shorter than those behind it
  agent.table.Merge(Rows({1, 3, 5, 3}, 40));
  agent.table.Merge(Rows({1, 3, 5, 4}, 40));
  Exchange walk = Exchange::Walk({{1, 3, 5, 2}, {1, 3, 5, 3}, {1, 3, 5, 4}}, 10);
  agent.Talk(walk);
  EXPECT_EQ(walk.seen(), SnmpSeen::kAnswered);
  EXPECT_EQ(walk.TakeTable(), agent.table);
}

TEST(ExchangeTest, GoesOnColumnByColumnWhereARunBreaks) {
  Agent agent{.table = Rows({1, 3, 5, 2}, 3)};
  agent.table.Merge(Rows({1, 3, 5, 3}, 3));
  agent.table.Merge(Rows({1, 3, 5, 4}, 3));
  const std::vector<Oid> columns = {{1, 3, 5, 2}, {1, 3, 5, 3}, {1, 3, 5, 4}};
  Exchange walk = Exchange::Walk(columns, 4);
  EXPECT_TRUE(walk.Accept(agent.Reply(walk.request(true))));
  walk.request(true);
  EXPECT_TRUE(walk.GiveUpBulk());
  EXPECT_EQ(walk.request(true).objects, (std::vector<Oid>{{1, 3, 5, 3, 1, 1}, {1, 3, 5, 4}}));
  agent.Talk(walk);
  EXPECT_EQ(walk.TakeTable(), agent.table);

  Exchange back = Exchange::Walk(columns, 4);
  EXPECT_TRUE(back.Accept(agent.Reply(back.request(true))));
  back.Abandon("it takes too long");
  EXPECT_EQ(back.TakeCut(), (std::vector<Oid>{{1, 3, 5, 3}, {1, 3, 5, 4}}))
      << "the first column is whole";

  Exchange v1 = Exchange::Walk(columns, 4);  // nobody knew that it speaks no GETBULK
  Agent old = agent;
  old.v1 = true;
  old.Talk(v1);
  EXPECT_EQ(v1.TakeTable(), agent.table);
}

TEST(ExchangeTest, NamesWhatWasCutShort) {
  Exchange failing = Exchange::Walk({kA});
  EXPECT_TRUE(failing.Accept(Says({{kA + Oid{1}, Number(1)}})));
  EXPECT_FALSE(failing.Accept({.error = SnmpError::kGenErr}));
  EXPECT_EQ(failing.TakeCut(), std::vector<Oid>{kA});

  Exchange back = Exchange::Walk({kA, kB});
  EXPECT_TRUE(back.Accept(Says({{kA, Number(1)}, {kB + Oid{1}, Number(1)}})));
  EXPECT_TRUE(back.Accept(Says({{kB + Oid{2}, Number(1)}})));
  back.Abandon("it takes too long");
  EXPECT_TRUE(back.is_finished());
  EXPECT_EQ(back.seen(), SnmpSeen::kTooLong);
  EXPECT_EQ(back.TakeCut(), (std::vector<Oid>{kA, kB}));

  Exchange whole = Exchange::Walk({kA, kB});
  Agent{.table = Rows(kA, 3), .v1 = true}.Talk(whole);
  EXPECT_TRUE(whole.TakeCut().empty()) << "noSuchName is the end of v1";
}

}  // namespace
}  // namespace plotmeter
