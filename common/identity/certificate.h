// Certificates (X.509, in PEM), which say who holds a key. The coordinator signs them, and checks
// them again itself: by its key, without a chain and without names of issuers.
//
// Thread-safe.
#pragma once

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <string>
#include <string_view>

#include "common/identity/identity.h"
#include "common/identity/key.h"

namespace motzkin::identity {

struct Certificate {
  Identity holder;
  std::string public_key;
  absl::Time until;
};

// Makes the coordinator's own certificate, which is valid from `now` for 100 years. No program looks at
// its dates: a Raspberry Pi has no clock when it boots.
std::string IssueToSelf(const PrivateKey& coordinator, absl::Time now);

// Makes a certificate for the holder of `public_key`, for which IsPublicKey() holds.
std::string Issue(const PrivateKey& coordinator, const Identity& holder,
                  std::string_view public_key, absl::Time from, absl::Time until);

// Reads a certificate that the coordinator with this public key issued. Whether it has expired is
// for the caller to decide. PERMISSION_DENIED: another key signed it, or it names no holder.
absl::StatusOr<Certificate> ReadIssued(std::string_view pem, std::string_view coordinator);

// Returns the public key of any certificate. INVALID_ARGUMENT: it is none, or has another kind of
// key.
absl::StatusOr<std::string> PublicKeyOf(std::string_view pem);

}  // namespace motzkin::identity
