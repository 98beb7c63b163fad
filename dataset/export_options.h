// The options of an export. Values.
#pragma once

#include <absl/container/flat_hash_set.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/expression/printer.h"
#include "dataset/balance.h"
#include "dataset/file_format.h"
#include "dataset/label_model.h"
#include "dataset/reader.h"
#include "dataset/row_check.h"
#include "motzkin/v1/job.pb.h"

namespace motzkin::dataset {

// Functions to leave out, such as those of a test set. Each is recognised by its canonical form and
// by its skeleton.
struct FunctionSet {
  std::string name;                        // the name of the file, without folders
  std::string sha256;                      // the digest of the file, hexadecimal
  std::vector<std::string> reading_flags;  // the words of the command line that say how it was read
  int64_t functions = 0;
  absl::flat_hash_set<uint64_t> canonical_hashes;
  absl::flat_hash_set<uint64_t> skeleton_hashes;
};

enum class Labels {
  kAll,   // every label
  kSure,  // without functions that timed out: with more time, some of them have an integral
};

// The facts that only the publisher of a dataset knows. Each may be empty.
struct Publisher {
  std::string license;  // an SPDX identifier
  std::vector<std::string> creators;
  std::string url;  // where the dataset will be
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
  Labels labels = Labels::kAll;
  // Adds what each step of the ladder gave and cost, and sizes.
  bool with_steps = false;
  // Writes ln|u| as ln u wherever that is verified; `verify` must then be set.
  bool strip_ln_abs = false;
  Verify verify;
  // The fourth rule of the card; null: the card has none. It must outlive the export and serves one.
  LabelModel* model = nullptr;
  // Rows that fail it are left out. Without it, rows are trusted.
  CheckRows check;
  int64_t shard_rows = 500'000;  // rows in a file; 0: one file for each split
  Publisher publisher;
  std::string program_version;  // for the card
};

}  // namespace motzkin::dataset
