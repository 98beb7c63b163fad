// A file of functions in any of the formats that the field publishes:
//
//   JSON lines      a value a line: an object with an integrand, or what ReadJsonItem() takes
//   JSON            an array of such values, or objects one after another, with any line breaks; or an
//                   object that holds such an array and no integrand
//   Lample-Charton  12|sub Y' f<TAB>F, with or without the count
//   Rubi            {integrand, x, steps, antiderivative} with comments, in Mathematica's spelling
//   CSV, TSV        with a header that names the integrand's column; separated by , ; or a tab
//   text            an expression a line, or integrand<TAB>answer; lines that begin with # are comments
//
// The format follows from the first 64 KiB. Memory does not grow with the file, except for an object
// that holds the array, which has at most kDocumentBytesMax.
#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <deque>
#include <istream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/reading/byte_source.h"
#include "cli/reading/function_item.h"

namespace motzkin::cli {

// The longest function of a file with its candidates: a few expressions of the longest length.
inline constexpr size_t kEntryBytesMax = 4u << 20;
inline constexpr size_t kDocumentBytesMax = 16u << 20;

// The text of one function, which is not read yet.
struct Entry {
  int64_t line = 0;
  std::string text;
  absl::Status problem;  // why the text is not whole
};

// Next() and failed() are Thread-compatible; Read() is Thread-safe.
class FunctionFile {
 public:
  // `input` must outlive this. `name` stands in messages. INVALID_ARGUMENT: the file is compressed, not
  // text, or a table without a column of integrands; the message names the cure.
  static absl::StatusOr<FunctionFile> Open(std::istream& input, std::string name,
                                           ReadingOptions options);

  // Reads the only function of a text in any of these formats. A text without a tab that has none of
  // them is one expression, however many lines it has. INVALID_ARGUMENT: it holds another number of
  // functions, or its function cannot be read.
  static absl::StatusOr<FunctionItem> ReadOne(const std::string& text,
                                              const ReadingOptions& options);

  // Takes the next function; nothing at the end.
  std::optional<Entry> Next();
  // Reads what Next() took. A wrong entry gives an item whose integrand is an error, and does not
  // affect others.
  FunctionItem Read(const Entry& entry) const;
  // Whether the end that Next() met is that of a device that failed.
  bool failed() const { return source_->failed(); }

 private:
  enum class Format { kJsonLines, kJson, kLampleCharton, kMathematica, kSeparated, kText };

  FunctionFile(std::istream& input, std::string name, ReadingOptions options);
  // Finds out the format from the head of the file.
  absl::Status Detect(std::string_view head);
  // Takes `line` for the header of a table, if it names the integrand's column.
  bool TakeHeader(std::string_view line);
  std::optional<Entry> NextLine();
  std::optional<Entry> NextRecord(Entry entry);
  std::optional<Entry> NextJson();
  std::optional<Entry> NextList();
  // Queues the elements of the array in an object without an integrand; the object itself, if it holds
  // none.
  void QueueElements(Entry document);
  absl::Status ReadItem(const Entry& entry, FunctionItem& item) const;

  // On the heap, as the file is moved.
  std::unique_ptr<ByteSource> source_;
  std::string name_;
  ReadingOptions options_;
  Format format_ = Format::kText;
  char separator_ = '\0';
  std::vector<std::string> header_;  // of kSeparated
  bool in_array_ = false;            // of kJson
  bool lost_ = false;                // The place of the next value or list is unknown.
  std::deque<Entry> queue_;
};

}  // namespace motzkin::cli
