#include "worker/results/crc32c.h"

#include <boost/crc.hpp>

namespace motzkin::worker {

uint32_t Crc32c(std::string_view bytes) {
  // Castagnoli's polynomial; bits are reflected on the way in and out, and inverted at both ends.
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
  crc.process_bytes(bytes.data(), bytes.size());
  return crc.checksum();
}

}  // namespace motzkin::worker
