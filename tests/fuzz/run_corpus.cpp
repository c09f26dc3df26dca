// Runs a fuzz target without a fuzzer: every file of its corpus, then variations of each, always
// the same ones. Linked into each target of plotmeter_fuzz (CMakeLists.txt beside this file).
//
// A target fails by crashing, by a sanitizer's complaint, or by letting an exception out; the file
// and the variation are named. RUN_FILE=name runs that file and its variations alone.

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/paths.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

// There under a sanitizer only, whose complaint raises no signal.
extern "C" __attribute__((weak)) void __sanitizer_set_death_callback(void (*callback)());

namespace {

namespace fs = std::filesystem;
using std::string_view_literals::operator""sv;

constexpr int kVariationsAFile = 200;  // Some seconds under a sanitizer for a corpus of a hundred.

struct Named {
  std::string name = {};
  std::string bytes = {};
};

std::vector<Named> Corpus() {
  std::vector<Named> files;
  for (const auto& entry : fs::directory_iterator(SOURCE_ROOT CORPUS)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    files.push_back({entry.path().filename().string(), {std::istreambuf_iterator<char>(in), {}}});
  }
  // By name: a directory has no order, and the variations shall be the same everywhere.
  std::ranges::sort(files, {}, &Named::name);
  return files;
}

bool IsWanted(const std::string& name) {
  const char* only = std::getenv("RUN_FILE");
  return only == nullptr || name == only;
}

std::string running;  // What the target is being given, for whoever reads of its crash.

void NameTheInput() { std::fprintf(stderr, "the target was given: %s\n", running.c_str()); }

void NameTheInputOnSignal(int signal) {
  NameTheInput();
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

void NameTheInputOnACrash() {
  std::signal(SIGABRT, NameTheInputOnSignal);
  if (__sanitizer_set_death_callback != nullptr) {
    __sanitizer_set_death_callback(NameTheInput);
    return;
  }
  for (const int signal : {SIGSEGV, SIGFPE, SIGILL}) std::signal(signal, NameTheInputOnSignal);
}

// A copy on the heap of exactly its size, so that a sanitizer sees a read past its end.
void Feed(const std::string& name, const std::string& bytes) {
  running = name;
  const std::vector<std::uint8_t> exact(bytes.begin(), bytes.end());
  try {
    LLVMFuzzerTestOneInput(exact.data(), exact.size());
  } catch (const std::exception& error) {
    ADD_FAILURE() << name << " let out: " << error.what();
  }
}

using Random = std::mt19937;

// A number under `end`; not a std distribution, whose numbers differ between libraries.
std::size_t Under(Random& random, std::size_t end) { return random() % end; }

// One small change: a bit, a byte, a cut, a repetition, or the tail of another file.
void Change(std::string& bytes, const std::vector<Named>& corpus, Random& random) {
  static constexpr std::string_view kTelling = "\0\xff\x80\x7f\r\n\t \"'%&/<>\\{}[]:;,=+-.0129eE"sv;
  const std::size_t at = Under(random, bytes.size() + 1);
  const std::size_t length = Under(random, 16);
  switch (Under(random, 7)) {
    case 0:
      if (at < bytes.size()) bytes[at] = static_cast<char>(bytes[at] ^ (1 << Under(random, 8)));
      break;
    case 1:
      if (at < bytes.size()) bytes[at] = kTelling[Under(random, kTelling.size())];
      break;
    case 2:
      bytes.insert(at, 1, kTelling[Under(random, kTelling.size())]);
      break;
    case 3:
      bytes.erase(at, length);
      break;
    case 4:
      bytes.insert(at, bytes.substr(at, length));
      break;
    case 5:
      bytes.resize(at);
      break;
    default: {
      const std::string& other = corpus[Under(random, corpus.size())].bytes;
      bytes = bytes.substr(0, at) + other.substr(Under(random, other.size() + 1));
    }
  }
}

TEST(CorpusTest, RunsEveryFile) {
  const auto corpus = Corpus();
  ASSERT_FALSE(corpus.empty()) << "nothing in " << CORPUS;
  NameTheInputOnACrash();
  Feed("no bytes at all", "");
  for (const auto& file : corpus) {
    if (IsWanted(file.name)) Feed(file.name, file.bytes);
  }
}

TEST(CorpusTest, RunsVariationsOfEveryFile) {
  const auto corpus = Corpus();
  NameTheInputOnACrash();
  for (const auto& file : corpus) {
    if (!IsWanted(file.name)) continue;
    Random random(static_cast<std::uint32_t>(file.bytes.size()));
    for (int variation = 0; variation < kVariationsAFile; ++variation) {
      std::string bytes = file.bytes;
      for (std::size_t changes = 1 + Under(random, 4); changes > 0; --changes) {
        Change(bytes, corpus, random);
      }
      Feed(file.name + " variation " + std::to_string(variation), bytes);
    }
  }
}

}  // namespace
