#include "common/identity/join_code.h"

#include <absl/strings/ascii.h>

#include <cstdint>
#include <initializer_list>

#include "common/base/sha256.h"

namespace motzkin::identity {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr size_t kCodeLength = 6;  // 30 bits

// Hashes the parts so that no two lists of parts have the same input: each has its length before
// it.
std::string HashOf(std::initializer_list<std::string_view> parts) {
  Sha256Hasher hasher;
  for (const std::string_view part : parts) {
    std::string length(8, '\0');
    for (size_t i = 0; i < length.size(); ++i) {
      length[i] = static_cast<char>(part.size() >> (8 * i) & 0xff);
    }
    hasher.Update(length);
    hasher.Update(part);
  }
  return hasher.Digest();
}

}  // namespace

std::string CommitmentTo(const Opening& opening) {
  // The first part keeps this hash from being valid as one of another purpose; its number grows if
  // what is hashed changes, as workers and coordinators of two releases then show different codes.
  return HashOf({"motzkin commitment 1", opening.public_key, opening.worker_uuid,
                 opening.worker_name, opening.nonce});
}

std::string JoinCode(std::string_view coordinator, std::string_view coordinator_nonce,
                     const Opening& opening) {
  const std::string hash =
      // The commitment is in the code although the coordinator checks it against the opening: so
      // the code covers everything that either side has sent, without relying on that check.
      HashOf({"motzkin join code 1", coordinator, coordinator_nonce, CommitmentTo(opening),
              opening.public_key, opening.worker_uuid, opening.worker_name, opening.nonce});
  uint64_t bits = 0;
  for (size_t i = 0; i < 4; ++i) bits = bits << 8 | static_cast<unsigned char>(hash[i]);
  std::string code;
  // The first 30 of the 32 bits, five to a character.
  for (size_t i = 0; i < kCodeLength; ++i) code += kAlphabet[bits >> (27 - 5 * i) & 31];
  return code;
}

std::optional<std::string> ReadJoinCode(std::string_view typed) {
  std::string code;
  for (const char c : typed) {
    if (c == ' ' || c == '-') continue;
    char capital = absl::ascii_toupper(static_cast<unsigned char>(c));
    if (capital == 'O') capital = '0';
    if (capital == 'I' || capital == 'L') capital = '1';
    if (kAlphabet.find(capital) == std::string_view::npos) return std::nullopt;
    code += capital;
  }
  return code.size() == kCodeLength ? std::optional(code) : std::nullopt;
}

}  // namespace motzkin::identity
