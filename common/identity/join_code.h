// By the join code a person sees that a new worker and its coordinator talk to each other, and to no
// third party in between.
//
// The worker first sends a commitment to its key, the coordinator answers with a nonce, and only
// then the worker shows the key. Both make the code from all of it and from the coordinator's key.
// A third party has two such conversations, with a key of his own in each. He has to fix his
// part of each before he knows the other's nonce, so the two codes are alike once in 2^30 tries,
// and each try is a worker that a person looks at.
//
// Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace motzkin::identity {

inline constexpr size_t kNonceBytes = 32;

// A worker shows this when it opens its commitment.
struct Opening {
  std::string_view public_key;
  std::string_view worker_uuid;
  std::string_view worker_name;
  std::string_view nonce;  // kNonceBytes of RandomBytes()
};

// Returns 32 bytes.
std::string CommitmentTo(const Opening& opening);

// Returns six characters of Crockford's base 32, which has no I, L, O and U. `coordinator` is the
// coordinator's public key and `coordinator_nonce` its kNonceBytes.
std::string JoinCode(std::string_view coordinator, std::string_view coordinator_nonce,
                     const Opening& opening);

// Returns the code that a person typed: small letters are as good as capitals, O is 0, I and L are
// 1, and spaces and dashes do not count. Nothing if it is not a code.
std::optional<std::string> ReadJoinCode(std::string_view typed);

}  // namespace motzkin::identity
