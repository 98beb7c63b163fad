// Certificates (X.509, in PEM), which say who holds a key. The coordinator signs them, and checks
// them again itself: by its key, without a chain and without names of issuers.
//
// Thread-safe.
#pragma once

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <string>
#include <string_view>
#include <vector>

#include "common/identity/identity.h"
#include "common/identity/key.h"

namespace motzkin::identity {

struct Certificate {
  Identity holder;
  std::string public_key;
  absl::Time until;
};

// Makes a certificate that its own key signs, which is valid from `from` for 100 years: the
// coordinator's, or that of its private Postgres. No program of ours looks at the dates, because a
// Raspberry Pi has no clock when it boots.
std::string IssueToSelf(const PrivateKey& key, absl::Time from);

// These two make certificates for browsers, which, unlike members, want to be told by whom a name may be
// used and until when. The first says that its own key is an authority. The second is for a server
// with these names and IP addresses, each of letters, digits, '.', '-', '_' and ':'; at least one.
std::string IssueAuthority(const PrivateKey& key, absl::Time from);
std::string IssueForSite(const PrivateKey& coordinator, const std::vector<std::string>& names,
                         std::string_view public_key, absl::Time from, absl::Time until);

// Whether both texts in PEM are a certificate, of any kind of key, and its private key.
bool BelongTogether(std::string_view certificate, std::string_view key);

// Makes a certificate for the holder of `public_key`, for which IsPublicKey() holds.
std::string Issue(const PrivateKey& coordinator, const Identity& holder,
                  std::string_view public_key, absl::Time from, absl::Time until);

// Reads a certificate that the coordinator with this public key issued. Whether it has expired is
// for the caller to decide. PERMISSION_DENIED: another key signed it, or it names no holder.
absl::StatusOr<Certificate> ReadIssued(std::string_view pem, std::string_view coordinator);

// Returns the public key of any certificate. INVALID_ARGUMENT: it is not a certificate, or has
// another kind of key.
absl::StatusOr<std::string> PublicKeyOf(std::string_view pem);

}  // namespace motzkin::identity
