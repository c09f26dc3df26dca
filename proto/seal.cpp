//    E = compact JWE of DEFLATE(M)     M = S LF P LF N     S = BASE64URL(header) ".."
//    BASE64URL(signature)

#include "proto/seal.h"

#define ZLIB_CONST
#include <zlib.h>

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "common/jose.h"

namespace plotmeter {
namespace {

constexpr std::size_t kFirstLook = 1024;  // bytes of M that must show who signed
constexpr std::size_t kChunk = std::size_t{64} << 10;
constexpr std::size_t kStep = std::size_t{1} << 20;  // room for M is asked for by so much
constexpr std::size_t kUsualInflation = 16;          // a guess, which saves copying what grew
constexpr int kRawDeflate = -MAX_WBITS;              // negative: no zlib header, no checksum
constexpr int kMemory = 8;                           // zlib's default
constexpr std::size_t kSealedHeader =
    512;  // more than the header part of E and its dots, which is about 400
// A stored block of nothing, on a byte boundary (RFC 1951 section 3.2.4): five bytes that inflate
// to none.
constexpr std::string_view kEmptyBlock("\x00\x00\x00\xff\xff", 5);

const Bytef* Bytes(const char* text) { return reinterpret_cast<const Bytef*>(text); }

uInt Length(std::size_t size) {
  if (size > std::numeric_limits<uInt>::max()) throw std::length_error("too long to compress");
  return static_cast<uInt>(size);
}

class Deflater {
 public:
  explicit Deflater(Effort effort) {
    const int level = effort == Effort::kLittle ? Z_BEST_SPEED : Z_DEFAULT_COMPRESSION;
    if (deflateInit2(&stream_, level, Z_DEFLATED, kRawDeflate, kMemory, Z_DEFAULT_STRATEGY) !=
        Z_OK) {
      throw std::bad_alloc();
    }
  }
  ~Deflater() { deflateEnd(&stream_); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  // Appends what `data` deflates to. `flush`: Z_SYNC_FLUSH ends on a byte boundary, Z_FINISH ends
  // the stream.
  void Add(std::string_view data, int flush, std::string& out) {
    stream_.next_in = Bytes(data.data());
    stream_.avail_in = Length(data.size());
    do {
      const std::size_t had = out.size();
      const std::size_t room = std::max(kChunk, std::size_t{stream_.avail_in} / 8);
      out.resize(had + room);
      stream_.next_out = reinterpret_cast<Bytef*>(out.data() + had);
      stream_.avail_out = Length(room);
      deflate(&stream_, flush);  // cannot fail: the state is ours and there is room
      out.resize(had + room - stream_.avail_out);
    } while (stream_.avail_out == 0);
  }

 private:
  z_stream stream_{};
};

class Inflater {
 public:
  explicit Inflater(std::string_view data) {  // `data` outlives it
    stream_.next_in = Bytes(data.data());
    stream_.avail_in = Length(data.size());
    if (inflateInit2(&stream_, kRawDeflate) != Z_OK) throw std::bad_alloc();
  }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // Appends to `out` until it has `size` bytes or the data ends. False for what is no DEFLATE.
  bool Fill(std::string& out, std::size_t size) {
    while (!ended_ && out.size() < size) {
      const std::size_t had = out.size();
      // Memory is touched for what really came out, not for what was promised.
      const std::size_t room = std::min(size - had, kChunk);
      out.resize(had + room);
      stream_.next_out = reinterpret_cast<Bytef*>(out.data() + had);
      stream_.avail_out = Length(room);
      const int answer = inflate(&stream_, Z_NO_FLUSH);
      out.resize(had + room - stream_.avail_out);
      if (answer == Z_STREAM_END) {
        ended_ = true;
      } else if (answer != Z_OK || out.size() == had) {
        return false;
      }
    }
    return true;
  }

  // The last block was read and nothing follows it.
  bool is_whole() const { return ended_ && stream_.avail_in == 0; }

