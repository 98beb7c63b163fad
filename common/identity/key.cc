#include "common/identity/key.h"

#include <absl/status/status.h>
#include <absl/strings/escaping.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>
#include <sys/random.h>

#include "common/base/check.h"
#include "common/base/sha256.h"
#include "common/identity/openssl.h"

namespace motzkin::identity {
namespace {

// Keys of other kinds are refused, so that every signature and every handshake costs the same.
bool IsP256(const EVP_PKEY* key) {
  char group[32] = "";
  size_t size = 0;
  return EVP_PKEY_get_base_id(key) == EVP_PKEY_EC &&
         EVP_PKEY_get_group_name(key, group, sizeof group, &size) == 1 &&
         std::string_view(group, size) == SN_X9_62_prime256v1;
}

}  // namespace

PrivateKey PrivateKey::New() {
  Key key(EVP_EC_gen(SN_X9_62_prime256v1));
  MOTZKIN_CHECK(key != nullptr);
  return PrivateKey(std::move(key));
}

absl::StatusOr<PrivateKey> PrivateKey::FromPem(std::string_view pem) {
  const Bio bio = ReaderOf(pem);
  // The empty password keeps OpenSSL from asking for one on the terminal.
  char no_password[] = "";
  Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, no_password));
  if (key == nullptr || !IsP256(key.get())) {
    return absl::InvalidArgumentError("it does not begin with a private key of P-256");
  }
  return PrivateKey(std::move(key));
}

std::string PrivateKey::Pem() const {
  return WrittenBy([this](BIO* bio) {
    return PEM_write_bio_PKCS8PrivateKey(bio, key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
}

std::string PrivateKey::PublicKey() const { return DerOf<EVP_PKEY>(i2d_PUBKEY, key_.get()); }

std::string FingerprintOf(std::string_view public_key) {
  return absl::BytesToHexString(Sha256(public_key));
}

bool IsPublicKey(std::string_view der) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
  const Key key(d2i_PUBKEY(nullptr, &bytes, static_cast<long>(der.size())));
  // The same key in another encoding would have another fingerprint.
  return key != nullptr && IsP256(key.get()) && DerOf<EVP_PKEY>(i2d_PUBKEY, key.get()) == der;
}

std::string RandomBytes(size_t bytes) {
  std::string random(bytes, '\0');
  // Up to 256 bytes come whole and are not interrupted by signals: getrandom(2).
  MOTZKIN_CHECK(getrandom(random.data(), bytes, 0) == static_cast<ssize_t>(bytes));
  return random;
}

}  // namespace motzkin::identity
