// Mutates spool files and corrects the checksums, or nothing behind them would be reached.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>

#include "worker/results/crc32c.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t size_max);

namespace motzkin::fuzz {
namespace {

void PutUint32(std::string& bytes, size_t at, uint32_t value) {
  for (size_t i = 0; i < 4; ++i) bytes[at + i] = static_cast<char>(value >> (8 * i));
}

uint32_t GetUint32(const std::string& bytes, size_t at) {
  uint32_t value = 0;
  for (size_t i = 4; i-- > 0;) value = value << 8 | static_cast<uint8_t>(bytes[at + i]);
  return value;
}

// Gives the records from `at` on the checksums of their content, and the last one the length that
// is there.
void MakeSound(std::string& bytes, size_t at) {
  while (at + 8 < bytes.size()) {
    const size_t left = bytes.size() - at - 8;
    size_t length = GetUint32(bytes, at);
    if (length > left) PutUint32(bytes, at, static_cast<uint32_t>(length = left));
    PutUint32(bytes, at + 4, worker::Crc32c({bytes.data() + at + 8, length}));
    at += 8 + length;
  }
}

}  // namespace
}  // namespace motzkin::fuzz

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t size_max,
                                          unsigned int seed) {
  size = LLVMFuzzerMutate(data, size, size_max);
  std::mt19937 random(seed);
  if (size < 2 || random() % 4 == 0) return size;
  std::string bytes(reinterpret_cast<const char*>(data), size);
  const size_t split = static_cast<uint8_t>(bytes[0]) | static_cast<uint8_t>(bytes[1]) << 8;
  motzkin::fuzz::MakeSound(bytes, 2);
  if (split + 2 < bytes.size()) motzkin::fuzz::MakeSound(bytes, 2 + split);
  memcpy(data, bytes.data(), size);
  return size;
}
