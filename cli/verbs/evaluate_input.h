// Reads the lines of a file for `motzkin evaluate`. Thread-safe.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "cli/text/json.h"

namespace motzkin::cli {

// One candidate answer: prefix tokens, or the reason why it cannot be read.
struct Candidate {
  std::string text;  // as written in the file
  absl::StatusOr<std::string> prefix;
};

// One line of the file.
struct EvaluateItem {
  int line = 0;      // 1-based
  Json id;           // of the object, null without one
  std::string text;  // the integrand as written
  // Prefix tokens, or the error of a line that makes no sense.
  absl::StatusOr<std::string> integrand = absl::UnknownError("not read");
  bool has_candidates = false;
  std::vector<Candidate> candidates;
};

// Reads the object of one line. The value of `candidates_key` is a string or an array of strings;
// null counts as absent. A wrong line gives an item whose `integrand` is an error, "FILE:LINE:
// ...", and does not affect others.
EvaluateItem ReadItem(const std::string& text, int line, const std::string& filename,
                      const std::string& candidates_key);

}  // namespace motzkin::cli
