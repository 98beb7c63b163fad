// A pipe between a worker and an integrator for a single thread that uses both of its ends.
#pragma once

#include <absl/status/statusor.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string>
#include <string_view>

#include "common/base/check.h"
#include "common/process/frame.h"

namespace motzkin::fuzz {

// A pipe that holds everything at once, so that writing never blocks. Thread-compatible.
class MemoryPipe {
 public:
  MemoryPipe() : fd_(memfd_create("pipe", MFD_CLOEXEC)) { MOTZKIN_CHECK(fd_ >= 0); }
  ~MemoryPipe() { close(fd_); }
  MemoryPipe(const MemoryPipe&) = delete;
  MemoryPipe& operator=(const MemoryPipe&) = delete;

  // Replaces the content by `bytes` and rewinds.
  void Fill(std::string_view bytes) const {
    MOTZKIN_CHECK(ftruncate(fd_, 0) == 0);
    MOTZKIN_CHECK(pwrite(fd_, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
    Rewind();
  }
  void Rewind() const { MOTZKIN_CHECK(lseek(fd_, 0, SEEK_SET) == 0); }
  absl::StatusOr<std::string> Next() const { return ReadFrame(fd_, Deadline::Never()); }
  int fd() const { return fd_; }

 private:
  const int fd_;
};

// Returns `payload` as one frame.
inline std::string Framed(std::string_view payload) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<char>(payload.size() >> shift));
  }
  return bytes.append(payload);
}

}  // namespace motzkin::fuzz
