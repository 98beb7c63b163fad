// TLS between a program and its coordinator. The coordinator shows its own certificate, and the
// program knows it by the key in that, not by names, issuers or dates.
//
// Thread-safe.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <memory>
#include <string>

#include "common/identity/membership.h"

namespace grpc {
class ChannelCredentials;
}

namespace motzkin::joining {

// The key that a coordinator is expected to have, and what it showed.
class CoordinatorKey {
 public:
  // `fingerprint` is that of the key; empty if any key will do.
  explicit CoordinatorKey(std::string fingerprint) : expected_(std::move(fingerprint)) {}

  // Whether a coordinator that shows this certificate is the right one. Called at each handshake.
  bool Accept(const std::string& certificate) ABSL_LOCKS_EXCLUDED(mutex_);
  // The certificate that was shown last, in PEM, and the fingerprint of its key. Empty before the
  // first handshake.
  std::string certificate() const ABSL_LOCKS_EXCLUDED(mutex_);
  std::string fingerprint() const ABSL_LOCKS_EXCLUDED(mutex_);
  const std::string& expected() const { return expected_; }
  // Whether a coordinator came that was not the right one.
  bool refused() const;

 private:
  const std::string expected_;
  mutable absl::Mutex mutex_;
  std::string certificate_ ABSL_GUARDED_BY(mutex_);
  std::string fingerprint_ ABSL_GUARDED_BY(mutex_);
};

// Returns credentials for channels of a member, or of a stranger if `member` is null.
std::shared_ptr<grpc::ChannelCredentials> TlsCredentials(
    std::shared_ptr<CoordinatorKey> coordinator, const identity::Membership* member);

}  // namespace motzkin::joining
