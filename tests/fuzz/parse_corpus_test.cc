// Replays the fuzzer's corpus, and what it found, in every build: without libFuzzer, with any
// compiler.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/fuzz/fuzz_target.h"

namespace motzkin::fuzz {
namespace {

TEST(ParseCorpusTest, EveryInputHoldsTheProperty) {
  int inputs = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(MOTZKIN_SOURCE_DIR "/tests/fuzz/corpus/parse")) {
    SCOPED_TRACE(entry.path().string());
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string input{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    // Each text in each format, whatever its first byte says.
    for (const char format : {'0', '1', '2'}) Try(format + input);
    Try(input);
    ++inputs;
  }
  EXPECT_GT(inputs, 30);
}

}  // namespace
}  // namespace motzkin::fuzz
