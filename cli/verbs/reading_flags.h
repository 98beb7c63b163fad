// The flags that say how a file of functions is to be read.
#pragma once

#include <absl/status/statusor.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "cli/reading/function_item.h"

namespace motzkin::cli {

struct ReadingFlags {
  std::string integrand_key = "integrand";
  std::string dialect;  // empty: any
};

// Adds --dialect and, where files are read, --integrand-key. `flags` must outlive the app.
void AddDialectFlag(CLI::App& verb, ReadingFlags& flags);
void AddReadingFlags(CLI::App& verb, ReadingFlags& flags);

// Returns the flags as words of a command line, without those that have their defaults.
std::vector<std::string> WordsOf(const ReadingFlags& flags);

// INVALID_ARGUMENT: there is no such dialect.
absl::StatusOr<ReadingOptions> ReadFlags(const ReadingFlags& flags);

// Opens a file of functions; the stream stays closed for "-", which is stdin. INVALID_ARGUMENT: it is
// a directory, or cannot be read.
absl::Status OpenFunctions(const std::string& path, std::ifstream& input);

// Adds those notes of an item that are new.
void AddNotes(const FunctionItem& item, std::vector<std::string_view>& notes);
// Says each note on stderr, with a line of its own.
void ReportNotes(const std::vector<std::string_view>& notes);

// Counts the functions of a file that cannot be read, and keeps the error of the first, so that a file
// gets one message, however many they are. Thread-compatible.
class Unreadable {
 public:
  // Takes an item of the file whose integrand cannot be read, in any order.
  void Add(const FunctionItem& item);
  int64_t count() const { return count_; }
  // Returns the message, "FILE:LINE: ..." of the first; `functions` is how many were read or not.
  std::string Message(int64_t functions) const;

 private:
  int64_t count_ = 0;
  int64_t first_line_ = 0;
  std::string first_;
};

}  // namespace motzkin::cli
