// Decides, in this one place, how connections to the coordinator are secured.
#pragma once

#include <grpcpp/security/server_credentials.h>

#include <memory>

namespace motzkin::coordinator {

// Returns credentials for plain text. The coordinator listens on loopback unless it is told
// otherwise, and then its first screen says that connections are unencrypted.
std::shared_ptr<grpc::ServerCredentials> MakeServerCredentials();

}  // namespace motzkin::coordinator
