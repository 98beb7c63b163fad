// libFuzzer's entry: ./parse_fuzz tests/fuzz/corpus/parse
#include <cstddef>
#include <cstdint>

#include "tests/fuzz/parse_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  motzkin::fuzz::ParseAndReparse({reinterpret_cast<const char*>(data), size});
  return 0;
}
