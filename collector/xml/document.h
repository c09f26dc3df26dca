// A document a printer sent, XML or JSON, as one kind of tree: who reads it need not know which.
//
//    <A><Slot><Id>0</Id></Slot><Slot>…</Slot></A>    and    {"A": {"Slot": [{"Id": 0}, {…}]}}
//
//    Node doc = ReadDocument(body);
//    for (const Node* slot : doc["A"].All("Slot"))    one object or a list of them
//      slot->Text("Id");                              "0"
//      slot->Amount("InkUsed");                       433 "cc", of a number, a string, {Value,
//      Unit}
//
// Printers vary in exactly these things, so they are settled here, once. What is
// absent reads as an empty node, and every accessor of an empty node says "nothing": never 0, never
// "". Numbers keep the digits they were sent with.
//
// Limits on bytes, depth and nodes make hostile documents an error instead of a burden. People are
// not in the tree: what kNeverRead names is left out with all below it while the tree is built, so
// that no later code can let it slip.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "common/decimal.h"
#include "common/time.h"

namespace plotmeter {

struct DocumentLimits {
  std::size_t max_bytes = std::size_t{4} << 20;
  int max_depth = 32;
  std::size_t max_nodes = 200'000;
};

// Not a document, or beyond a limit. The text says what and where, never what was in it.
struct DocumentError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A printer that has lost its clock counts from 1970 when it starts ("1970-01-01T00:04:00Z"), and
// none of ours was made before this: a time before it says "unknown".
inline constexpr Instant kClocksFrom = std::chrono::sys_days{std::chrono::year{2000} / 1 / 1};

// Elements that name people, their machines and accounts, or lead to what they print; in any case
// of letters, and with anything before UserName and HostName ("JobOriginatingUserName").
inline constexpr std::array<std::string_view, 17> kNeverRead = {
    "UserName",    "Account",       "HostName", "URL",       "PreviewFilePath", "JobOwner",
    "JobAcct1",    "JobAcct2",      "JobAcct3", "UserID",    "OwnerName",       "BinaryURL",
    "ContactName", "ContactPerson", "Email",    "AccountID", "DeviceLocation",
};

class Node {
 public:
  std::string name = {};  // without namespace prefix; the document itself has none
  std::string text = {};  // CleanText of what was sent
  std::vector<Node> children = {};

  bool empty() const { return text.empty() && children.empty(); }
  bool Has(std::string_view child) const;  // also when it is empty

  // The first child of that name; an empty node when there is none.
  const Node& operator[](std::string_view child) const;

  // All children of that name, in order: object or list. They live as long as this node.
  std::vector<const Node*> All(std::string_view child) const;

  // This node's own value.
  std::optional<std::string> Text() const;
  std::optional<std::int64_t> Count() const;  // a whole number from 0; "3" and "3.000000" are 3
  std::optional<bool> Flag() const;           // true, false
  std::optional<Instant> Time() const;        // RFC 3339; before kClocksFrom it is unknown
  std::optional<Decimal> Number() const;      // also of {Value, Unit}
  std::optional<Quantity> Amount() const;     // unit "?" where none is named

  // The value of a child.
  std::optional<std::string> Text(std::string_view child) const { return (*this)[child].Text(); }
  std::optional<std::int64_t> Count(std::string_view child) const { return (*this)[child].Count(); }
  std::optional<bool> Flag(std::string_view child) const { return (*this)[child].Flag(); }
  std::optional<Instant> Time(std::string_view child) const { return (*this)[child].Time(); }
  std::optional<Quantity> Amount(std::string_view child) const { return (*this)[child].Amount(); }
};

// Reads XML when the first non-blank byte is '<', else JSON: printers' Content-Type and URL suffix
// do not tell. The result is a node without a name that holds the root. Throws
// DocumentError.
Node ReadDocument(std::string_view body, const DocumentLimits& limits = {});

// Text as printers send it, made fit to keep: it ends before the first NUL, Latin-1 becomes UTF-8
// where it was not UTF-8 already, control characters go (C0 and C1), and a line break or tab with
// the blanks around it becomes one blank. Blanks at both ends go too, and all beyond 255 octets.
std::string CleanText(std::string_view raw);

// True for the names of kNeverRead, and what is said there; also for those of more than 128 octets,
// which no printer has.
bool IsNeverRead(std::string_view name);

}  // namespace plotmeter
