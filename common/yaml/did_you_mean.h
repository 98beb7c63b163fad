// Suggests in error messages the word that was probably meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace motzkin::yaml {

// " (did you mean 'seed'?)" when one of `known` is at most a third of its letters away from `word`,
// otherwise empty. Thread-safe.
std::string DidYouMean(std::string_view word, const std::vector<std::string>& known);

}  // namespace motzkin::yaml
