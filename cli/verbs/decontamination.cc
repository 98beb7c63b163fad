#include "cli/verbs/decontamination.h"

#include <absl/strings/str_cat.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <vector>

#include "cli/reading/function_file.h"
#include "cli/verbs/reading_flags.h"
#include "common/base/status_macros.h"
#include "common/expression/canonical.h"
#include "common/expression/parser.h"
#include "dataset/checksummed_file.h"

namespace motzkin::cli {
namespace {

absl::Status Add(const std::string& prefix, expression::Pool& pool, dataset::FunctionSet& set) {
  // A pool holds everything that it made, so it is emptied for each function of a long file.
  pool.Clear();
  ASSIGN_OR_RETURN(const expression::Expr integrand, expression::ParsePrefix(prefix, pool));
  const expression::Expr canonical = expression::Canonical(integrand, pool);
  if (canonical->op() == expression::Op::kUndefined) {
    return absl::InvalidArgumentError("the function has no value anywhere");
  }
  ++set.functions;
  set.canonical_hashes.insert(expression::CanonicalHash(canonical));
  set.skeleton_hashes.insert(expression::SkeletonHash(canonical));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<dataset::FunctionSet> ReadFunctionSet(const std::string& path,
                                                     const ReadingOptions& options) {
  dataset::FunctionSet set;
  // It is read twice, which a pipe does not allow; opening one would even wait for a writer.
  std::error_code error;
  if (std::filesystem::exists(path, error) && !std::filesystem::is_regular_file(path, error)) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, " is not a regular file; write what comes from a pipe into one"));
  }
  // The digest goes into the dataset's card, so that its readers can tell which file was kept
  // apart.
  const absl::StatusOr<dataset::FileDigest> digest = dataset::DigestOf(path);
  if (!digest.ok()) return absl::InvalidArgumentError(digest.status().message());
  set.name = std::filesystem::path(path).filename().string();
  set.sha256 = digest->sha256;
  std::ifstream input(path);
  ASSIGN_OR_RETURN(FunctionFile file, FunctionFile::Open(input, path, options));
  expression::Pool pool;
  Unreadable unreadable;
  std::vector<std::string_view> notes;
  while (const std::optional<Entry> entry = file.Next()) {
    FunctionItem item = file.Read(*entry);
    if (item.integrand.ok()) {
      if (const absl::Status status = Add(*item.integrand, pool, set); !status.ok()) {
        item.integrand =
            absl::InvalidArgumentError(absl::StrCat(path, ":", item.line, ": ", status.message()));
      }
    }
    if (!item.integrand.ok()) unreadable.Add(item);
    AddNotes(item, notes);
  }
  if (file.failed()) return absl::DataLossError(absl::StrCat("cannot read ", path));
  if (unreadable.count() > 0)
    return absl::InvalidArgumentError(unreadable.Message(set.functions + unreadable.count()));
  ReportNotes(notes);
  return set;
}

}  // namespace motzkin::cli
