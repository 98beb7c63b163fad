// A program's way to its coordinator: who it is there, and the credentials of its channels. It
// keeps its membership in a file, and becomes a member where it is not one yet.
//
// Thread-safe.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/synchronization/mutex.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "common/identity/membership.h"
#include "common/joining/tls.h"
#include "motzkin/v1/join_service.pb.h"

namespace motzkin::joining {

struct AccessOptions {
  std::string address = {};  // HOST:PORT
  // Keeps the membership. Empty: it is kept nowhere, and only an identity that the coordinator left
  // for its own user will do.
  std::filesystem::path file = {};
  // Whether calls are in plain text, and no caller is asked who he is. For tunnels.
  bool insecure = false;
  std::string invite = {};                 // As `motzkin invite` prints it; empty: none.
  std::filesystem::path invite_file = {};  // Holds it, if it is not given; empty: none.
  // Both are empty for an operator, who cannot join by a code.
  std::string worker_uuid = {};
  std::string worker_name = {};
};

class CoordinatorAccess {
 public:
  explicit CoordinatorAccess(AccessOptions options) : options_(std::move(options)) {}

  const std::string& address() const { return options_.address; }

  // Reads the membership from the file, if there is one. Its errors are those of ReadMembership()
  // but for NOT_FOUND.
  absl::Status Open();
  // Whether calls will be made as a member, or in plain text.
  bool Ready() const;
  // Grows with each change of the membership: a channel made before it has the old one.
  uint64_t generation() const;

  // Makes one attempt to become a member, which takes at most half a minute: by an identity left
  // for this user, by the invite, or by a code. Returns the code while the owner has not approved
  // it: show it, and call this again every second. Returns an empty text once this is Ready().
  //
  //   UNAVAILABLE        no coordinator answers
  //   PERMISSION_DENIED  the invite is not good, or it is the invite of another coordinator
  //   UNAUTHENTICATED    an operator is no member, and has no invite
  //   any other          the coordinator refuses; the message says why
  absl::StatusOr<std::string> Join();
  // Gives the membership up, as the coordinator refuses it; Join() then begins anew.
  void Forget();
  // Takes a new certificate for the same key. INVALID_ARGUMENT: it is not one.
  absl::Status Renew(const std::string& certificate);

  // Returns credentials for channels, as a member if this is one and else as a stranger.
  std::shared_ptr<grpc::ChannelCredentials> Credentials() const;
  // Says what to do about a certificate that has expired, as the end of a sentence about that.
  std::string Advice() const;
  // Says that the coordinator there is not the one that this is a member of, and how to go on, if
  // the last handshake has shown that. Empty otherwise.
  std::string Mismatch() const;

 private:
  // A conversation that waits for approval.
  struct Waiting {
    identity::PrivateKey key;
    v1::JoinRequest opening;
    std::string code;
    // The certificate that the coordinator showed first, and the fingerprint of its key, of which the
    // code is made.
    std::string coordinator;
    std::string fingerprint;
  };

  v1::Applicant ApplicantWith(const identity::PrivateKey& key) const;
  absl::StatusOr<std::string> JoinAsStranger();
  // Becomes a member by the file that the coordinator left. NOT_FOUND: that is not possible.
  absl::Status JoinLocally(const std::string& local_identity);
  absl::Status RedeemWith(const std::shared_ptr<CoordinatorKey>& coordinator,
                          const identity::Membership* sponsor, const std::string& secret);
  // Returns the key with which to redeem the invite with this secret, the same one also after this
  // program has ended: it is kept beside the membership until that is there.
  absl::StatusOr<identity::PrivateKey> RedeemingKey(const std::string& secret);
  void ForgetRedeemingKey();
  absl::StatusOr<std::string> BeginToWait();
  absl::StatusOr<std::string> AskAgain();
  absl::Status Become(const identity::PrivateKey& key, const std::string& certificate,
                      const std::string& coordinator);
  absl::Status Explained(const absl::Status& status) const;
  std::shared_ptr<grpc::ChannelCredentials> StrangersCredentials(
      const std::string& fingerprint) const;

  const AccessOptions options_;
  mutable absl::Mutex mutex_;
  std::optional<identity::Membership> member_ ABSL_GUARDED_BY(mutex_);
  uint64_t generation_ ABSL_GUARDED_BY(mutex_) = 0;
  // The key of the coordinator of the newest channels.
  mutable std::shared_ptr<CoordinatorKey> coordinator_ ABSL_GUARDED_BY(mutex_) =
      std::make_shared<CoordinatorKey>("");
  // Only the thread that calls Join() uses these. The second is the key of an invite that is being
  // redeemed, or of this user's membership, kept until an answer comes.
  std::optional<Waiting> waiting_;
  std::optional<identity::PrivateKey> redeeming_;
};

}  // namespace motzkin::joining
