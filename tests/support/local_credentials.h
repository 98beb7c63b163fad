// Credentials of the operator that a coordinator on this machine leaves for its own user.
#pragma once

#include <absl/status/statusor.h>
#include <grpcpp/security/credentials.h>

#include <memory>
#include <string>

#include "common/joining/coordinator_access.h"

namespace motzkin::test {

// UNAVAILABLE: no coordinator answers at `address`.
inline absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> LocalCredentials(
    const std::string& address) {
  joining::CoordinatorAccess access({.address = address});
  absl::Status joined = access.Join().status();
  if (!joined.ok()) return joined;
  return access.Credentials();
}

}  // namespace motzkin::test
