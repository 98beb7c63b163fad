// Turns messages into bytes that resemble them.
#pragma once

#include <cstdint>
#include <random>
#include <string>

namespace motzkin::test {

// Flips, cuts, doubles and inserts bytes: one to six changes anywhere in `bytes`.
inline std::string Garble(std::string bytes, std::mt19937_64& random) {
  for (uint64_t left = 1 + random() % 6; left > 0 && !bytes.empty(); --left) {
    const size_t at = random() % bytes.size();
    switch (random() % 5) {
      case 0:
        bytes.resize(at);
        break;
      case 1:
        bytes.insert(at, 1 + random() % 12, static_cast<char>(random()));
        break;
      case 2:
        bytes += bytes.substr(at, 200);
        break;
      default:
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << (random() % 8)));
    }
  }
  return bytes;
}

}  // namespace motzkin::test
