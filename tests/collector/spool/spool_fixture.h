// A spool in a fresh directory, and things to put into it.

#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <string>

#include "collector/spool/spool.h"
#include "common/jose.h"
#include "proto/batch.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/scratch.h"

namespace plotmeter {

inline std::string FreshDirectory(const std::string& name) {
  const std::string path = Scratch() + "/plotmeter_" + name;
  std::filesystem::remove_all(path);
  std::filesystem::create_directories(path);
  return path;
}

inline PrinterIdentity Plotter(int number = 1) {
  return {.manufacturer = "HP",
          .serial = "CN95" + std::to_string(100000 + number),
          .product = "W3Z71A",
          .model = "HP DesignJet Z9 24in",
          .firmware = "AENEAS_03_20"};
}

// `value` is what tells readings apart in a test.
inline Reading ReadingOf(int value, Instant at, int printer = 1) {
  Reading reading{.printer = Plotter(printer), .at = at, .channel = ChannelKind::kPiws};
  reading.meters.push_back({.meter = "ink.used",
                            .colorant = "magenta",
                            .value = {Decimal::FromInteger(value), "cc"},
                            .source = "InkSystem/InkUsed"});
  return reading;
}

inline JobRecord JobOf(const std::string& id, const std::string& status,
                       const char* ink = nullptr) {
  JobRecord job{.job = id,
                .channel = ChannelKind::kPiws,
                .seen_at = FromMillis(1'795'338'000'000),
                .type = "print",
                .status = status};
  if (ink != nullptr) {
    job.ink.push_back({.colorant = "magenta", .amount = {*Decimal::Parse(ink), "cc"}});
  }
  return job;
}

// S, P and N of a message.
struct MessageParts {
  std::string jws, payload, names;
};
inline MessageParts PartsOf(const std::string& message) {
  const std::size_t first = message.find('\n');
  const std::size_t second = message.find('\n', first + 1);
  return {message.substr(0, first), message.substr(first + 1, second - first - 1),
          message.substr(second + 1)};
}
inline Batch Opened(const CutBatch& batch) {
  const MessageParts parts = PartsOf(batch.message);
  return ParseBatch(parts.payload, parts.names);
}

class SpoolFixture : public testing::Test {
 protected:
  SpoolFixture()
      : directory_(FreshDirectory(testing::UnitTest::GetInstance()->current_test_info()->name())) {}
  ~SpoolFixture() override { std::filesystem::remove_all(directory_); }

  Spool Open(MaskMode names = MaskMode::kHashed) {
    return Spool({.directory = directory_, .masks = {.job_names = names}}, clock_);
  }
  BatchSigner signer() const {
    return {.portal = portal_, .collector = "col_7Q2M9K4T", .key = &key_};
  }

  std::string directory_;
  FakeClock clock_;
  PrivateKey key_ = PrivateKey::Generate();
  std::string portal_ = Thumbprint(PrivateKey::Generate().public_key());
};

}  // namespace plotmeter
