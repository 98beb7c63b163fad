#include "cli/reading/line_pump.h"

#include <absl/strings/str_cat.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace motzkin::cli {
namespace {

constexpr char kNoReader[] = "standard output has no reader any more";

}  // namespace

absl::StatusOr<std::unique_ptr<LinePump>> LinePump::Open(int in, int out) {
  UniqueFd wake(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake.valid()) return absl::ErrnoToStatus(errno, "eventfd");
  return std::unique_ptr<LinePump>(new LinePump(in, out, std::move(wake)));
}

void LinePump::Read() {
  std::string buffer(size_t{64} << 10, '\0');
  while (AwaitInput()) {
    const ssize_t got = read(in_, buffer.data(), buffer.size());
    if (got == 0) return End();
    if (got > 0) {
      Split(std::string_view(buffer.data(), static_cast<size_t>(got)));
    } else if (errno != EINTR && errno != EAGAIN) {
      return Stop(
          absl::DataLossError(absl::StrCat("cannot read standard input: ", strerror(errno))));
    }
  }
}

bool LinePump::AwaitInput() {
  while (!stopped_) {
    pollfd polled[] = {{in_, POLLIN, 0}, {wake_.get(), POLLIN, 0}, {out_, 0, 0}};
    if (poll(polled, std::size(polled), -1) < 0) continue;
    // A pipe or socket whose reader is gone says so without being asked. The peer may have left its end
    // of the input open, so that we would wait for ever.
    if ((polled[2].revents & POLLERR) != 0) {
      Stop(absl::DataLossError(kNoReader));
      return false;
    }
    if (polled[1].revents != 0) return false;
    if (polled[0].revents != 0) return true;
  }
  return false;
}

void LinePump::Split(std::string_view bytes) {
  while (!bytes.empty()) {
    const size_t feed = bytes.find('\n');
    const std::string_view part = bytes.substr(0, feed);
    const size_t room = kLineBytesMax - line_.text.size();
    line_.text.append(part.substr(0, room));
    line_.too_long = line_.too_long || part.size() > room;
    if (feed == std::string_view::npos) return;
    EndLine();
    bytes.remove_prefix(feed + 1);
  }
}

void LinePump::EndLine() {
  const int64_t following = line_.number + 1;
  if (!line_.text.empty() && line_.text.back() == '\r') line_.text.pop_back();
  {
    const absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(this, &LinePump::HasRoom));
    ++ahead_;
    ahead_bytes_ += line_.text.size();
    queue_.push_back(std::move(line_));
  }
  line_ = InputLine{.number = following};
}

void LinePump::End() {
  if (!line_.text.empty()) EndLine();  // The last line may lack its line feed.
  const absl::MutexLock lock(&mutex_);
  ended_ = true;
}

std::vector<InputLine> LinePump::Take(size_t takers, size_t lines_max) {
  const absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(this, &LinePump::HasLines));
  std::vector<InputLine> lines;
  if (stopped_) return lines;
  const size_t share = (queue_.size() + takers - 1) / takers;
  size_t bytes = 0;
  while (!queue_.empty() && lines.size() < std::min(share, lines_max)) {
    bytes += queue_.front().text.size();
    lines.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  if (!lines.empty()) taken_bytes_[lines.front().number] = bytes;
  return lines;
}

void LinePump::Give(int64_t first, const std::vector<std::string>& answers) {
  Answers given{answers.size(), ""};
  for (const std::string& answer : answers) absl::StrAppend(&given.text, answer, "\n");
  const absl::MutexLock lock(&mutex_);
  ready_.emplace(first, std::move(given));
  while (!stopped_ && !ready_.empty() && ready_.begin()->first == next_) {
    const auto& [line, written] = *ready_.begin();
    Write(written.text);
    next_ += static_cast<int64_t>(written.lines);
    ahead_ -= static_cast<int64_t>(written.lines);
    ahead_bytes_ -= taken_bytes_[line];
    taken_bytes_.erase(line);
    ready_.erase(ready_.begin());
  }
}

// Writes under the lock, so that answers do not overtake each other. A slow reader holds all up, as it
// should.
void LinePump::Write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t wrote = write(out_, bytes.data(), bytes.size());
    if (wrote >= 0) {
      bytes.remove_prefix(static_cast<size_t>(wrote));
    } else if (errno == EAGAIN) {  // The peer may have made the pipe non-blocking.
      pollfd polled = {out_, POLLOUT, 0};
      poll(&polled, 1, -1);
    } else if (errno != EINTR) {
      return StopLocked(absl::DataLossError(
          errno == EPIPE ? std::string(kNoReader)
                         : absl::StrCat("cannot write to standard output: ", strerror(errno))));
    }
  }
}

void LinePump::Stop(const absl::Status& why) {
  const absl::MutexLock lock(&mutex_);
  StopLocked(why);
}

void LinePump::StopLocked(const absl::Status& why) {
  if (status_.ok()) status_ = why;
  stopped_ = true;
  const uint64_t one = 1;
  // This fails only after 2^64 calls, and then the eventfd is readable anyway.
  [[maybe_unused]] const ssize_t wrote = write(wake_.get(), &one, sizeof(one));
}

absl::Status LinePump::status() const {
  const absl::MutexLock lock(&mutex_);
  return status_;
}

}  // namespace motzkin::cli
