// Framing for pipes between our processes, first of all worker <-> integrator.
//
//   frame   := length payload
//   length  := uint32, big-endian, bytes in `payload`, 1 .. kMaxFrameBytes
//   payload := one serialized message, e.g. of motzkin.integrator.v1
//
// The peer may be compromised: a reader never allocates more than kMaxFrameBytes because of a
// length it was sent, and does so only as the bytes arrive. `fd` must be non-blocking, as those of
// ChildProcess are; otherwise a stuck peer could outlast `deadline`.
//
// Errors of both functions:
//   OUT_OF_RANGE        the peer closed the pipe between two frames: a clean end
//   DATA_LOSS           the peer closed the pipe inside a frame
//   RESOURCE_EXHAUSTED  the length is 0 or above kMaxFrameBytes
//   DEADLINE_EXCEEDED   `deadline` passed; the pipe may be mid-frame, so discard the peer
//   ABORTED             `interrupt` became readable; discard the peer as above
//   otherwise           the status of errno
//
// Writing never raises SIGPIPE, whether or not the process ignores it.
// Thread-compatible: one reader and one writer per descriptor at a time.
#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "common/base/deadline.h"

namespace motzkin {

// 16 MiB: far above the largest result that is stored.
inline constexpr uint32_t kMaxFrameBytes = 16u << 20;

// `interrupt` is a descriptor, such as an eventfd, that ends the wait when it becomes readable; -1
// stands for none.
absl::StatusOr<std::string> ReadFrame(int fd, Deadline deadline, int interrupt = -1);
absl::Status WriteFrame(int fd, std::string_view payload, Deadline deadline, int interrupt = -1);

// Answers each frame from `in` with one on `out` until `in` ends between two frames, which is OK.
// Makes both descriptors non-blocking. An error of `answer` ends it as well.
absl::Status ServeFrames(
    int in, int out,
    const std::function<absl::StatusOr<std::string>(const std::string& frame)>& answer);

}  // namespace motzkin
