// Decides, in this one place, how connections to the coordinator are secured.
//
// Thread-safe.
#pragma once

#include <grpcpp/security/server_credentials.h>

#include <memory>

#include "coordinator/service/authority.h"
#include "coordinator/service/connections.h"
#include "coordinator/service/gatekeeper.h"

namespace motzkin::coordinator {

// Returns credentials for TLS 1.3 that ask each client for a certificate and demand none, and that
// have the gatekeeper check each call, and `connections` count it. Both must outlive the server.
std::shared_ptr<grpc::ServerCredentials> TlsServerCredentials(const Authority& authority,
                                                              const Gatekeeper& gatekeeper,
                                                              Connections& connections);

}  // namespace motzkin::coordinator
