// The text of an invite, "FINGERPRINT.SECRET": the fingerprint of the coordinator's key in 64
// hexadecimal digits, by which the one who is invited knows the coordinator, and a secret in 32, by
// which the coordinator knows him.
//
// Thread-safe.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>

namespace motzkin::identity {

struct Invite {
  std::string fingerprint;
  std::string secret;
};

// INVALID_ARGUMENT: the text is not of that form. The message does not quote it, as it is a secret.
absl::StatusOr<Invite> ReadInvite(std::string_view text);

}  // namespace motzkin::identity
