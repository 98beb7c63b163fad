#include "common/identity/membership.h"

#include <absl/strings/str_cat.h>

#include <utility>

#include "common/base/status_macros.h"
#include "common/identity/private_file.h"

namespace motzkin::identity {
namespace {

constexpr char kBegin[] = "-----BEGIN CERTIFICATE-----";

}  // namespace

absl::StatusOr<Membership> MakeMembership(const PrivateKey& key, const std::string& certificate,
                                          const std::string& coordinator) {
  ASSIGN_OR_RETURN(std::string coordinator_key, PublicKeyOf(coordinator));
  // The certificate is checked here already, and not only by the coordinator at the first call: a
  // program that kept a wrong one would refuse to join again until its file was deleted.
  const absl::StatusOr<Certificate> issued = ReadIssued(certificate, coordinator_key);
  if (!issued.ok()) return absl::InvalidArgumentError(issued.status().message());
  if (issued->public_key != key.PublicKey()) {
    return absl::InvalidArgumentError("the certificate is for another key");
  }
  return Membership{.key = key,
                    .certificate = certificate,
                    .coordinator = coordinator,
                    .coordinator_key = std::move(coordinator_key)};
}

absl::Status WriteMembership(const std::filesystem::path& file, const Membership& membership) {
  return WriteSecretFile(
      file, absl::StrCat(membership.key.Pem(), membership.certificate, membership.coordinator));
}

// Order of WriteMembership(): the key, its certificate, the coordinator's. PEM readers skip what is
// before the block that they look for, so FromPem() takes the whole text.
absl::StatusOr<Membership> ReadMembership(const std::filesystem::path& file) {
  ASSIGN_OR_RETURN(const std::string text, ReadSecretFile(file));
  const auto damaged = [&file](const absl::Status& status) {
    return absl::FailedPreconditionError(
        absl::StrCat(file.string(), " is damaged: ", std::string(status.message())));
  };
  const absl::StatusOr<PrivateKey> key = PrivateKey::FromPem(text);
  if (!key.ok()) return damaged(key.status());
  const size_t own = text.find(kBegin);
  const size_t coordinator = own == std::string::npos ? own : text.find(kBegin, own + 1);
  if (coordinator == std::string::npos) {
    return damaged(absl::NotFoundError("it does not have two certificates"));
  }
  absl::StatusOr<Membership> membership =
      MakeMembership(*key, text.substr(own, coordinator - own), text.substr(coordinator));
  return membership.ok() ? std::move(membership) : damaged(membership.status());
}

}  // namespace motzkin::identity
