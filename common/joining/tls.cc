#include "common/joining/tls.h"

#include <grpcpp/security/credentials.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_certificate_verifier.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <utility>

#include "common/identity/certificate.h"

namespace motzkin::joining {
namespace {

namespace tls = grpc::experimental;

class KeyVerifier final : public tls::ExternalCertificateVerifier {
 public:
  explicit KeyVerifier(std::shared_ptr<CoordinatorKey> coordinator)
      : coordinator_(std::move(coordinator)) {}

  // The answer is given at once, so `true`; gRPC then does not wait for the callback. Its thread of
  // handshakes runs this, therefore nothing here may block.
  bool Verify(tls::TlsCustomVerificationCheckRequest* request, std::function<void(grpc::Status)>,
              grpc::Status* sync_status) override {
    const grpc::string_ref shown = request->peer_cert();
    if (!coordinator_->Accept(std::string(shown.data(), shown.size()))) {
      *sync_status = {grpc::StatusCode::UNAUTHENTICATED, "it is another coordinator"};
    }
    return true;
  }
  void Cancel(tls::TlsCustomVerificationCheckRequest*) override {}

 private:
  const std::shared_ptr<CoordinatorKey> coordinator_;
};

}  // namespace

bool CoordinatorKey::Accept(const std::string& certificate) {
  const auto key = identity::PublicKeyOf(certificate);
  const absl::MutexLock lock(&mutex_);
  certificate_ = certificate;
  fingerprint_ = key.ok() ? identity::FingerprintOf(*key) : "none";
  return key.ok() && (expected_.empty() || expected_ == fingerprint_);
}

std::string CoordinatorKey::certificate() const {
  const absl::MutexLock lock(&mutex_);
  return certificate_;
}

std::string CoordinatorKey::fingerprint() const {
  const absl::MutexLock lock(&mutex_);
  return fingerprint_;
}

bool CoordinatorKey::refused() const {
  const absl::MutexLock lock(&mutex_);
  return !expected_.empty() && !fingerprint_.empty() && expected_ != fingerprint_;
}

std::shared_ptr<grpc::ChannelCredentials> TlsCredentials(
    std::shared_ptr<CoordinatorKey> coordinator, const identity::Membership* member) {
  tls::TlsChannelCredentialsOptions options;
  // The verifier checks the key instead of the chain and the host's name.
  options.set_verify_server_certs(false);
  options.set_check_call_host(false);
#ifdef __clang_analyzer__
  // The analyzer takes the verifier for lost, which gRPC deletes with the credentials.
  const std::shared_ptr<CoordinatorKey> checked = std::move(coordinator);
#else
  options.set_certificate_verifier(
      tls::ExternalCertificateVerifier::Create<KeyVerifier>(std::move(coordinator)));
#endif
  // gRPC wants root certificates though it checks no chain. Without any it reads those of the system,
  // which takes as long as all the rest of a call, and a small system has none. So a stranger, who
  // knows no coordinator yet, makes one up.
  options.watch_root_certs();
  if (member == nullptr) {
    options.set_certificate_provider(std::make_shared<tls::StaticDataCertificateProvider>(
        identity::IssueToSelf(identity::PrivateKey::New(), absl::UnixEpoch())));
    return tls::TlsCredentials(options);
  }
  const tls::IdentityKeyCertPair pair{.private_key = member->key.Pem(),
                                      .certificate_chain = member->certificate};
  options.set_certificate_provider(std::make_shared<tls::StaticDataCertificateProvider>(
      member->coordinator, std::vector<tls::IdentityKeyCertPair>{pair}));
  options.watch_identity_key_cert_pairs();
  return tls::TlsCredentials(options);
}

}  // namespace motzkin::joining
