// The lines that `motzkin evaluate` reads.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "cli/text/json.h"

namespace motzkin::cli {

// One candidate answer: as prefix tokens, or why it cannot be read.
struct Candidate {
  std::string text;
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

// Reads the object of one line. `candidates_key` holds a string or an array of strings; null is as
// if it were absent. A wrong line is an item whose `integrand` is an error, "FILE:LINE: ...": it
// costs only itself.
EvaluateItem ReadItem(const std::string& text, int line, const std::string& filename,
                      const std::string& candidates_key);

}  // namespace motzkin::cli
