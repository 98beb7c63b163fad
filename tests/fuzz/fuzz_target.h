// Every fuzzer is a pure function of bytes that CHECKs a property. NAME_fuzz.cc defines it. Linked
// with fuzz_main.cc it is a libFuzzer target, and with corpus_test.cc an ordinary test that replays
// the corpus in every build.
#pragma once

#include <string_view>

namespace motzkin::fuzz {

void Try(std::string_view input);

}  // namespace motzkin::fuzz
