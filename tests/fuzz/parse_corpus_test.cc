// Replays the fuzzer's corpus, which includes its findings, in every build, without libFuzzer and
// with any compiler.
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
    // Tries each text in every format and dialect, not only in those that its first byte chooses.
    for (char choice = '0'; choice < '0' + 18; ++choice) Try(choice + input);
    Try(input);
    ++inputs;
  }
  EXPECT_GT(inputs, 30);
}

}  // namespace
}  // namespace motzkin::fuzz
