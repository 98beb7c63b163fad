// Opens pipes, and sets up and fills the descriptors of pipes and files. Knows how many there may be.
// Thread-safe.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
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

// The number of descriptors that this process may have.
uint64_t DescriptorLimit();
// Raises that number as far as the system lets us. A program that has a descriptor for each of its
// peers needs it; the usual limit is 1,024. Children of ChildProcess get the old limit back: there
// are programs that select() on descriptors, which ends at 1,024, and some that close every number
// up to their limit when they start. Call it before any thread starts.
void RaiseDescriptorLimit();
// Takes the raise back, in a child between fork and exec. Returns errno. Async-signal-safe.
int RestoreDescriptorLimit();

// Writes all of `bytes`, as long as that takes. The error is that of write(). `fd` is blocking.
absl::Status WriteAll(int fd, std::string_view bytes);

}  // namespace motzkin
