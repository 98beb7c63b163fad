// Decides about every call, of every service, before anything else sees it: who may call what is
// one table, and a method that the table does not name is refused.
//
// Thread-safe. Nothing here blocks.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/synchronization/mutex.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/identity/certificate.h"
#include "coordinator/service/authority.h"

namespace grpc {
class AuthContext;
}

namespace motzkin::coordinator {

class Gatekeeper {
 public:
  // Lets everybody do everything: for connections in plain text, where no caller can say who he is.
  Gatekeeper() = default;
  // Lets in whom `authority`, which must outlive this, has issued a certificate that counts.
  explicit Gatekeeper(const Authority& authority) : authority_(&authority) {}

  // Whether callers have to say who they are.
  bool asks() const { return authority_ != nullptr; }

  // Whether a call of `method` ("/motzkin.v1.OperatorService/ListJobs") may go on. `certificate` is
  // what the caller has shown, in PEM; empty if nothing.
  //   UNAUTHENTICATED    the caller has shown nothing, or a certificate that has expired
  //   PERMISSION_DENIED  another coordinator issued it, it was revoked, or it is not for this method
  absl::Status Check(std::string_view method, const std::string& certificate) const;
  // Returns the one who makes a call that passed Check(). Nothing if callers are not asked, or have
  // shown nothing.
  std::optional<identity::Certificate> Caller(const grpc::AuthContext& context) const;

  // From now on certificates for these keys (their SHA-256) are refused, or count again.
  void Revoke(const std::vector<std::string>& keys) ABSL_LOCKS_EXCLUDED(mutex_);
  void Admit(const std::string& key) ABSL_LOCKS_EXCLUDED(mutex_);

  // Returns a new certificate for the holder of one of which half the time is over; empty before
  // that.
  std::string Renewed(const identity::Certificate& certificate) const;

  // The methods that the table names.
  static std::vector<std::string_view> Methods();

 private:
  absl::StatusOr<identity::Certificate> Read(const std::string& certificate) const
      ABSL_LOCKS_EXCLUDED(mutex_);

  const Authority* authority_ = nullptr;
  mutable absl::Mutex mutex_;
  absl::flat_hash_set<std::string> revoked_ ABSL_GUARDED_BY(mutex_);
  // Certificates that were read before: to check a signature costs as much as a short call. Only
  // ones of ours are kept, so that strangers cannot push them out.
  mutable absl::flat_hash_map<std::string, identity::Certificate> known_ ABSL_GUARDED_BY(mutex_);
};

// Returns the certificate that the peer of a connection has shown, in PEM; empty if none.
std::string ShownCertificate(const grpc::AuthContext& context);

}  // namespace motzkin::coordinator
