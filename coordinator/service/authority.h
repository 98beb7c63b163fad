// The coordinator's key, which says which cluster this is and signs the certificates of all members.
// It is kept in a folder that only the coordinator's user reads, with an identity for that user.
//
// Thread-safe.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <filesystem>
#include <string>

#include "common/base/clock.h"
#include "common/identity/certificate.h"
#include "common/identity/key.h"

namespace motzkin::coordinator {

// The folder below the coordinator's data directory, and its files. A backup has a copy of the first.
inline constexpr char kIdentityFolder[] = "identity";
inline constexpr char kCoordinatorFile[] = "coordinator.pem";
inline constexpr char kLocalFile[] = "local.pem";

class Authority {
 public:
  // Members get certificates for this time. Those of workers are renewed by their streams once half
  // of it is over.
  static constexpr absl::Duration kCertificateLife = absl::Hours(24 * 400);

  // Reads the key from `folder`, or makes it there with mode 0600. FAILED_PRECONDITION: the file is
  // damaged, or all may read it; the message names it. `clock` must outlive this.
  static absl::StatusOr<Authority> Open(const std::filesystem::path& folder, const Clock& clock);

  const std::filesystem::path& folder() const { return folder_; }
  const identity::PrivateKey& key() const { return key_; }
  const std::string& public_key() const { return public_key_; }
  // The coordinator's own certificate, in PEM.
  const std::string& certificate() const { return certificate_; }

  // The time by which certificates count: the wall clock of the start, and the boot clock from there
  // on. So a wall clock that jumps while this runs ends no certificate.
  absl::Time Today() const;
  // Returns a certificate in PEM that counts from now on, and when it ends.
  std::string Issue(const identity::Identity& holder, const std::string& public_key) const;
  absl::Time Until() const;

  // Leaves an identity of an operator for this user, and for root, in the folder: a new one at each
  // start. Returns the file.
  absl::StatusOr<std::string> LeaveLocalIdentity() const;

 private:
  Authority(std::filesystem::path folder, identity::PrivateKey key, std::string certificate,
            const Clock& clock);

  std::filesystem::path folder_;
  identity::PrivateKey key_;
  std::string public_key_;
  std::string certificate_;
  const Clock* clock_;
  absl::Time start_;
  BootTime start_boot_;
};

}  // namespace motzkin::coordinator
