// The options of an export. Values.
#pragma once

#include <absl/container/flat_hash_set.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "dataset/balance.h"
#include "dataset/file_format.h"
#include "dataset/reader.h"
#include "dataset/row_check.h"
#include "motzkin/v1/job.pb.h"

namespace motzkin::dataset {

// Functions to leave out, such as those of a test set. Each is recognised by its canonical form and
// by its skeleton.
struct FunctionSet {
  std::string name;    // the name of the file, without folders
  std::string sha256;  // the digest of the file, hexadecimal
  int64_t functions = 0;
  absl::flat_hash_set<uint64_t> canonical_hashes;
  absl::flat_hash_set<uint64_t> skeleton_hashes;
};

// Says whether `candidate` is an antiderivative of `integrand`, as the verifier judges. Both are
// prefix tokens.
using Verify =
    std::function<absl::StatusOr<bool>(const std::string& integrand, const std::string& candidate)>;

struct ExportOptions {
  const FileFormat* format = &kJsonl;
  // The notation of integrands and integrals in jsonl and csv: prefix, infix, LaTeX or SymPy's.
  expression::Format notation = expression::Format::kPrefix;
  int64_t begin = 0;
  std::optional<int64_t> end;  // default: the end of the sealed prefix when the export starts
  Balance balance = Balance::kNone;
  std::optional<FunctionSet> decontaminate;
  // Jobs of other kinds are refused.
  std::vector<v1::Kind> kinds = {v1::KIND_FORWARD};
  v1::Answers answers = v1::ANSWERS_UNSPECIFIED;  // default: the job's own
  // Writes ln|u| as ln u wherever that is verified; `verify` must then be set.
  bool strip_ln_abs = false;
  Verify verify;
  // Rows that fail it are left out. Without it, rows are trusted.
  CheckRows check;
  int64_t shard_rows = 500'000;  // rows in a file; 0: one file for each split
  std::string program_version;   // for the card
};

}  // namespace motzkin::dataset
