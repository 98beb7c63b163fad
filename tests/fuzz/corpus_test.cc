// Replays a fuzzer's corpus, which includes its findings, and garbled copies of it. This works in
// every build, without libFuzzer and with any compiler.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>

#include "tests/fuzz/fuzz_target.h"
#include "tests/support/garble.h"
#include "tests/support/seed.h"

namespace motzkin::fuzz {
namespace {

constexpr int kGarbledCopies = 20;

TEST(CorpusTest, EveryInputHoldsTheProperty) {
  const test::Seed seed;
  // Flush now, because a failed CHECK ends the process.
  std::cout << "replay with TEST_SEED=" << seed << "\n" << std::flush;
  std::mt19937_64 random(seed);
  int inputs = 0;
  Try("");
  for (const auto& entry : std::filesystem::directory_iterator(MOTZKIN_FUZZ_CORPUS)) {
    SCOPED_TRACE(entry.path().string());
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string input{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    Try(input);
    for (int i = 0; i < kGarbledCopies; ++i) Try(test::Garble(input, random));
    ++inputs;
  }
  EXPECT_GT(inputs, 3);
}

}  // namespace
}  // namespace motzkin::fuzz
