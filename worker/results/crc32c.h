// CRC-32C (Castagnoli), the checksum of records in the result spool. Thread-safe.
#pragma once

#include <cstdint>
#include <string_view>

namespace motzkin::worker {

// The published check value is Crc32c("123456789") == 0xE3069283.
uint32_t Crc32c(std::string_view bytes);

}  // namespace motzkin::worker
