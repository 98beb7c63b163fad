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
  // Allows every call: for connections in plain text, where no caller can prove who he is.
  Gatekeeper() = default;
  // Lets in whom `authority`, which must outlive this, has issued a certificate that counts.
  explicit Gatekeeper(const Authority& authority) : authority_(&authority) {}

  // Whether callers have to say who they are.
  bool asks() const { return authority_ != nullptr; }

  // The calls that the holder of a certificate may have under way. A worker has its stream and a
  // submission, both twice while it connects anew. All commands on one machine are one operator.
  static constexpr int kWorkerCallsMax = 8;
  static constexpr int kOperatorCallsMax = 32;

  // Whether a call of `method` ("/motzkin.v1.OperatorService/ListJobs") may go on. `certificate` is
  // what the caller has shown, in PEM; empty if nothing.
  //   UNAUTHENTICATED    the caller has shown nothing, or a certificate that has expired
  //   PERMISSION_DENIED  another coordinator issued it, it was revoked, or it is not for this method
  //   RESOURCE_EXHAUSTED its holder has too many calls under way already
  absl::Status Check(std::string_view method, const std::string& certificate) const;
  // Returns the one who makes a call that passed Check(). Nothing if callers are not asked, or have
  // shown nothing.
  std::optional<identity::Certificate> Caller(const grpc::AuthContext& context) const;

  // Returns the text of the holder of a certificate of ours, also of one that does not count any more;
  // empty if it is none.
  std::string HolderOf(const std::string& certificate) const;

  // Counts the calls of a holder: each Begin() has its End().
  void Begin(const identity::Identity& holder) ABSL_LOCKS_EXCLUDED(mutex_);
  void End(const identity::Identity& holder) ABSL_LOCKS_EXCLUDED(mutex_);

  // From now on certificates for these keys (their SHA-256) are refused, or count again.
  void Revoke(const std::vector<std::string>& keys) ABSL_LOCKS_EXCLUDED(mutex_);
  void Admit(const std::string& key) ABSL_LOCKS_EXCLUDED(mutex_);

  // Returns a new certificate for the holder of one of which half the time is over; empty before
  // that.
  std::string Renewed(const identity::Certificate& certificate) const;

  // The methods that the table names.
  static std::vector<std::string_view> Methods();

 private:
  absl::Status CheckCalls(const identity::Identity& holder) const ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<identity::Certificate> ReadOurs(const std::string& certificate) const
      ABSL_LOCKS_EXCLUDED(mutex_);
  // The same, of one that counts.
  absl::StatusOr<identity::Certificate> Read(const std::string& certificate) const
      ABSL_LOCKS_EXCLUDED(mutex_);

  const Authority* authority_ = nullptr;
  mutable absl::Mutex mutex_;
  absl::flat_hash_set<std::string> revoked_ ABSL_GUARDED_BY(mutex_);
  // Certificates that were read before: to check a signature costs as much as a short call. Only
  // ones of ours are kept, so that strangers cannot push them out.
  mutable absl::flat_hash_map<std::string, identity::Certificate> known_ ABSL_GUARDED_BY(mutex_);
  // By the text of the holder; those without a call are not there.
  absl::flat_hash_map<std::string, int> calls_ ABSL_GUARDED_BY(mutex_);
};

// Returns the certificate that the peer of a connection has shown, in PEM; empty if none.
std::string ShownCertificate(const grpc::AuthContext& context);

}  // namespace motzkin::coordinator
