#include "tests/simulator/snmp_answer.h"

#include <gtest/gtest.h>

namespace plotmeter::simulator {
namespace {

using Kind = SnmpVariable::Kind;

const Oid kName = {1, 3, 6, 1, 2, 1, 1, 5, 0};
const Oid kBig = {1, 3, 6, 1, 2, 1, 31, 6, 2};
const Oid kLast = {1, 3, 6, 1, 4, 1, 11, 1, 0};

Mib SmallMib() {
  Mib mib;
  mib.Set(kName, Octets("plotter"));
  mib.Set(kBig, Counter64(std::uint64_t{1} << 40));
  mib.Set(kLast, Integer(-3));
  return mib;
}

SnmpRequest Request(SnmpVersion version, Operation operation, std::vector<Oid> names) {
  return {.version = version, .operation = operation, .names = std::move(names)};
}

TEST(SnmpAnswerTest, V2SaysWhyEachValueIsMissing) {
  const Oid other_instance = {1, 3, 6, 1, 2, 1, 1, 5, 7};
  const Oid nothing = {1, 3, 6, 1, 2, 1, 99, 0};
  const SnmpReply reply =
      Answer(Request(SnmpVersion::kV2c, Operation::kGet, {kName, other_instance, nothing}),
             SmallMib(), 1472);
  EXPECT_EQ(reply.error, SnmpError::kNone);
  ASSERT_EQ(reply.variables.size(), 3u);
  EXPECT_EQ(reply.variables[0].value, Octets("plotter"));
  EXPECT_EQ(reply.variables[1].kind, Kind::kNoSuchInstance);
  EXPECT_EQ(reply.variables[2].kind, Kind::kNoSuchObject);
}

TEST(SnmpAnswerTest, V1FailsAsAWholeAndNamesTheFirstMissing) {
  const Oid nothing = {1, 3, 6, 1, 2, 1, 99, 0};
  const SnmpReply reply = Answer(
      Request(SnmpVersion::kV1, Operation::kGet, {kName, nothing, nothing}), SmallMib(), 1472);
  EXPECT_EQ(reply.error, SnmpError::kNoSuchName);
  EXPECT_EQ(reply.error_index, 2);
  ASSERT_EQ(reply.variables.size(), 3u);  // as they were asked, without values
  EXPECT_EQ(reply.variables[0], (SnmpVariable{.name = kName}));
}

TEST(SnmpAnswerTest, V1HasNoCounter64) {
  const Mib mib = SmallMib();
  EXPECT_EQ(Answer(Request(SnmpVersion::kV1, Operation::kGet, {kBig}), mib, 1472).error,
            SnmpError::kNoSuchName);
  EXPECT_EQ(
      Answer(Request(SnmpVersion::kV1, Operation::kGetNext, {kName}), mib, 1472).variables[0].name,
      kLast);
  EXPECT_EQ(
      Answer(Request(SnmpVersion::kV2c, Operation::kGetNext, {kName}), mib, 1472).variables[0].name,
      kBig);
}

TEST(SnmpAnswerTest, TheEndOfAWalkIsAnErrorInV1AndAnExceptionInV2) {
  const SnmpReply v1 =
      Answer(Request(SnmpVersion::kV1, Operation::kGetNext, {kLast}), SmallMib(), 1472);
  EXPECT_EQ(v1.error, SnmpError::kNoSuchName);
  EXPECT_EQ(v1.error_index, 1);
  const SnmpReply v2 =
      Answer(Request(SnmpVersion::kV2c, Operation::kGetNext, {kLast}), SmallMib(), 1472);
  ASSERT_EQ(v2.variables.size(), 1u);
  EXPECT_EQ(v2.variables[0], (SnmpVariable{.name = kLast, .kind = Kind::kEndOfMibView}));
}

TEST(SnmpAnswerTest, BulkRepeatsBehindTheNonRepeatersAndStopsAtTheEnd) {
  SnmpRequest request = Request(SnmpVersion::kV2c, Operation::kGetBulk, {{1, 3}, {1, 3}});
  request.non_repeaters = 1;
  request.max_repetitions = 50;
  const SnmpReply reply = Answer(request, SmallMib(), 1472);
  std::vector<Oid> names;
  for (const auto& variable : reply.variables) names.push_back(variable.name);
  EXPECT_EQ(names, (std::vector<Oid>{kName, kName, kBig, kLast, kLast}));
  EXPECT_EQ(reply.variables.back().kind, Kind::kEndOfMibView);
}

TEST(SnmpAnswerTest, BulkWithOddNumbersIsHarmless) {
  SnmpRequest request = Request(SnmpVersion::kV2c, Operation::kGetBulk, {{1, 3}});
  request.non_repeaters = -5;
  request.max_repetitions = -1;
  EXPECT_TRUE(Answer(request, SmallMib(), 1472).variables.empty());
  request.non_repeaters = 99;
  EXPECT_EQ(Answer(request, SmallMib(), 1472).variables.size(), 1u);
  request = Request(SnmpVersion::kV2c, Operation::kGetBulk, {});
  request.max_repetitions = 2147483647;
  EXPECT_TRUE(Answer(request, SmallMib(), 1472).variables.empty());
}

TEST(SnmpAnswerTest, WhatDoesNotFitIsTooBigAndBulkIsCut) {
  Mib mib;
  for (std::uint32_t i = 1; i <= 20; ++i) mib.Set("1.3.6", {i}, Octets(std::string(100, 'x')));
  std::vector<Oid> all;
  for (const auto& [name, value] : mib) all.push_back(name);
  const SnmpReply v2 = Answer(Request(SnmpVersion::kV2c, Operation::kGet, all), mib, 484);
  EXPECT_EQ(v2.error, SnmpError::kTooBig);
  EXPECT_TRUE(v2.variables.empty());
  const SnmpReply v1 = Answer(Request(SnmpVersion::kV1, Operation::kGet, all), mib, 484);
  EXPECT_EQ(v1.error, SnmpError::kTooBig);
  EXPECT_EQ(v1.variables.size(), 20u);
  SnmpRequest bulk = Request(SnmpVersion::kV2c, Operation::kGetBulk, {{1, 3}});
  bulk.max_repetitions = 20;
  const SnmpReply cut = Answer(bulk, mib, 484);
  EXPECT_EQ(cut.error, SnmpError::kNone);
  EXPECT_EQ(cut.variables.size(), 3u);
}

TEST(SnmpAnswerTest, NothingCanBeWritten) {
  EXPECT_EQ(Answer(Request(SnmpVersion::kV1, Operation::kSet, {kName}), SmallMib(), 1472).error,
            SnmpError::kNoSuchName);
  EXPECT_EQ(Answer(Request(SnmpVersion::kV2c, Operation::kSet, {kName}), SmallMib(), 1472).error,
            SnmpError::kNotWritable);
}

}  // namespace
}  // namespace plotmeter::simulator
