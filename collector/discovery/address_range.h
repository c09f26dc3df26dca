// IPv4 addresses to look at, as people write them, and a way through them that keeps none in
// memory.
//
//    AddressRange::Parse("range", "10.0.0.0/24")           10.0.0.1 to 10.0.0.254
//    AddressRange::Parse("range", "192.168.1-10.1-254")    ten times 254
//    AddressRange::Parse("range", "10.0.0.0/33")           throws UsageError:
//        'range' is '10.0.0.0/33'; expected a prefix length of 0 to 32 after the slash
//    AddressRange::Parse("range", "224.0.0.0/4")           throws too: discovery is unicast only
//
//    AddressWalk walk({range}, {exclude});
//    for (Ipv4 address; walk.Next(address);) Ask(address);

#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plotmeter {

struct Ipv4 {
  std::uint32_t number = 0;  // 10.0.0.7 is 0x0A000007

  static std::optional<Ipv4> Parse(std::string_view text);  // four octets, without leading zeros
  std::string ToText() const;                               // "10.0.0.7"

  // Whether one host may have it: 1.0.0.0 to 223.255.255.255. The others are "this network"
  // (0.0.0.0/8), multicast (224.0.0.0/4) and reserved, broadcast among them (240.0.0.0/4): IANA's
  // IPv4 address space, RFC 6890, RFC 5771. What is sent there reaches nobody, or many at once.
  bool is_unicast() const;
  auto operator<=>(const Ipv4&) const = default;
};

// What is_unicast() expects, in words.
inline constexpr std::string_view kExpectedUnicast =
    "addresses that one host may have, from 1.0.0.0 to 223.255.255.255: nobody is asked by "
    "multicast "
    "or broadcast";

class AddressRange {
 public:
  // An address, a CIDR block (bits below the prefix are not looked at) or four octets of which each
  // may be a span. `field` is what the error calls it. Throws UsageError naming field, what came
  // and what was expected; also where not all of it is unicast.
  static AddressRange Parse(std::string_view field, std::string_view text);

  // The same of addresses that nobody is to be asked at, unicast or not.
  static AddressRange ParseExclude(std::string_view field, std::string_view text);

  // How many addresses to look at: of a block of /30 or shorter neither the first (the network) nor
  // the last (broadcast).
  std::uint64_t size() const;

  Ipv4 at(std::uint64_t index) const;  // index < size(), in rising order

  // One of at(0) to at(size() - 1).
  bool Names(Ipv4 address) const;

  // As an exclude: the whole block, network and broadcast too.
  bool Contains(Ipv4 address) const;

 private:
  struct Span {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    std::uint32_t count() const { return last - first + 1; }
  };

  // Every CIDR block is four spans too.
  std::array<Span, 4> octets_ = {};
  bool skip_ends_ = false;
};

class AddressWalk {
 public:
  static constexpr std::uint64_t kMost = std::uint64_t{1} << 20;

  // The ranges, then the single addresses, in rising order. Throws UsageError when they have more
  // than kMost addresses together.
  AddressWalk(std::vector<AddressRange> ranges, std::vector<AddressRange> excludes,
              std::vector<Ipv4> singles = {});

  // The next address that is not excluded and was not there before; false at the end.
  bool Next(Ipv4& address);

  // Every address has its place in the walk, those excluded and doubles too: 0 to size() - 1.
  std::uint64_t size() const { return size_; }
  std::uint64_t place() const { return next_; }  // what Next looks at next
  void Seek(std::uint64_t place);

  // Empty for one that is excluded or was there before.
  std::optional<Ipv4> At(std::uint64_t place) const;

 private:
  std::vector<AddressRange> ranges_;
  std::vector<AddressRange> excludes_;
  std::vector<Ipv4> singles_;
  std::uint64_t size_ = 0;
  std::uint64_t next_ = 0;
};

}  // namespace plotmeter
