// How fast a batch is sealed and opened, beside bare OpenSSL and zlib on the same bytes.
//
// Bare is what the wire asks for, with the two libraries' own functions and nothing around them: an
// ephemeral key, ECDH, DEFLATE at zlib's default level, AES-128-CBC, HMAC-SHA-256; back again, then
// base64 of P and the ECDSA signature over it. Ours is Seal and Open, which add headers, limits,
// checks and copies. The two take turns, and each figure is the median of the rounds. Beside it
// stands "ciphers and zlib alone", where the bare side has neither P-256 nor signature.

#include <fmt/format.h>
#include <openssl/evp.h>
#include <zlib.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <vector>

#include "tests/proto/sample.h"

namespace plotmeter {
namespace {

constexpr double kGoal = 0.8;  // ours / bare, for 1 MiB

const unsigned char* Bytes(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* Bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

const std::string kKey(16, 'k');
const std::string kIv(16, 'i');

// A measurement of a failure would be worthless.
void Must(bool ok) {
  if (!ok) std::abort();
}

std::string Mac(const std::string& data) {
  std::string out(32, '\0');
  std::size_t size = 0;
  Must(EVP_Q_mac(nullptr, "HMAC", nullptr, "SHA256", nullptr, kKey.data(), kKey.size(), Bytes(data),
                 data.size(), Bytes(out), out.size(), &size) != nullptr);
  return out;
}

std::string Aes(const std::string& data, bool encrypt) {
  EVP_CIPHER_CTX* aes = EVP_CIPHER_CTX_new();
  std::string out(data.size() + 16, '\0');
  int head = 0;
  int tail = 0;
  Must(EVP_CipherInit_ex2(aes, EVP_aes_128_cbc(), Bytes(kKey), Bytes(kIv), encrypt ? 1 : 0,
                          nullptr) == 1 &&
       EVP_CipherUpdate(aes, Bytes(out), &head, Bytes(data), static_cast<int>(data.size())) == 1 &&
       EVP_CipherFinal_ex(aes, Bytes(out) + head, &tail) == 1);
  EVP_CIPHER_CTX_free(aes);
  out.resize(static_cast<std::size_t>(head + tail));
  return out;
}

std::string BareSeal(const std::string& message) {
  z_stream stream{};
  Must(deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8,
                    Z_DEFAULT_STRATEGY) == Z_OK);
  std::string deflated(deflateBound(&stream, message.size()), '\0');
  std::string in = message;
  stream.next_in = Bytes(in);
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = Bytes(deflated);
  stream.avail_out = static_cast<uInt>(deflated.size());
  Must(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  deflated.resize(stream.total_out);
  deflateEnd(&stream);
  std::string out = Aes(deflated, true);
  return out + Mac(out);
}

std::string BareOpen(const std::string& sealed, std::size_t size) {
  std::string ciphertext = sealed.substr(0, sealed.size() - 32);
  Must(Mac(ciphertext) == sealed.substr(ciphertext.size()));
  std::string deflated = Aes(ciphertext, false);
  z_stream stream{};
  Must(inflateInit2(&stream, -MAX_WBITS) == Z_OK);
  std::string message(size, '\0');
  stream.next_in = Bytes(deflated);
  stream.avail_in = static_cast<uInt>(deflated.size());
  stream.next_out = Bytes(message);
  stream.avail_out = static_cast<uInt>(message.size());
  Must(inflate(&stream, Z_FINISH) == Z_STREAM_END);
  inflateEnd(&stream);
  return message;
}

// The steps with P-256, as bare as they come: keys and inputs are ready.
struct Curve {
  PrivateKey portal = PrivateKey::Generate();
  PrivateKey collector = PrivateKey::Generate();
  PublicKey ephemeral = PrivateKey::Generate().public_key();
  PublicKey portal_public = portal.public_key();
  PublicKey collector_public = collector.public_key();
  std::string payload;
  std::string signature;

  explicit Curve(const std::string& p) : payload(p), signature(collector.Sign(Base64(p))) {}

  static std::string Base64(const std::string& data) {
    std::string out(data.size() / 3 * 4 + 5, '\0');
    const int size = EVP_EncodeBlock(Bytes(out), Bytes(data), static_cast<int>(data.size()));
    out.resize(static_cast<std::size_t>(size));
    return out;
  }
  void BeforeSeal() const {
    const PrivateKey key = PrivateKey::Generate();
    Must(key.Agree(portal_public).Reveal().size() == 32);
  }
  void AfterOpen() const {
    Must(portal.Agree(ephemeral).Reveal().size() == 32);
    Must(collector_public.Verify(Base64(payload), signature));
  }
};

// Of this thread, not of the clock on the wall: others may use the machine too.
double CpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

template <typename Act>
double Timed(int times, Act act) {
  const double start = CpuSeconds();
  for (int i = 0; i < times; ++i) act();
  return (CpuSeconds() - start) / times;
}

double Median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

struct Speeds {
  double ours = 0;  // MB of M a second
  double bare = 0;
  double ratio = 0;  // ours / bare, the median of the rounds' own
};

template <typename Ours, typename Bare>
Speeds Compared(std::size_t bytes, int rounds, int times, Ours ours, Bare bare) {
  std::vector<double> our_speed;
  std::vector<double> bare_speed;
  std::vector<double> ratio;
  const double megabytes = static_cast<double>(bytes) / 1e6;
  for (int round = 0; round < rounds; ++round) {
    our_speed.push_back(megabytes / Timed(times, ours));
    bare_speed.push_back(megabytes / Timed(times, bare));
    ratio.push_back(our_speed.back() / bare_speed.back());
  }
  return {.ours = Median(our_speed), .bare = Median(bare_speed), .ratio = Median(ratio)};
}

void Report(const char* what, const char* size, const Speeds& speeds, const char* beside) {
  fmt::print("{} {}: {:.1f} MB/s; {} {:.1f} MB/s; ratio {:.2f}\n", what, size, speeds.ours, beside,
             speeds.bare, speeds.ratio);
}

void Judge(const char* name, const Speeds& speeds) {
  fmt::print("bench {}: {:.2f} of bare (goal >= {:.2f}) {}\n", name, speeds.ratio, kGoal,
             speeds.ratio >= kGoal ? "ok" : "short");
}

struct Both {
  Speeds seal;
  Speeds open;
};

Both Measured(const char* size_text, std::size_t size, int rounds, int times) {
  const Parties parties;
  const PublicKey portal = parties.portal.public_key();
  const OpenKeys keys{.decryption = [&](const std::string&) { return parties.portal; },
                      .signer = [key = parties.collector.public_key()](
                                    const std::string&) { return OpenKeys::Signer{.key = key}; }};
  const BatchText text = WriteBatch(BusyBatch(size));
  const std::string message = parties.Message(text);
  const std::string sealed = Seal(message, portal);
  const std::string bare = BareSeal(message);
  const Curve curve(text.payload);
  fmt::print("M of {} bytes, E of {} bytes\n", message.size(), sealed.size());
  Must(Open(sealed, keys).refusal == Refusal::kNone);
  Must(BareOpen(bare, message.size()) == message);

  const auto seal = [&] { Must(!Seal(message, portal).empty()); };
  const auto open = [&] { Must(Open(sealed, keys).refusal == Refusal::kNone); };
  const auto bare_seal = [&] { Must(!BareSeal(message).empty()); };
  const auto bare_open = [&] { Must(BareOpen(bare, message.size()).size() == message.size()); };
  const auto compared = [&](const auto& ours, const auto& other) {
    return Compared(message.size(), rounds, times, ours, other);
  };
  constexpr const char* kAlone = "ciphers and zlib alone";
  Report("seal", size_text, compared(seal, bare_seal), kAlone);
  Report("open", size_text, compared(open, bare_open), kAlone);
  const Both both{.seal = compared(seal, [&] { curve.BeforeSeal(), bare_seal(); }),
                  .open = compared(open, [&] { bare_open(), curve.AfterOpen(); })};
  Report("seal", size_text, both.seal, "bare OpenSSL and zlib");
  Report("open", size_text, both.open, "bare OpenSSL and zlib");
  return both;
}

void Main() {
  Measured("4 KiB", 4 << 10, 21, 50);
  const Both large = Measured("1 MiB", 1 << 20, 21, 4);
  Judge("seal", large.seal);
  Judge("open", large.open);
}

}  // namespace
}  // namespace plotmeter

int main() { plotmeter::Main(); }
