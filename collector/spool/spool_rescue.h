// What to do when spool.db is not what it should be: saves what can be read of it into a new spool,
// row by row, and sets the file aside as it is.
//
//    if (auto rescued = RescueSpool(settings, clock, &key)) …   rescued->words says what happened
//
// The new spool has a new stream, since nobody knows what was lost, and everything that has no
// receipt is moved into it; batches that have one keep it, so that a restored portal can still ask
// for them. A batch counts as sound when the hash of its P is right, N is what P names, and, if
// the key is given, S is its signature.
//
// The file that is set aside is never written to. Its name is spool.db.damaged-TIME, or
// spool.db.foreign-TIME when it is no spool at all, with its write-ahead log beside it. A machine
// that dies in the middle finds at the next start either the old file, or the new one whole.
//
// For who has the state directory for itself (StateLock). Errors of the disk throw SqliteError or
// std::runtime_error; the old file is where it was then.

#pragma once

#include <optional>
#include <string>

#include "collector/spool/spool.h"
#include "common/clock.h"
#include "common/crypto.h"

namespace plotmeter {

// Nothing when the spool is sound, or there is none, and `why` is empty; else `why` is what was
// found wrong with it. Throws std::runtime_error for one that a newer program wrote, and changes
// nothing. `signer` is the collector's own key, if it has one.
std::optional<Rescued> RescueSpool(const SpoolSettings& settings, const Clock& clock,
                                   const PublicKey* signer, const std::string& why = {});

}  // namespace plotmeter
