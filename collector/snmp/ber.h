// As much BER (ITU-T X.690, as RFC 3417 section 8 narrows it) as SNMP is written in.
//
//    BerTlv(kBerOctets, "ab")   04 02 61 62
//    BerReader in(octets);
//    auto message = in.Take(kBerSequence);   the content, or nothing if something else stands there
//
// An element says its length before its content, so a message is written from its end to its front:
//
//    BerWriter out;
//    out.Put("ab");
//    out.Wrap(kBerOctets, 0);        04 02 61 62
//    out.PutNumber(1);               02 01 01 04 02 61 62
//
// Pure. A reader never looks beyond its octets; whatever does not fit is nothing.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "collector/snmp/oid.h"

namespace plotmeter {

inline constexpr char kBerInteger = 0x02;
inline constexpr char kBerOctets = 0x04;
inline constexpr char kBerObjectId = 0x06;
inline constexpr char kBerSequence = 0x30;

std::string BerTlv(char tag, std::string_view content);
std::string BerNumber(std::int32_t number);  // INTEGER

class BerWriter {
 public:
  std::size_t size() const { return reversed_.size(); }

  // Each goes before what is there already.
  void Put(std::string_view octets) { reversed_.append(octets.rbegin(), octets.rend()); }
  void PutNumber(std::int32_t number);  // INTEGER
  bool PutObjectId(const Oid& oid);     // false, and nothing is written: BER has no form for it
  // Makes one element of all that was put since size() was `end`.
  void Wrap(char tag, std::size_t end);

  std::string Take() const { return {reversed_.rbegin(), reversed_.rend()}; }

 private:
  std::string reversed_ = {};
};

class BerReader {
 public:
  struct Element {
    char tag;
    std::string_view content;
  };

  explicit BerReader(std::string_view octets) : rest_(octets) {}

  // The next element, of definite length, 4 octets of it at most.
  std::optional<Element> TakeAny();
  // Its content if it has this tag.
  std::optional<std::string_view> Take(char tag);
  // An INTEGER of 0 to 2147483647.
  std::optional<std::int32_t> TakeNumber();

  std::string_view rest() const { return rest_; }  // what was not taken

 private:
  std::string_view rest_;
};

// The contents of elements, without tag and length. An INTEGER has up to 8 octets; of what has no
// sign a zero may stand before them, and agents that leave it out are read as they mean it:
// 41 01 FB is a Counter32 of 251.
std::optional<std::int64_t> BerInteger(std::string_view content);
std::optional<std::uint64_t> BerUnsigned(std::string_view content);
// Parts of up to 32 bits. Some agents write 0.0 as no octets at all.
std::optional<Oid> BerObjectId(std::string_view content);

}  // namespace plotmeter
