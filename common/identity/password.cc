#include "common/identity/password.h"

#include <absl/strings/ascii.h>
#include <absl/strings/escaping.h>
#include <absl/strings/str_cat.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>

#include "common/base/check.h"
#include "common/base/hex.h"
#include "common/identity/key.h"

namespace motzkin::identity {
namespace {

// OWASP's advice for 32 MiB (2^15 blocks of 128 * 8 bytes), which a Raspberry Pi has to spare. Other
// costs get another prefix.
constexpr char kPrefix[] = "$scrypt$ln=15,r=8,p=3$";
constexpr uint64_t kBlocks = uint64_t{1} << 15;
constexpr uint64_t kBlockSize = 8;
constexpr uint64_t kRounds = 3;
constexpr uint64_t kMemoryMax = uint64_t{40} << 20;  // Above the 32 MiB and what OpenSSL adds.
constexpr size_t kSaltBytes = 16;
constexpr size_t kHashBytes = 32;

std::string Scrypt(std::string_view password, std::string_view salt) {
  std::string hash(kHashBytes, '\0');
  MOTZKIN_CHECK(EVP_PBE_scrypt(password.data(), password.size(),
                               reinterpret_cast<const unsigned char*>(salt.data()), salt.size(),
                               kBlocks, kBlockSize, kRounds, kMemoryMax,
                               reinterpret_cast<unsigned char*>(hash.data()), hash.size()) == 1);
  return hash;
}

std::string Written(std::string_view password, const std::string& salt) {
  return absl::StrCat(kPrefix, absl::BytesToHexString(salt), "$",
                      absl::BytesToHexString(Scrypt(password, salt)));
}

}  // namespace

std::string HashPassword(std::string_view password) {
  return Written(password, RandomBytes(kSaltBytes));
}

bool IsPassword(std::string_view password, std::string_view hash) {
  constexpr size_t kSaltAt = sizeof kPrefix - 1;
  if (!hash.starts_with(kPrefix) || hash.size() != kSaltAt + 2 * kSaltBytes + 1 + 2 * kHashBytes) {
    return false;
  }
  const std::string_view salt = hash.substr(kSaltAt, 2 * kSaltBytes);
  const auto is_digit = [](char c) { return absl::ascii_isxdigit(static_cast<unsigned char>(c)); };
  if (!std::ranges::all_of(salt, is_digit)) return false;
  const std::string wanted = Written(password, BytesOfHex(std::string(salt)));
  return CRYPTO_memcmp(wanted.data(), hash.data(), hash.size()) == 0;
}

}  // namespace motzkin::identity
