// What may fail because the disk is full today and not tomorrow: tried, told once, never fatal.
//
//    DiskCare disk(directory);
//    if (!disk.Try([&] { spool.Keep(reading); })) …      disk.trouble() says why, in a sentence
//
// One thread uses it.

#pragma once

#include <functional>
#include <string>

namespace plotmeter {

class DiskCare {
 public:
  explicit DiskCare(std::string directory) : directory_(std::move(directory)) {}

  // False when the disk did not take it, but may later. What can never pass (SqliteError) is
  // thrown.
  bool Try(const std::function<void()>& act);

  // Why it took nothing last; empty: it did, or somebody said IsWell since.
  const std::string& trouble() const { return trouble_; }
  void IsWell() { trouble_.clear(); }

 private:
  std::string directory_;
  std::string trouble_ = {};
};

}  // namespace plotmeter
