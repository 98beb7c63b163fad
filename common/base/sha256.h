// SHA-256, by OpenSSL. A library of its own, motzkin_sha256, so that the sandboxed integrator does
// not link OpenSSL.
#pragma once

#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;  // OpenSSL's EVP_MD_CTX.

namespace motzkin {

// The digest of a message that comes in pieces. Move-only. Thread-compatible.
class Sha256Hasher {
 public:
  Sha256Hasher();
  void Update(std::string_view piece);
  // The 32 bytes of the digest. The last call: a hasher serves one message.
  std::string Digest();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

// The 32 bytes of the digest of `message`. Thread-safe.
std::string Sha256(std::string_view message);

}  // namespace motzkin
