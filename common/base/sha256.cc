#include "common/base/sha256.h"

#include <openssl/evp.h>

#include "common/base/check.h"

namespace motzkin {

// OpenSSL fails here only without memory, or where a system's configuration forbids SHA-256;
// neither leaves anything to go on with.
Sha256Hasher::Sha256Hasher() : context_(EVP_MD_CTX_new()) {
  MOTZKIN_CHECK(context_ != nullptr);
  MOTZKIN_CHECK(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
}

void Sha256Hasher::Update(std::string_view piece) {
  MOTZKIN_CHECK(EVP_DigestUpdate(context_.get(), piece.data(), piece.size()) == 1);
}

std::string Sha256Hasher::Digest() {
  constexpr size_t kDigestBytes = 256 / 8;
  std::string digest(kDigestBytes, '\0');
  auto* const bytes = reinterpret_cast<unsigned char*>(digest.data());
  MOTZKIN_CHECK(EVP_DigestFinal_ex(context_.get(), bytes, nullptr) == 1);
  return digest;
}

void Sha256Hasher::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

std::string Sha256(std::string_view message) {
  Sha256Hasher hasher;
  hasher.Update(message);
  return hasher.Digest();
}

}  // namespace motzkin
