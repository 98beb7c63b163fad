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

// gRPC calls this for every call on every connection, before it looks for the method, and also for calls
// that are ended before their message has come, of which nothing else hears.
class CallCheck final : public grpc::AuthMetadataProcessor {
 public:
  CallCheck(const Gatekeeper& gatekeeper, Connections& connections)
      : gatekeeper_(gatekeeper), connections_(connections) {}

  bool IsBlocking() const override { return false; }

  grpc::Status Process(const InputMetadata& headers, grpc::AuthContext* context, OutputMetadata*,
                       OutputMetadata*) override {
    const auto path = headers.find(":path");
    const std::string_view method =
        path == headers.end() ? "" : std::string_view(path->second.data(), path->second.size());
    const std::string certificate = ShownCertificate(*context);
    connections_.CountCall(gatekeeper_.HolderOf(certificate));
    return ToGrpc(gatekeeper_.Check(method, certificate));
  }

 private:
  const Gatekeeper& gatekeeper_;
  Connections& connections_;
};

}  // namespace

std::shared_ptr<grpc::ServerCredentials> TlsServerCredentials(const Authority& authority,
                                                              const Gatekeeper& gatekeeper,
                                                              Connections& connections) {
  const tls::IdentityKeyCertPair pair{.private_key = authority.key().Pem(),
                                      .certificate_chain = authority.certificate()};
  tls::TlsServerCredentialsOptions options(std::make_shared<tls::StaticDataCertificateProvider>(
      std::vector<tls::IdentityKeyCertPair>{pair}));
  options.watch_identity_key_cert_pairs();
  // gRPC checks that the client holds the key of what it shows; the rest is for the gatekeeper.
  options.set_cert_request_type(GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_BUT_DONT_VERIFY);
  auto credentials = tls::TlsServerCredentials(options);
  credentials->SetAuthMetadataProcessor(std::make_shared<CallCheck>(gatekeeper, connections));
  return credentials;
}

}  // namespace motzkin::coordinator
