// The one place that decides how a connection to this server is secured.
#pragma once

#include <grpcpp/security/server_credentials.h>

#include <memory>

namespace motzkin::coordinator {

// Plain text: the coordinator listens on loopback unless it is told otherwise, and says so when it
// is.
std::shared_ptr<grpc::ServerCredentials> MakeServerCredentials();

}  // namespace motzkin::coordinator
