#include "common/identity/certificate.h"

#include <absl/status/status.h>
#include <absl/strings/str_cat.h>
#include <arpa/inet.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <utility>

#include "common/base/check.h"
#include "common/base/status_macros.h"
#include "common/identity/openssl.h"

namespace motzkin::identity {

// Reaches the private key, for signatures.
class Signer {
 public:
  static EVP_PKEY* KeyOf(const PrivateKey& key) { return key.key_.get(); }
};

namespace {

constexpr absl::Duration kCoordinatorLife = absl::Hours(24 * 36'524);  // 100 years
constexpr char kCoordinatorName[] = "motzkin";

Key PublicFromDer(std::string_view der) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
  return Key(d2i_PUBKEY(nullptr, &bytes, static_cast<long>(der.size())));
}

void SetTime(ASN1_TIME* field, absl::Time time) {
  MOTZKIN_CHECK(ASN1_TIME_set(field, absl::ToTimeT(time)) != nullptr);
}

void SetName(X509_NAME* name, const std::string& text) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  MOTZKIN_CHECK(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, bytes,
                                           static_cast<int>(text.size()), -1, 0) == 1);
}

// Extensions are what browsers want of a certificate, in the words of openssl's configuration files.
using Extensions = std::vector<std::pair<int, std::string>>;

void Extend(X509* certificate, const Extensions& extensions) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, /*issuer=*/certificate, certificate, nullptr, nullptr, 0);
  for (const auto& [nid, value] : extensions) {
    X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
    MOTZKIN_CHECK(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
    X509_EXTENSION_free(extension);
  }
}

// A member's certificate has no extensions. The role stands in the common name, and the coordinator reads
// it there (ReadIssued) instead of asking OpenSSL to check a chain.
std::string Sign(const PrivateKey& coordinator, const std::string& name, EVP_PKEY* holder,
                 absl::Time from, absl::Time until, const Extensions& extensions = {}) {
  const Certificate509 certificate(X509_new());
  X509* const x509 = certificate.get();
  MOTZKIN_CHECK(x509 != nullptr && X509_set_version(x509, X509_VERSION_3) == 1);
  std::string serial = RandomBytes(16);
  serial[0] = static_cast<char>((serial[0] & 0x3f) | 0x40);  // Positive, and always 16 bytes.
  BIGNUM* const number = BN_bin2bn(reinterpret_cast<const unsigned char*>(serial.data()),
                                   static_cast<int>(serial.size()), nullptr);
  MOTZKIN_CHECK(BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x509)) != nullptr);
  BN_free(number);
  SetName(X509_get_issuer_name(x509), kCoordinatorName);
  SetName(X509_get_subject_name(x509), name);
  // ASN1_TIME_set() chooses UTCTime or GeneralizedTime by the year, so that the coordinator's own
  // end after 2050 is written in the form that RFC 5280 wants.
  SetTime(X509_getm_notBefore(x509), from);
  SetTime(X509_getm_notAfter(x509), until);
  MOTZKIN_CHECK(X509_set_pubkey(x509, holder) == 1);
  Extend(x509, extensions);
  MOTZKIN_CHECK(X509_sign(x509, Signer::KeyOf(coordinator), EVP_sha256()) > 0);
  return WrittenBy([x509](BIO* bio) { return PEM_write_bio_X509(bio, x509); });
}

Certificate509 Parse(std::string_view pem) {
  const Bio bio = ReaderOf(pem);
  return Certificate509(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
}

std::string CommonName(const X509* x509) {
  const X509_NAME* const name = X509_get_subject_name(x509);
  const int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
  if (at < 0) return "";
  const ASN1_STRING* const text = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<size_t>(ASN1_STRING_length(text))};
}

std::string KeyOf(X509* x509) {
  EVP_PKEY* const key = X509_get0_pubkey(x509);
  return key == nullptr ? "" : DerOf<EVP_PKEY>(i2d_PUBKEY, key);
}

}  // namespace

std::string IssueToSelf(const PrivateKey& key, absl::Time from) {
  return Sign(key, kCoordinatorName, Signer::KeyOf(key), from, from + kCoordinatorLife);
}

std::string IssueAuthority(const PrivateKey& key, absl::Time from) {
  return Sign(key, kCoordinatorName, Signer::KeyOf(key), from, from + kCoordinatorLife,
              {{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
               {NID_key_usage, "critical,keyCertSign"},
               {NID_subject_key_identifier, "hash"}});
}

std::string IssueForSite(const PrivateKey& coordinator, const std::vector<std::string>& names,
                         std::string_view public_key, absl::Time from, absl::Time until) {
  const Key key = PublicFromDer(public_key);
  MOTZKIN_CHECK(key != nullptr && !names.empty());
  std::string alternatives;
  for (const std::string& name : names) {
    in6_addr buffer;
    const bool address = ::inet_pton(AF_INET, name.c_str(), &buffer) == 1 ||
                         ::inet_pton(AF_INET6, name.c_str(), &buffer) == 1;
    absl::StrAppend(&alternatives, alternatives.empty() ? "" : ",", address ? "IP:" : "DNS:", name);
  }
  return Sign(coordinator, names.front(), key.get(), from, until,
              {{NID_basic_constraints, "critical,CA:FALSE"},
               {NID_key_usage, "critical,digitalSignature"},
               {NID_ext_key_usage, "serverAuth"},
               {NID_subject_alt_name, alternatives}});
}

bool BelongTogether(std::string_view certificate, std::string_view key) {
  const Certificate509 x509 = Parse(certificate);
  const Bio bio = ReaderOf(key);
  // The empty password keeps OpenSSL from asking for one on the terminal.
  char no_password[] = "";
  const Key pair(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, no_password));
  return x509 != nullptr && pair != nullptr && X509_check_private_key(x509.get(), pair.get()) == 1;
}

std::string Issue(const PrivateKey& coordinator, const Identity& holder,
                  std::string_view public_key, absl::Time from, absl::Time until) {
  MOTZKIN_CHECK(IsName(holder.name));
  const Key key = PublicFromDer(public_key);
  MOTZKIN_CHECK(key != nullptr);
  return Sign(coordinator, ToText(holder), key.get(), from, until);
}

absl::StatusOr<Certificate> ReadIssued(std::string_view pem, std::string_view coordinator) {
  const Certificate509 certificate = Parse(pem);
  const Key signer = PublicFromDer(coordinator);
  // The signature is checked before anything in the certificate is believed, so the name below is
  // one that the coordinator chose.
  if (certificate == nullptr || signer == nullptr ||
      X509_verify(certificate.get(), signer.get()) != 1) {
    return absl::PermissionDeniedError("the certificate is not of this coordinator");
  }
  const std::optional<Identity> holder = FromText(CommonName(certificate.get()));
  std::tm until{};
  // FromText() does not take the coordinator's own certificate, which its key has signed as well:
  // it must not pass for a member.
  if (!holder.has_value() || ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &until) != 1) {
    return absl::PermissionDeniedError("the certificate names no worker and no operator");
  }
  return Certificate{.holder = *holder,
                     .public_key = KeyOf(certificate.get()),
                     .until = absl::FromTM(until, absl::UTCTimeZone())};
}

absl::StatusOr<std::string> PublicKeyOf(std::string_view pem) {
  const Certificate509 certificate = Parse(pem);
  if (certificate == nullptr) return absl::InvalidArgumentError("it is not a certificate");
  std::string key = KeyOf(certificate.get());
  if (!IsPublicKey(key)) return absl::InvalidArgumentError("its key is not one of P-256");
  return key;
}

}  // namespace motzkin::identity
