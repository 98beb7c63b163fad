#include "common/identity/invite.h"

#include <absl/status/status.h>
#include <absl/strings/ascii.h>

namespace motzkin::identity {
namespace {

bool IsHex(std::string_view text, size_t digits) {
  return text.size() == digits &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

absl::StatusOr<Invite> ReadInvite(std::string_view text) {
  // An invite from a file ends in a newline, and one that was pasted may end in spaces.
  while (!text.empty() && absl::ascii_isspace(static_cast<unsigned char>(text.back()))) {
    text.remove_suffix(1);
  }
  const size_t dot = text.find('.');
  // Capitals are refused rather than folded: the coordinator keeps the hash of the text, not of the
  // bytes that it stands for.
  if (dot == std::string_view::npos || !IsHex(text.substr(0, dot), 64) ||
      !IsHex(text.substr(dot + 1), 32)) {
    return absl::InvalidArgumentError(
        "the invite is not one that `motzkin invite` prints: 64 hexadecimal digits, a dot and 32 "
        "more");
  }
  return Invite{.fingerprint = std::string(text.substr(0, dot)),
                .secret = std::string(text.substr(dot + 1))};
}

}  // namespace motzkin::identity
