// A membership makes a program a member of a cluster: it has its key, the certificate that the coordinator gave
// for it, and the coordinator's own certificate, by which it knows the coordinator again. All are
// in one file, so that they are always of one cluster.
//
// Thread-safe.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <filesystem>
#include <string>

#include "common/identity/certificate.h"
#include "common/identity/key.h"

namespace motzkin::identity {

struct Membership {
  PrivateKey key;
  std::string certificate;      // PEM
  std::string coordinator;      // PEM
  std::string coordinator_key;  // its public key
};

// Puts the parts together. INVALID_ARGUMENT: `coordinator` is not a certificate, it did not sign
// `certificate`, or that is for another key.
absl::StatusOr<Membership> MakeMembership(const PrivateKey& key, const std::string& certificate,
                                          const std::string& coordinator);

absl::Status WriteMembership(const std::filesystem::path& file, const Membership& membership);
// The errors are those of ReadSecretFile(); FAILED_PRECONDITION also if the file holds something
// else.
absl::StatusOr<Membership> ReadMembership(const std::filesystem::path& file);

}  // namespace motzkin::identity
