#include "coordinator/service/authority.h"

#include <absl/strings/str_cat.h>

#include <utility>

#include "common/base/status_macros.h"
#include "common/identity/membership.h"
#include "common/identity/private_file.h"

namespace motzkin::coordinator {
namespace {

constexpr char kBegin[] = "-----BEGIN CERTIFICATE-----";

}  // namespace

Authority::Authority(std::filesystem::path folder, identity::PrivateKey key,
                     std::string certificate, const Clock& clock)
    : folder_(std::move(folder)),
      key_(std::move(key)),
      public_key_(key_.PublicKey()),
      certificate_(std::move(certificate)),
      clock_(&clock),
      start_(clock.WallTime()),
      start_boot_(clock.Now()) {}

absl::StatusOr<Authority> Authority::Open(const std::filesystem::path& folder, const Clock& clock) {
  const std::filesystem::path file = folder / kCoordinatorFile;
  const absl::StatusOr<std::string> text = identity::ReadSecretFile(file);
  // Only a missing file makes a new key. An unreadable or damaged one is an error, as a new key
  // would shut every member out without a word.
  if (absl::IsNotFound(text.status())) {
    const identity::PrivateKey key = identity::PrivateKey::New();
    const std::string certificate = identity::IssueToSelf(key, clock.WallTime());
    RETURN_IF_ERROR(identity::WriteSecretFile(file, key.Pem() + certificate));
    return Authority(folder, key, certificate, clock);
  }
  RETURN_IF_ERROR(text.status());
  const absl::StatusOr<identity::PrivateKey> key = identity::PrivateKey::FromPem(*text);
  const size_t begin = text->find(kBegin);
  const std::string certificate = begin == std::string::npos ? "" : text->substr(begin);
  const absl::StatusOr<std::string> certified = identity::PublicKeyOf(certificate);
  // The certificate must be of this key: a file put together from two backups would otherwise give
  // out certificates that the members refuse.
  if (!key.ok() || !certified.ok() || *certified != key->PublicKey()) {
    return absl::FailedPreconditionError(
        absl::StrCat(file.string(),
                     " is damaged: restore it from a backup. Without it all machines have to join "
                     "again, once it is deleted"));
  }
  return Authority(folder, *key, certificate, clock);
}

absl::Time Authority::Today() const { return start_ + (clock_->Now() - start_boot_); }

absl::Time Authority::Until() const { return Today() + kCertificateLife; }

// It counts from a day before: the clocks of two machines may differ, and other programs check it.
std::string Authority::Issue(const identity::Identity& holder,
                             const std::string& public_key) const {
  return identity::Issue(key_, holder, public_key, Today() - absl::Hours(24), Until());
}

absl::StatusOr<std::string> Authority::LeaveLocalIdentity() const {
  const identity::PrivateKey key = identity::PrivateKey::New();
  const std::string certificate =
      Issue({.role = identity::Role::kOperator, .name = "local"}, key.PublicKey());
  ASSIGN_OR_RETURN(const identity::Membership membership,
                   identity::MakeMembership(key, certificate, certificate_));
  const std::filesystem::path file = folder_ / kLocalFile;
  RETURN_IF_ERROR(identity::WriteMembership(file, membership));
  return file.string();
}

}  // namespace motzkin::coordinator
