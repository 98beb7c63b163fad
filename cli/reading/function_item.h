// One function of a file: its integrand, and the answers to be judged.
#pragma once

#include <absl/status/statusor.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/text/json.h"
#include "common/expression/dialect.h"

namespace motzkin::cli {

// The flags of a user who has a file of functions, as they are read. A value.
struct ReadingOptions {
  std::string integrand_key = "integrand";    // the key or column of the integrand
  std::string candidates_key = "candidates";  // the key or column of the candidates
  // An item with more candidates cannot be read.
  size_t candidates_max = std::numeric_limits<size_t>::max();
  expression::Dialect dialect = expression::Dialect::kAny;
  // A text that has no other notation may be LaTeX, as 2 x + 1 is where others are. Detected.
  bool latex = false;
};

// One candidate answer: prefix tokens, or the reason why it cannot be read.
struct Candidate {
  std::string text;  // as written in the file
  absl::StatusOr<std::string> prefix;
};

// The limits of a definite integral: prefix tokens without x, "oo" or "-oo".
struct Limits {
  std::string lower;
  std::string upper;
};

struct FunctionItem {
  int64_t line = 0;  // 1-based; of a value of several lines, the first
  Json id;           // of the object or record, null without one
  std::string text;  // the integrand as written
  // Prefix tokens, or the error of an item that makes no sense: "FILE:LINE: ...".
  absl::StatusOr<std::string> integrand = absl::UnknownError("not read");
  // The limits of a definite integral, whose candidates are values.
  std::optional<Limits> definite;
  bool has_candidates = false;
  std::vector<Candidate> candidates;
  // Each says how a name was read that has several conventions, or a letter that may be a parameter; see
  // ConventionNotes() and LetterNotes().
  std::vector<std::string_view> notes;
};

// Whether the text has a command of LaTeX. In JSON, its backslash is written twice.
bool HoldsLatex(std::string_view text, bool json);

// Each of these fills in `item` but for its line. INVALID_ARGUMENT: the integrand cannot be read, or
// there is none. A candidate that cannot be read is the mistake of who answered and no error: the item
// counts, and that candidate says why.
//
// Thread-safe.

// The value of one JSON text: an object with the keys of `options` and perhaps "id"; an array whose
// first text is the integrand and whose second text, if there is one, is an answer; or a text. The
// value of the candidates is a text or an array of texts; null counts as absent. A single one may have
// the key "candidate" instead of "candidates". With "lower" and "upper", texts or numbers, it is a
// definite integral, and "value" is its candidate where there are no others.
absl::Status ReadJsonItem(std::string_view text, const ReadingOptions& options, FunctionItem& item);
// A line of the published files of Lample and Charton; its integral is the candidate.
absl::Status ReadLampleChartonItem(std::string_view line, FunctionItem& item);
// A record whose fields the header names, the same names as in JSON. A candidate field is one answer or a JSON array of texts;
// an empty one counts as absent.
absl::Status ReadRecordItem(const std::vector<std::string>& header,
                            const std::vector<std::string>& fields, const ReadingOptions& options,
                            FunctionItem& item);
// An entry of a test suite of Rubi, in Mathematica's dialect; its antiderivatives are the candidates.
absl::Status ReadMathematicaItem(std::string_view list, FunctionItem& item);
// A line of text: an integrand, or an integrand, a tab and an answer.
absl::Status ReadTextItem(std::string_view line, const ReadingOptions& options, FunctionItem& item);

}  // namespace motzkin::cli
