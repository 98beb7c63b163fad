#include "coordinator/service/credentials.h"

#include <grpcpp/security/auth_metadata_processor.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <string>
#include <vector>

#include "coordinator/service/grpc_status.h"

namespace motzkin::coordinator {
namespace {

namespace tls = grpc::experimental;

// gRPC calls this for every call on every connection, before it looks for the method.
class CallCheck final : public grpc::AuthMetadataProcessor {
 public:
  explicit CallCheck(const Gatekeeper& gatekeeper) : gatekeeper_(gatekeeper) {}

  bool IsBlocking() const override { return false; }

  grpc::Status Process(const InputMetadata& headers, grpc::AuthContext* context, OutputMetadata*,
                       OutputMetadata*) override {
    const auto path = headers.find(":path");
    const std::string_view method =
        path == headers.end() ? "" : std::string_view(path->second.data(), path->second.size());
    return ToGrpc(gatekeeper_.Check(method, ShownCertificate(*context)));
  }

 private:
  const Gatekeeper& gatekeeper_;
};

}  // namespace

std::shared_ptr<grpc::ServerCredentials> TlsServerCredentials(const Authority& authority,
                                                              const Gatekeeper& gatekeeper) {
  const tls::IdentityKeyCertPair pair{.private_key = authority.key().Pem(),
                                      .certificate_chain = authority.certificate()};
  tls::TlsServerCredentialsOptions options(std::make_shared<tls::StaticDataCertificateProvider>(
      std::vector<tls::IdentityKeyCertPair>{pair}));
  options.watch_identity_key_cert_pairs();
  // gRPC checks that the client holds the key of what it shows; the rest is for the gatekeeper.
  options.set_cert_request_type(GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_BUT_DONT_VERIFY);
  auto credentials = tls::TlsServerCredentials(options);
  credentials->SetAuthMetadataProcessor(std::make_shared<CallCheck>(gatekeeper));
  return credentials;
}

}  // namespace motzkin::coordinator
