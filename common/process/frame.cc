#include "common/process/frame.h"

#include <absl/strings/str_cat.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "common/base/status_macros.h"
#include "common/process/descriptors.h"

namespace motzkin {
namespace {

// Memory is allocated in steps of this size as bytes arrive. A peer that announces 16 MiB and sends
// nothing costs us one step.
constexpr size_t kReadStep = 64u << 10;

// Waits until `fd` is ready for `events`, has an error or was closed by the peer; the next read()
// or write() tells which. `interrupt` goes first when both are ready, so a busy pipe cannot hold it
// up.
absl::Status Await(int fd, short events, Deadline deadline, int interrupt) {
  std::array<pollfd, 2> polled = {pollfd{fd, events, 0}, pollfd{interrupt, POLLIN, 0}};
  while (true) {
    const int ready = poll(polled.data(), polled.size(), deadline.PollMillis());
    if (ready < 0 && errno != EINTR) return absl::ErrnoToStatus(errno, "poll");
    if (ready > 0 && polled[1].revents != 0) return absl::AbortedError("interrupted");
    if (ready > 0 && polled[0].revents != 0) return absl::OkStatus();
    if (deadline.Passed()) return absl::DeadlineExceededError("the peer of the pipe was too slow");
  }
}

// Appends exactly `size` bytes to `out`. OUT_OF_RANGE: the pipe ended before; `out` has the bytes
// that did arrive, so the caller can tell a clean end from a torn frame.
absl::Status ReadExactly(int fd, size_t size, std::string& out, Deadline deadline, int interrupt) {
  while (size > 0) {
    const size_t step = std::min(size, kReadStep);
    const size_t had = out.size();
    out.resize(had + step);
    // A read comes before any wait, so bytes that are there already count even past the deadline.
    const ssize_t got = read(fd, out.data() + had, step);
    const int error = errno;
    out.resize(had + std::max<ssize_t>(got, 0));
    if (got == 0) return absl::OutOfRangeError("the peer closed the pipe");
    if (got > 0) {
      size -= static_cast<size_t>(got);
    } else if (error == EAGAIN) {
      if (absl::Status waited = Await(fd, POLLIN, deadline, interrupt); !waited.ok()) return waited;
    } else if (error != EINTR) {
      return absl::ErrnoToStatus(error, "read from the pipe");
    }
  }
  return absl::OkStatus();
}

absl::Status InsideFrame(absl::Status status) {
  if (!absl::IsOutOfRange(status)) return status;
  return absl::DataLossError("the peer closed the pipe inside a frame");
}

// Keeps write() from raising SIGPIPE, no matter how the program handles that signal: blocks it in
// this thread and, if our write raised it, takes it off the queue before unblocking. (send() has
// MSG_NOSIGNAL, but works on sockets only.)
class NoSigpipe {
 public:
  NoSigpipe() {
    sigemptyset(&sigpipe_);
    sigaddset(&sigpipe_, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &sigpipe_, &before_);
  }
  ~NoSigpipe() {
    const timespec at_once = {};
    // If SIGPIPE was blocked before, the one that is pending may not be ours: leave it alone.
    if (raised_ && !sigismember(&before_, SIGPIPE)) sigtimedwait(&sigpipe_, nullptr, &at_once);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  NoSigpipe(const NoSigpipe&) = delete;
  NoSigpipe& operator=(const NoSigpipe&) = delete;
  void Raised() { raised_ = true; }

 private:
  sigset_t sigpipe_, before_;
  bool raised_ = false;
};

absl::Status CheckLength(size_t size) {
  if (size >= 1 && size <= kMaxFrameBytes) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat("a frame of ", size, " bytes"));
}

}  // namespace

absl::StatusOr<std::string> ReadFrame(int fd, Deadline deadline, int interrupt) {
  std::string header;
  absl::Status status = ReadExactly(fd, 4, header, deadline, interrupt);
  if (!status.ok()) return header.empty() ? status : InsideFrame(status);
  uint32_t size = 0;
  for (const char byte : header) size = size << 8 | static_cast<uint8_t>(byte);
  if (status = CheckLength(size); !status.ok()) return status;
  std::string payload;
  status = InsideFrame(ReadExactly(fd, size, payload, deadline, interrupt));
  if (!status.ok()) return status;
  return payload;
}

absl::Status WriteFrame(int fd, std::string_view payload, Deadline deadline, int interrupt) {
  if (absl::Status status = CheckLength(payload.size()); !status.ok()) return status;
  // Header and payload go out in one write(), which is atomic for small frames.
  std::string bytes;
  bytes.reserve(4 + payload.size());
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<char>(payload.size() >> shift));
  }
  bytes.append(payload);
  NoSigpipe no_sigpipe;
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t wrote = write(fd, bytes.data() + done, bytes.size() - done);
    if (wrote >= 0) {
      done += static_cast<size_t>(wrote);
    } else if (errno == EAGAIN) {
      absl::Status waited = Await(fd, POLLOUT, deadline, interrupt);
      if (!waited.ok()) return waited;
    } else if (errno == EPIPE) {
      no_sigpipe.Raised();
      if (done == 0) return absl::OutOfRangeError("the peer closed the pipe");
      return absl::DataLossError("the peer closed the pipe inside a frame");
    } else if (errno != EINTR) {
      return absl::ErrnoToStatus(errno, "write to the pipe");
    }
  }
  return absl::OkStatus();
}

absl::Status ServeFrames(
    int in, int out,
    const std::function<absl::StatusOr<std::string>(const std::string& frame)>& answer) {
  RETURN_IF_ERROR(MakeNonBlocking(in));
  RETURN_IF_ERROR(MakeNonBlocking(out));
  while (true) {
    const absl::StatusOr<std::string> frame = ReadFrame(in, Deadline::Never());
    if (absl::IsOutOfRange(frame.status())) return absl::OkStatus();
    RETURN_IF_ERROR(frame.status());
    ASSIGN_OR_RETURN(const std::string reply, answer(*frame));
    RETURN_IF_ERROR(WriteFrame(out, reply, Deadline::Never()));
  }
}

}  // namespace motzkin
