#include "portal/http/chunks.h"

#include <algorithm>
#include <charconv>

namespace plotmeter {
namespace {

constexpr std::size_t kMaxLine = 256;
constexpr std::size_t kMaxTrailer = 4096;
constexpr std::size_t kMaxDigits = 8;

}  // namespace

std::size_t Chunks::Take(std::string_view bytes) {
  std::size_t taken = 0;
  while (taken < bytes.size() && seen_ == Seen::kMore) {
    if (part_ == Part::kData) {
      const auto length =
          static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size() - taken));
      body_.append(bytes.substr(taken, length));
      taken += length;
      left_ -= length;
      if (left_ == 0) part_ = Part::kDataEnd;
      continue;
    }
    const char c = bytes[taken++];
    line_ += c;
    const bool is_cr_before = line_.size() > 1 && line_[line_.size() - 2] == '\r';
    if ((c == '\n') != is_cr_before || line_.size() > kMaxLine) {
      seen_ = Seen::kBad;  // a lone CR or LF, or a line without end
    } else if (c == '\n') {
      line_.resize(line_.size() - 2);
      TakeLine();
      line_.clear();
    }
  }
  return taken;
}

void Chunks::TakeLine() {
  if (part_ == Part::kDataEnd) {
    if (!line_.empty()) seen_ = Seen::kBad;
    part_ = Part::kSize;
    return;
  }
  if (part_ == Part::kTrailer) {
    trailer_bytes_ += line_.size() + 2;
    if (line_.empty()) seen_ = Seen::kDone;
    if (trailer_bytes_ > kMaxTrailer) seen_ = Seen::kBad;
    return;
  }
  const char* const start = line_.data();
  const auto [end, error] = std::from_chars(start, start + line_.size(), left_, 16);
  const auto digits = static_cast<std::size_t>(end - start);
  const bool is_extended = digits < line_.size() && (*end == ';' || *end == ' ' || *end == '\t');
  if (error != std::errc() || digits > kMaxDigits || (digits < line_.size() && !is_extended)) {
    seen_ = Seen::kBad;
  } else if (left_ > max_body_ - body_.size()) {
    seen_ = Seen::kTooLong;
  } else {
    part_ = left_ == 0 ? Part::kTrailer : Part::kData;
  }
}

}  // namespace plotmeter
