// Just enough BER (ITU-T X.690, as RFC 3417 section 8 narrows it) for the frame of an SNMPv3
// message and of a varbind; what is inside a PDU is the codec's.
//
//    BerTlv(kBerOctets, "ab")   04 02 61 62
//    BerReader in(octets);
//    auto message = in.Take(kBerSequence);   the content, or nothing if something else stands there
//
// Pure. A reader never looks beyond its octets; whatever does not fit is nothing.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace plotmeter {

inline constexpr char kBerInteger = 0x02;
inline constexpr char kBerOctets = 0x04;
inline constexpr char kBerObjectId = 0x06;
inline constexpr char kBerSequence = 0x30;

std::string BerTlv(char tag, std::string_view content);
std::string BerNumber(std::int32_t number);  // INTEGER

class BerReader {
 public:
  explicit BerReader(std::string_view octets) : rest_(octets) {}

  // The content of the next element if it has this tag; of definite length, 4 octets of it at most.
  std::optional<std::string_view> Take(char tag);
  // An INTEGER of 0 to 2147483647.
  std::optional<std::int32_t> TakeNumber();

  std::string_view rest() const { return rest_; }  // what was not taken

 private:
  std::string_view rest_;
};

}  // namespace plotmeter
