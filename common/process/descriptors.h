// Opens pipes, and sets up and fills the descriptors of pipes and files. Thread-safe.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <string_view>

#include "common/process/unique_fd.h"

namespace motzkin {

struct PipeEnds {
  UniqueFd read;
  UniqueFd write;
};

// Opens a pipe whose ends both close on exec.
absl::StatusOr<PipeEnds> OpenPipe();

// Makes reads and writes on this open file return EAGAIN instead of waiting.
absl::Status MakeNonBlocking(int fd);

// Writes all of `bytes`, as long as that takes. The error is that of write(). `fd` is blocking.
absl::Status WriteAll(int fd, std::string_view bytes);

}  // namespace motzkin
