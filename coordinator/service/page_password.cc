#include "coordinator/service/page_password.h"

#include "common/base/status_macros.h"
#include "common/identity/password.h"

namespace motzkin::coordinator {

absl::Status PagePassword::Load() {
  ASSIGN_OR_RETURN(const std::string hash, store_.PagePassword());
  const absl::MutexLock lock(&mutex_);
  hash_ = hash;
  return absl::OkStatus();
}

absl::Status PagePassword::Set(const std::string& password) {
  if (password.empty() && must_stay_) {
    return absl::FailedPreconditionError(
        "other machines reach the page, so it needs a password: start the coordinator with --web on "
        "loopback first");
  }
  // Held to the end, so that of two calls the one that writes last also counts here.
  const absl::MutexLock hashing(&hashing_);
  const std::string hash = password.empty() ? "" : identity::HashPassword(password);
  RETURN_IF_ERROR(store_.SetPagePassword(hash));
  const absl::MutexLock lock(&mutex_);
  hash_ = hash;
  ++version_;
  return absl::OkStatus();
}

bool PagePassword::exists() const {
  const absl::MutexLock lock(&mutex_);
  return !hash_.empty();
}

int64_t PagePassword::version() const {
  const absl::MutexLock lock(&mutex_);
  return version_;
}

std::optional<int64_t> PagePassword::Check(const std::string& password) const {
  const absl::MutexLock hashing(&hashing_);
  std::string hash;
  int64_t version = 0;
  {
    const absl::MutexLock lock(&mutex_);
    hash = hash_;
    version = version_;
  }
  return identity::IsPassword(password, hash) ? std::optional(version) : std::nullopt;
}

}  // namespace motzkin::coordinator
