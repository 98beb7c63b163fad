#include "cli/verbs/reading_flags.h"

#include <absl/strings/str_cat.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <optional>

#include "common/base/string_view.h"
#include "common/words/words.h"

namespace motzkin::cli {

void AddDialectFlag(CLI::App& verb, ReadingFlags& flags) {
  verb.add_option(
      "--dialect", flags.dialect,
      "whose conventions names have: maple, mathematica, sympy, fricas or giac; default: "
      "as docs/dataset.md says");
}

void AddReadingFlags(CLI::App& verb, ReadingFlags& flags) {
  verb.add_option("--integrand-key", flags.integrand_key,
                  "the key or column of the integrands; default integrand");
  AddDialectFlag(verb, flags);
}

std::vector<std::string> WordsOf(const ReadingFlags& flags) {
  std::vector<std::string> words;
  if (flags.integrand_key != ReadingFlags().integrand_key) {
    words.insert(words.end(), {"--integrand-key", flags.integrand_key});
  }
  if (!flags.dialect.empty()) words.insert(words.end(), {"--dialect", flags.dialect});
  return words;
}

absl::StatusOr<ReadingOptions> ReadFlags(const ReadingFlags& flags) {
  ReadingOptions options;
  options.integrand_key = flags.integrand_key;
  if (flags.dialect.empty()) return options;
  const std::optional<expression::Dialect> dialect = expression::DialectOf(flags.dialect);
  if (!dialect) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--dialect must be maple, mathematica, sympy, fricas or giac, not '", flags.dialect, "'"));
  }
  options.dialect = *dialect;
  return options;
}

absl::Status OpenFunctions(const std::string& path, std::ifstream& input) {
  if (path == "-") return absl::OkStatus();
  std::error_code error;
  // A directory can be opened, but reads like an empty file.
  if (std::filesystem::is_directory(path, error)) {
    return absl::InvalidArgumentError(path + " is a directory, not a file");
  }
  input.open(path);
  if (!input) return absl::InvalidArgumentError("cannot read " + path);
  return absl::OkStatus();
}

void AddNotes(const FunctionItem& item, std::vector<std::string_view>& notes) {
  for (const std::string_view note : item.notes) {
    if (std::find(notes.begin(), notes.end(), note) == notes.end()) notes.push_back(note);
  }
}

void ReportNotes(const std::vector<std::string_view>& notes) {
  // fmt::print() would throw if stderr cannot be written to.
  for (const std::string_view note : notes)
    std::fputs(fmt::format("motzkin: note: {}\n", note).c_str(), stderr);
}

void Unreadable::Add(const FunctionItem& item) {
  ++count_;
  if (count_ > 1 && item.line >= first_line_) return;
  first_line_ = item.line;
  first_ = ToStd(item.integrand.status().message());
}

std::string Unreadable::Message(int64_t functions) const {
  if (count_ < 2) return first_;
  // The count goes before the lines that show the place.
  const size_t end = std::min(first_.find("\n  "), first_.size());
  return fmt::format("{}; it is the first of {} that cannot be read, of {}{}",
                     first_.substr(0, end), Grouped(count_), Grouped(functions),
                     first_.substr(end));
}

}  // namespace motzkin::cli
