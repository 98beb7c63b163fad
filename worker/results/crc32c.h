// CRC-32C (Castagnoli), the checksum of the result spool's records.
#pragma once

#include <cstdint>
#include <string_view>

namespace motzkin::worker {

// Crc32c("123456789") == 0xE3069283.
uint32_t Crc32c(std::string_view bytes);

}  // namespace motzkin::worker
