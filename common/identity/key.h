// Keys of the elliptic curve P-256, which identify the coordinator and each of its members.
//
// A public key travels as its DER encoding (SubjectPublicKeyInfo). Its fingerprint, the SHA-256 of
// that in 64 hexadecimal digits, is what people and files compare.
//
// Thread-safe.
#pragma once

#include <absl/status/statusor.h>

#include <memory>
#include <string>
#include <string_view>

struct evp_pkey_st;  // OpenSSL's EVP_PKEY.

namespace motzkin::identity {

// A private key. Copies share it. Immutable.
class PrivateKey {
 public:
  // Makes a new key from the kernel's random numbers.
  static PrivateKey New();
  // INVALID_ARGUMENT: `pem` does not begin with a private key of P-256.
  static absl::StatusOr<PrivateKey> FromPem(std::string_view pem);

  // Returns the key in PKCS #8, not encrypted.
  std::string Pem() const;
  std::string PublicKey() const;

 private:
  friend class Signer;
  explicit PrivateKey(std::shared_ptr<evp_pkey_st> key) : key_(std::move(key)) {}
  std::shared_ptr<evp_pkey_st> key_;
};

std::string FingerprintOf(std::string_view public_key);
// Whether it is the DER encoding of a public key of P-256, and nothing more.
bool IsPublicKey(std::string_view der);

// Returns `bytes` bytes of the kernel's random numbers, at most 256.
std::string RandomBytes(size_t bytes);

}  // namespace motzkin::identity
