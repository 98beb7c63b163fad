#include "cli/text/secret_line.h"

#include <absl/status/status.h>
#include <fmt/core.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>

namespace motzkin::cli {
namespace {

constexpr size_t kLineMax = 4'096;
constexpr char kInterrupt = '\x03';  // Ctrl-C

// Keeps the terminal from showing what is typed for as long as it lives. Ctrl-C comes as a character
// meanwhile, so that no signal leaves the terminal like this.
class Unseen {
 public:
  Unseen() {
    if (!IsTyped() || ::tcgetattr(STDIN_FILENO, &before_) != 0) return;
    termios unseen = before_;
    unseen.c_lflag &= ~static_cast<tcflag_t>(ECHO | ISIG);
    changed_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &unseen) == 0;
  }
  ~Unseen() {
    if (changed_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  Unseen(const Unseen&) = delete;
  Unseen& operator=(const Unseen&) = delete;

 private:
  termios before_ = {};
  bool changed_ = false;
};

absl::StatusOr<std::string> ReadLine() {
  std::string line;
  // Byte by byte, as what follows the line is not ours.
  for (char c = 0; line.size() <= kLineMax;) {
    const ssize_t got = ::read(STDIN_FILENO, &c, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return absl::ErrnoToStatus(errno, "standard input");
    if (got == 0 && line.empty()) {
      return absl::InvalidArgumentError("there is no line on standard input");
    }
    if (got == 0 || c == '\n') {
      if (line.ends_with('\r')) line.pop_back();
      return line;
    }
    line += c;
  }
  return absl::InvalidArgumentError("the line on standard input has more than 4096 bytes");
}

}  // namespace

bool IsTyped() { return ::isatty(STDIN_FILENO) == 1; }

absl::StatusOr<std::string> ReadSecretLine(const std::string& prompt) {
  if (!IsTyped()) return ReadLine();
  const Unseen unseen;
  fmt::print(stderr, "{}", prompt);
  absl::StatusOr<std::string> line = ReadLine();
  fmt::print(stderr, "\n");  // The one that was typed is not shown.
  if (line.ok() && line->find(kInterrupt) != std::string::npos) {
    return absl::CancelledError("nothing was changed");
  }
  return line;
}

}  // namespace motzkin::cli
