// The body of a request that came in chunks (RFC 9112 section 7.1), put together as it arrives.
//
//    Chunks chunks(limit);
//    while (chunks.seen() == Chunks::Seen::kMore) bytes = bytes.substr(chunks.Take(bytes));
//    chunks.body()
//
// Stricter than the RFC: a size has at most 8 hex digits, a line (with extensions, which are passed
// over) 256 bytes, the trailers 4 KiB; and lines end in CR LF only.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace plotmeter {

class Chunks {
 public:
  enum class Seen { kMore, kDone, kBad, kTooLong };

  explicit Chunks(std::uint64_t max_body) : max_body_(max_body) {}

  // Takes what it can use and returns how many bytes those were. What follows the last chunk is
  // left: it belongs to the next request.
  std::size_t Take(std::string_view bytes);

  Seen seen() const { return seen_; }
  const std::string& body() const { return body_; }
  std::string TakeBody() { return std::move(body_); }

 private:
  enum class Part { kSize, kData, kDataEnd, kTrailer };

  void TakeLine();  // line_ without its CR LF

  std::uint64_t max_body_;
  Seen seen_ = Seen::kMore;
  Part part_ = Part::kSize;
  std::string line_;
  std::uint64_t left_ = 0;  // of this chunk's data
  std::size_t trailer_bytes_ = 0;
  std::string body_;
};

}  // namespace plotmeter
