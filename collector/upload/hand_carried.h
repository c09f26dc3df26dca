// Batches that are carried by hand, for a site that lets nothing out: sealed into files, taken to
// the portal, and their receipts brought back.
//
//    ExportBatches(spool, identity, "out")      out/4b1c…-00000041.jose, one a batch
//    … plotmeter-portal import out              makes out/receipts.ndjson
//    ImportReceipts(spool, clock, identity, text)
//
// A file holds the very bytes that would have been POSTed, so whoever carries it can read and
// change nothing. The receipts are believed as those of the wire are: only what the portal signed,
// about that batch, counts; each line of the file is {"file":…,"status":200,"jws":…}, the first
// {"receipts":1,"portal":thumbprint,"keys":the portal's signed keys}. What has no receipt stays and
// is exported again.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "collector/spool/spool.h"
#include "collector/upload/uploader.h"
#include "common/clock.h"

namespace plotmeter {

// Cuts what waits, and writes every batch without a receipt into the directory, which is made where
// it is missing. Answers the file names, oldest first. A file of the same name is replaced by the
// same batch. Throws std::runtime_error that names what could not be written.
std::vector<std::string> ExportBatches(Spool& spool, const UploadIdentity& identity,
                                       const std::string& directory);

struct ReceiptsTaken {
  std::int64_t receipted = 0;              // batches whose contents are forgotten now
  std::int64_t before = 0;                 // lines about batches that had their receipt already
  std::int64_t refused = 0;                // set aside, cut anew or moved
  std::vector<std::string> troubles = {};  // lines that mean nothing here, and why
};

// Throws std::runtime_error for what is no file of receipts, or is another portal's.
ReceiptsTaken ImportReceipts(Spool& spool, const Clock& clock, const UploadIdentity& identity,
                             std::string_view text);

}  // namespace plotmeter
