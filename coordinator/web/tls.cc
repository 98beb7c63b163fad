#include "coordinator/web/tls.h"

#include <absl/strings/str_cat.h>
#include <openssl/ssl.h>

#include <boost/asio/buffer.hpp>

namespace motzkin::coordinator::web {

namespace ssl = boost::asio::ssl;

absl::StatusOr<std::shared_ptr<ssl::context>> NewTls(const PageIdentity& identity) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  SSL_CTX* const native = context->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_3_VERSION);
  // A browser that waits keeps no buffers here, and sessions are not resumed: a handshake costs little.
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_num_tickets(native, 0);
  boost::system::error_code error;
  // NOLINTBEGIN(bugprone-unused-return-value): some versions of Boost return the error as well
  context->use_certificate_chain(boost::asio::buffer(identity.chain), error);
  if (!error) {
    context->use_private_key(boost::asio::buffer(identity.key), ssl::context::pem, error);
  }
  // NOLINTEND(bugprone-unused-return-value)
  if (!error) return context;
  return absl::InvalidArgumentError(absl::StrCat("the certificate of the page: ", error.message()));
}

}  // namespace motzkin::coordinator::web
