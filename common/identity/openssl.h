// Owners of OpenSSL's objects, for the sources of this folder.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <string_view>

#include "common/base/check.h"

namespace motzkin::identity {

template <auto free_function>
struct Freed {
  template <typename T>
  void operator()(T* object) const {
    free_function(object);
  }
};
using Bio = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using Certificate509 = std::unique_ptr<X509, Freed<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;

// A reader of text that must outlive it.
inline Bio ReaderOf(std::string_view text) {
  Bio bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  MOTZKIN_CHECK(bio != nullptr);
  return bio;
}

// Returns what `write`, one of OpenSSL's PEM_write_bio_..., writes of an object.
template <typename Write>
std::string WrittenBy(const Write& write) {
  const Bio bio(BIO_new(BIO_s_mem()));
  MOTZKIN_CHECK(bio != nullptr && write(bio.get()) == 1);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<size_t>(size)};
}

// Returns the DER encoding that `encode`, one of OpenSSL's i2d_..., makes of an object.
template <typename T>
std::string DerOf(int (*encode)(const T*, unsigned char**), const T* object) {
  unsigned char* bytes = nullptr;
  const int size = encode(object, &bytes);
  MOTZKIN_CHECK(size > 0);
  std::string der(reinterpret_cast<const char*>(bytes), static_cast<size_t>(size));
  OPENSSL_free(bytes);
  return der;
}

}  // namespace motzkin::identity
