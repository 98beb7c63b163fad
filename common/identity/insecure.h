// The setting `insecure` of coordinator, worker and motzkin makes connections plain text, on which
// no caller is asked who he is. It is for people whose tunnel (WireGuard, ssh) does all of that.
#pragma once

#include <absl/status/status.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace motzkin::identity {

enum class Insecure {
  kNo,
  kOnLoopback,
  kEverywhere,  // The owner has said that he means it.
};

// Its words in files and flags.
inline const std::vector<std::pair<std::string_view, Insecure>> kInsecureWords = {
    {"no", Insecure::kNo}, {"yes", Insecure::kOnLoopback}, {"yes-really", Insecure::kEverywhere}};

// INVALID_ARGUMENT: `address`, a HOST:PORT, is not one for this setting.
absl::Status CheckInsecure(Insecure insecure, const std::string& address);

}  // namespace motzkin::identity
