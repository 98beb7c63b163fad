// TLS of the page: 1.3 alone, which every browser of the last years has.
//
// Thread-compatible.
#pragma once

#include <absl/status/statusor.h>

#include <boost/asio/ssl/context.hpp>
#include <memory>

#include "coordinator/service/page_identity.h"

namespace motzkin::coordinator::web {

// INVALID_ARGUMENT: the certificate is one that OpenSSL does not take.
absl::StatusOr<std::shared_ptr<boost::asio::ssl::context>> NewTls(const PageIdentity& identity);

}  // namespace motzkin::coordinator::web
