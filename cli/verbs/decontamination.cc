#include "cli/verbs/decontamination.h"

#include <absl/strings/str_cat.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "cli/text/read_expression.h"
#include "common/expression/canonical.h"
#include "dataset/checksummed_file.h"

namespace motzkin::cli {
namespace {

absl::Status Add(const std::string& line, expression::Pool& pool, dataset::FunctionSet& set) {
  const nlohmann::json json = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("integrand") || !json["integrand"].is_string()) {
    return absl::InvalidArgumentError("expected an object with a string \"integrand\"");
  }
  const auto text = json["integrand"].get<std::string>();
  // A pool holds everything that it made, so it is emptied for each line of a long file.
  pool.Clear();
  const absl::StatusOr<expression::Expr> integrand = ReadExpression(text, pool);
  if (!integrand.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(integrand.status().message(), Caret(integrand.status(), text)));
  }
  const expression::Expr canonical = expression::Canonical(*integrand, pool);
  if (canonical->op() == expression::Op::kUndefined) {
    return absl::InvalidArgumentError("the function has no value anywhere");
  }
  ++set.functions;
  set.canonical_hashes.insert(expression::CanonicalHash(canonical));
  set.skeleton_hashes.insert(expression::SkeletonHash(canonical));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<dataset::FunctionSet> ReadFunctionSet(const std::string& path) {
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
  std::ifstream file(path);
  expression::Pool pool;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    if (const absl::Status status = Add(line, pool, set); !status.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(path, ":", number, ": ", status.message()));
    }
  }
  if (file.bad()) return absl::DataLossError(absl::StrCat("cannot read ", path));
  return set;
}

}  // namespace motzkin::cli
