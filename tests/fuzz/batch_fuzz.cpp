// Whatever a known collector signs as P and N is a batch or a complaint; a batch that was read is
// written and read again as the same. The input is P, an LF, and N.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "common/crypto.h"
#include "common/json.h"
#include "proto/batch.h"

namespace {

using namespace plotmeter;

void Check(bool is_so) {
  if (!is_so) std::abort();
}

void ReadOrRefuse(std::string_view payload, std::string_view names) {
  try {
    const BatchDocument document(payload);
    const Batch batch = document.Read(names);
    Check(document.Address().batch == batch.batch);
    const BatchText text = WriteBatch(batch);
    Check(ParseBatch(text.payload, text.names) == batch);
  } catch (const BatchError& error) {
    Check(*error.what() != '\0');
  }
}

// P with the hash of these names, so that a changed N is read too.
std::string WithHash(std::string_view payload, std::string_view names) {
  const auto at = payload.find(R"("names":")");
  if (at == std::string_view::npos || payload.size() < at + 9 + 43) return std::string(payload);
  return std::string(payload).replace(at + 9, 43, Base64Url(Sha256(names)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto lf = bytes.find('\n');
  const std::string_view payload = bytes.substr(0, lf);
  const std::string_view names =
      lf == std::string_view::npos ? std::string_view() : bytes.substr(lf + 1);
  ReadOrRefuse(payload, names);
  ReadOrRefuse(WithHash(payload, names), names);
  return 0;
}