 private:
  z_stream stream_{};
  bool ended_ = false;
};

OpenResult Refused(Refusal refusal, std::string detail) {
  return {.refusal = refusal, .detail = std::move(detail)};
}

// M into its three parts, P in M's own memory; false when it has fewer.
bool SplitMessage(std::string message, OpenResult& out) {
  const auto first = message.find('\n');
  if (first == std::string::npos) return false;
  const auto second = message.find('\n', first + 1);
  if (second == std::string::npos) return false;
  out.jws = message.substr(0, first);
  out.text.names = message.substr(second + 1);
  message.resize(second);
  message.erase(0, first + 1);
  out.text.payload = std::move(message);
  return true;
}

// Step 7 of the checks, on a message that is whole.
OpenResult CheckSignature(std::string message, const std::string& kid,
                          const OpenKeys::Signer& signer) {
  OpenResult out;
  if (!SplitMessage(std::move(message), out)) {
    return Refused(Refusal::kSignature, "the message is not a signature, a batch and its names");
  }
  const auto jws = ReadJws(out.jws);
  if (!jws || !jws->payload.empty() || jws->header.typ != kBatchJws || jws->header.kid != kid) {
    return Refused(Refusal::kSignature, "the first line is not the detached signature of a batch");
  }
  if (!jws->VerifyDetached(signer.key, out.text.payload)) {
    return Refused(Refusal::kSignature, "the signature is not that of the batch");
  }
  if (signer.revoked) out = Refused(Refusal::kRevoked, "the collector was revoked");
  if (!signer.revoked) out.refusal = Refusal::kNone;
  out.signer = kid;
  return out;
}

}  // namespace

std::string JoinMessage(std::string_view jws, const BatchText& text) {
  std::string message(jws);
  message.reserve(jws.size() + text.payload.size() + text.names.size() + 2);
  message += '\n';
  message += text.payload;
  message += '\n';
  return message += text.names;
}

std::string Seal(std::string_view message, const PublicKey& portal) {
  return EncryptJwe(Deflate(message), portal, {.typ = std::string(kBatchJwe), .zip = true});
}

bool FitsLimits(std::string_view message) {
  if (message.size() > kMaxMessage) return false;
  const std::size_t ciphertext = Deflate(message).size() + 16;  // padding, at most one block
  return ciphertext * 4 / 3 + kSealedHeader <= kMaxSealed;
}

std::string SealPlain(std::string_view message, std::string_view typ, const PublicKey& portal) {
  return EncryptJwe(message, portal, {.typ = std::string(typ)});
}

std::string_view ToText(Refusal refusal) {
  switch (refusal) {
    case Refusal::kNone:
      return "none";
    case Refusal::kTooLarge:
      return "too-large";
    case Refusal::kForm:
      return "form";
    case Refusal::kKeyUnknown:
      return "key-retired";
    case Refusal::kPoint:
      return "form";
    case Refusal::kMac:
      return "authentication";
    case Refusal::kSignerUnknown:
      return "signer";
    case Refusal::kInflation:
      return "inflation";
    case Refusal::kNoRoom:
      return "busy";
    case Refusal::kSignature:
      return "signature";
    case Refusal::kRevoked:
      return "revoked";
  }
  return "form";
}

OpenResult Open(std::string_view sealed, const OpenKeys& keys) {
  if (sealed.size() > kMaxSealed) return Refused(Refusal::kTooLarge, "larger than 4 MiB");
  const JweRead read = ReadJwe(sealed);
  const Jwe& jwe = read.jwe;
  if (read.fault == JweFault::kParts) return Refused(Refusal::kForm, "not a compact JWE");
  if (read.fault == JweFault::kHeader || jwe.header.typ != kBatchJwe || !jwe.header.zip) {
    return Refused(Refusal::kForm, "not the header of a sealed batch");
  }
  const auto key = keys.decryption(jwe.header.kid);
  if (!key) return Refused(Refusal::kKeyUnknown, "sealed to a key that is not in use");
  if (!jwe.epk) return Refused(Refusal::kPoint, "epk is not a point on P-256");
  const auto compressed = jwe.Decrypt(*key);
  if (!compressed) return Refused(Refusal::kMac, "altered on the way, or sealed to another key");

  Inflater inflater(*compressed);
  std::string message;
  const bool begins = inflater.Fill(message, kFirstLook);
  const auto header = ReadJwsHeader(std::string_view(message).substr(0, message.find('.')));
  if (!header || header->typ != kBatchJws) {
    return Refused(Refusal::kSignerUnknown, "does not begin with the signature of a batch");
  }
  const auto signer = keys.signer(header->kid);
  if (!signer) return Refused(Refusal::kSignerUnknown, "signed by nobody known here");

  const std::size_t limit = std::min(kMaxMessage, compressed->size() * kMaxInflation);
  message.reserve(std::min(limit, compressed->size() * kUsualInflation));
  if (!begins) return Refused(Refusal::kInflation, "not whole DEFLATE data");
  for (std::size_t size = 0; message.size() >= size && size <= limit;) {
    size = std::min(message.size() + kStep, limit + 1);
    if (keys.room && !keys.room(size - message.size())) {
      return Refused(Refusal::kNoRoom, "too many large batches at once");
    }
    if (!inflater.Fill(message, size)) {
      return Refused(Refusal::kInflation, "not whole DEFLATE data");
    }
  }
  if (message.size() > limit) {
    return Refused(Refusal::kInflation, "inflates to more than 64 MiB or 200 times its size");
  }
  if (!inflater.is_whole()) return Refused(Refusal::kInflation, "not whole DEFLATE data");
  return CheckSignature(std::move(message), header->kid, *signer);
}

std::optional<std::string> OpenPlain(std::string_view sealed, std::string_view typ,
                                     const OpenKeys& keys) {
  if (sealed.size() > kMaxSealed) return std::nullopt;
  const JweRead read = ReadJwe(sealed);
  if (read.fault != JweFault::kNone || read.jwe.header.typ != typ || read.jwe.header.zip) {
    return std::nullopt;
  }
  const auto key = keys.decryption(read.jwe.header.kid);
  if (!key) return std::nullopt;
  return read.jwe.Decrypt(*key);
}

std::string Deflate(std::string_view data, Effort effort) {
  std::string out;
  Deflater(effort).Add(data, Z_FINISH, out);
  if (out.size() * kMaxInflation >= data.size()) return out;
  out.clear();
  Deflater padded(effort);
  padded.Add(data, Z_SYNC_FLUSH, out);
  while (out.size() * kMaxInflation < data.size()) out += kEmptyBlock;
  padded.Add({}, Z_FINISH, out);
  return out;
}

std::optional<std::string> Inflate(std::string_view data, std::size_t limit) {
  Inflater inflater(data);
  std::string out;
  if (!inflater.Fill(out, limit + 1) || out.size() > limit || !inflater.is_whole()) {
    return std::nullopt;
  }
  return out;
}

}  // namespace plotmeter
