// A reading as one object of JSON text, as it travels in a batch and lies in the spool:
//
//    {"at":"2026-11-22T09:00:03Z","channel":"snmp","meters":[{"meter":"sheets",…}],"printer":"p1"}
//
// The only writer of this form. It writes text at once, because a collector keeps thousands of
// readings a round, and a tree of JSON in between cost more than all the rest of keeping one. The
// members are in alphabetical order, so the bytes are those which JsonText() gives for the same
// value. Text is cleaned as WriteBatch (batch.h) says.
//
// Pure. Only for proto/*.cpp and the spool.

#pragma once

#include <string>

#include "common/reading.h"

namespace plotmeter {

// `printer` is an index into the batch's list. What a portal would refuse is written all the same.
std::string ReadingText(const Reading& reading, std::size_t printer = 0);
std::string AlertText(const Alert& alert);
std::string TraitText(const Trait& trait);

// Whether a portal would take ReadingText(reading), as far as a portal's rules go
// (batch_parse.cpp); false where they would have to be asked.
bool IsPlainlyRight(const Reading& reading);

// Text as a portal takes it: UTF-8 without U+0000, of at most kMaxText bytes.
std::string CleanText(std::string text);

}  // namespace plotmeter
