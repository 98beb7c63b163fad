#include "cli/reading/function_file.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include <algorithm>
#include <sstream>
#include <utility>

#include "cli/reading/json_values.h"
#include "cli/reading/lample_charton_line.h"
#include "cli/reading/mathematica_list.h"
#include "cli/text/read_expression.h"
#include "common/base/separated_values.h"
#include "common/base/status_macros.h"
#include "common/base/string_view.h"

namespace motzkin::cli {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::string_view kSpaces = " \t\r\n";
constexpr std::string_view kSpacesAndCommas = " \t\r\n,";

bool IsBlank(std::string_view line) {
  return line.find_first_not_of(kSpaces) == std::string_view::npos;
}

// Files that are no text, by their first bytes.
struct Foreign {
  std::string_view magic;
  std::string_view what;
};
constexpr Foreign kForeign[] = {
    {"\x1f\x8b", "is compressed; unpack it with gunzip (or tar -xzf)"},
    {"PK\x03\x04", "is compressed; unpack it with unzip"},
    {"BZh", "is compressed; unpack it with bunzip2"},
    {"\xfd"
     "7zXZ",
     "is compressed; unpack it with unxz"},
    {"\x28\xb5\x2f\xfd", "is compressed; unpack it with unzstd"},
    {"PAR1",
     "is Parquet; write it as JSON lines, for instance with pandas: "
     "read_parquet(FILE).to_json(OUT, orient='records', lines=True)"},
    {"\xff\xfe", "is UTF-16; convert it with iconv -f UTF-16 -t UTF-8"},
    {"\xfe\xff", "is UTF-16; convert it with iconv -f UTF-16 -t UTF-8"},
};

// Returns the first lines of the head that are not blank. The last one may be cut off, so it counts only
// if it is the only one.
std::vector<std::string_view> FirstLines(std::string_view head, bool whole) {
  constexpr size_t kLines = 20;
  std::vector<std::string_view> lines;
  while (!head.empty() && lines.size() < kLines) {
    const size_t feed = head.find('\n');
    std::string_view line = head.substr(0, feed);
    head.remove_prefix(std::min(head.size(), line.size() + 1));
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (feed == std::string_view::npos && !whole && !lines.empty()) break;
    if (!IsBlank(line)) lines.push_back(line);
  }
  return lines;
}

bool IsJsonObject(std::string_view line) {
  line = ToStd(absl::StripAsciiWhitespace(ToAbsl(line)));
  if (line.empty() || line.front() != '{') return false;
  const absl::StatusOr<Json> json = ParseJson(line);
  return json.ok() && json->is_object();
}

// Whether a text that begins with a brace goes on as a JSON object does.
bool BeginsAnObject(std::string_view text) {
  const size_t next = text.find_first_not_of(kSpaces, 1);
  return next == std::string_view::npos || text[next] == '"' || text[next] == '}';
}

// Whether the first line of an object shows that it goes on in the next, rather than that it is broken.
bool GoesOn(std::string_view line) {
  line = ToStd(absl::StripTrailingAsciiWhitespace(ToAbsl(line)));
  return line.find_last_of("{[,:") == line.size() - 1;
}

bool IsJsonArray(std::string_view line) {
  const absl::StatusOr<Json> json = ParseJson(line);
  return json.ok() && json->is_array();
}

// Takes the bytes that are among `skipped`, and returns the next one, or -1 at the end.
int SkipTo(ByteSource& source, std::string_view skipped) {
  while (source.Peek() >= 0 &&
         skipped.find(static_cast<char>(source.Peek())) != std::string_view::npos) {
    source.Take();
  }
  return source.Peek();
}

// Returns where the array of functions in an object begins that is no function itself; npos if there is
// none.
size_t FindElements(std::string_view text, const std::string& integrand_key) {
  const absl::StatusOr<Json> json = ParseJson(text);
  if (!json.ok() || json->contains(integrand_key)) return std::string_view::npos;
  for (const auto& [key, value] : json->items()) {
    if (!value.is_array() || value.empty()) continue;
    const bool object = value[0].is_object() && value[0].contains(integrand_key);
    if (object || value[0].is_array()) return FindMember(text, key);
  }
  return std::string_view::npos;
}

// Whether the line may be the header of a table: several words and no formula.
bool LooksLikeHeader(std::string_view line, char separator) {
  const absl::StatusOr<std::vector<std::string>> fields = SplitRecord(line, separator);
  if (!fields.ok() || fields->size() < 2 || ReadAsPrefix(fields->front()).ok()) return false;
  return std::all_of(fields->begin(), fields->end(), [](const std::string& field) {
    return field.size() > 1 && std::all_of(field.begin(), field.end(), [](unsigned char c) {
             return absl::ascii_isalnum(c) || c == '_' || c == ' ' || c == '-';
           });
  });
}

}  // namespace

FunctionFile::FunctionFile(std::istream& input, std::string name, ReadingOptions options)
    : source_(std::make_unique<ByteSource>(input)),
      name_(std::move(name)),
      options_(std::move(options)) {}

absl::StatusOr<FunctionFile> FunctionFile::Open(std::istream& input, std::string name,
                                                ReadingOptions options) {
  FunctionFile file(input, std::move(name), std::move(options));
  const std::string_view head = file.source_->Head();
  for (const auto& [magic, what] : kForeign) {
    if (head.substr(0, magic.size()) == magic)
      return absl::InvalidArgumentError(absl::StrCat(file.name_, " ", ToAbsl(what)));
  }
  if (head.find('\0') != std::string_view::npos)
    return absl::InvalidArgumentError(absl::StrCat(file.name_, " is no text: it holds zero bytes"));
  RETURN_IF_ERROR(file.Detect(head));
  const bool json = file.format_ == Format::kJson || file.format_ == Format::kJsonLines;
  file.options_.latex = HoldsLatex(head, json);
  if (head.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    for (size_t i = 0; i < kByteOrderMark.size(); ++i) file.source_->Take();
  }
  // The header is known by now, and is no record.
  if (file.format_ == Format::kSeparated) file.NextLine();
  return file;
}

absl::Status FunctionFile::Detect(std::string_view head) {
  const bool whole = head.size() < ByteSource::kHeadBytes;
  if (head.substr(0, kByteOrderMark.size()) == kByteOrderMark)
    head.remove_prefix(kByteOrderMark.size());
  const std::vector<std::string_view> lines = FirstLines(head, whole);
  if (lines.empty()) return absl::OkStatus();
  const std::string_view begin = ToStd(absl::StripLeadingAsciiWhitespace(ToAbsl(head)));
  const bool json_lines = std::any_of(lines.begin(), lines.end(), IsJsonObject);
  if (begin.front() == '[') {
    // Arrays line by line are rows, each of a function.
    const bool rows = lines.size() > 1 && IsJsonArray(lines[0]) && IsJsonArray(lines[1]);
    format_ = rows ? Format::kJsonLines : Format::kJson;
  } else if (begin.front() == '{' && BeginsAnObject(begin) &&
             (GoesOn(lines.front()) || !json_lines)) {
    format_ = Format::kJson;
  } else if (json_lines) {
    format_ = Format::kJsonLines;
  } else if (begin.front() == '{' || begin.substr(0, 2) == "(*") {
    format_ = Format::kMathematica;
  } else if (std::any_of(lines.begin(), lines.end(), IsLampleChartonLine)) {
    format_ = Format::kLampleCharton;
  } else if (TakeHeader(lines.front())) {
    format_ = Format::kSeparated;
  } else {
    for (const char separator : {'\t', ',', ';'}) {
      if (!LooksLikeHeader(lines.front(), separator)) continue;
      return absl::InvalidArgumentError(
          absl::StrCat(name_, ":1: no column '", options_.integrand_key, "' among ",
                       absl::StrJoin(*SplitRecord(lines.front(), separator), ", "),
                       "; --integrand-key names the column of the integrands"));
    }
  }
  return absl::OkStatus();
}

bool FunctionFile::TakeHeader(std::string_view line) {
  for (const char separator : {'\t', ',', ';'}) {
    absl::StatusOr<std::vector<std::string>> fields = SplitRecord(line, separator);
    if (!fields.ok() ||
        std::find(fields->begin(), fields->end(), options_.integrand_key) == fields->end()) {
      continue;
    }
    separator_ = separator;
    header_ = *std::move(fields);
    // Without a second column there is nothing to separate, and log(x, 2) is one field.
    if (header_.size() == 1) separator_ = '\0';
    return true;
  }
  return false;
}

std::optional<Entry> FunctionFile::Next() {
  if (!queue_.empty()) {
    Entry entry = std::move(queue_.front());
    queue_.pop_front();
    return entry;
  }
  if (format_ == Format::kMathematica) return NextList();
  return format_ == Format::kJson ? NextJson() : NextLine();
}

std::optional<Entry> FunctionFile::NextLine() {
  while (true) {
    Entry entry;
    entry.line = source_->line();
    const ByteSource::Line end = source_->TakeLine(entry.text, kEntryBytesMax);
    if (end == ByteSource::Line::kEnd) return std::nullopt;
    if (IsBlank(entry.text)) continue;
    if (format_ == Format::kText && entry.text[entry.text.find_first_not_of(kSpaces)] == '#')
      continue;
    if (end == ByteSource::Line::kTooLong) {
      entry.problem = absl::ResourceExhaustedError(
          absl::StrCat("a line of more than ", kEntryBytesMax >> 20, " MiB"));
    }
    return format_ == Format::kSeparated ? NextRecord(std::move(entry)) : entry;
  }
}

std::optional<Entry> FunctionFile::NextRecord(Entry entry) {
  // A quoted field may hold line feeds. Each line is looked at once, however long the field is.
  bool quoted = EndsInQuotes(entry.text);
  while (entry.problem.ok() && quoted) {
    std::string more;
    const ByteSource::Line end = source_->TakeLine(more, kEntryBytesMax);
    if (end == ByteSource::Line::kEnd) break;
    quoted = quoted != EndsInQuotes(more);
    if (end == ByteSource::Line::kTooLong || entry.text.size() + more.size() >= kEntryBytesMax) {
      entry.problem = absl::ResourceExhaustedError(
          absl::StrCat("a quoted field of more than ", kEntryBytesMax >> 20, " MiB"));
      break;
    }
    absl::StrAppend(&entry.text, "\n", more);
  }
  return entry;
}

std::optional<Entry> FunctionFile::NextJson() {
  while (true) {
    const int byte = SkipTo(*source_, kSpacesAndCommas);
    if (byte < 0 || lost_) return std::nullopt;
    const bool opens = byte == '[' && !in_array_;
    if (!opens && (byte != ']' || !in_array_)) break;
    in_array_ = opens;
    source_->Take();
  }
  Entry entry;
  entry.line = source_->line();
  // An object outside of an array may hold the array.
  const bool document = !in_array_ && source_->Peek() == '{';
  absl::StatusOr<std::string> text =
      TakeJsonText(*source_, document ? kDocumentBytesMax : kEntryBytesMax);
  if (!text.ok()) {
    lost_ = true;
    entry.problem = absl::InvalidArgumentError(
        absl::StrCat(text.status().message(), "; what follows is not read"));
    return entry;
  }
  entry.text = *std::move(text);
  if (!document) return entry;
  QueueElements(std::move(entry));
  return Next();
}

std::optional<Entry> FunctionFile::NextList() {
  const int byte = SkipToList(*source_);
  if (byte < 0 || lost_) return std::nullopt;
  Entry entry;
  entry.line = source_->line();
  absl::StatusOr<std::string> text =
      byte == '{' ? TakeList(*source_, kEntryBytesMax)
                  : absl::InvalidArgumentError("expected {integrand, x, steps, antiderivative}");
  lost_ = !text.ok();
  if (text.ok()) {
    entry.text = *std::move(text);
  } else {
    entry.problem = absl::InvalidArgumentError(
        absl::StrCat(text.status().message(), "; what follows is not read"));
  }
  return entry;
}

void FunctionFile::QueueElements(Entry document) {
  const size_t begin = FindElements(document.text, options_.integrand_key);
  if (begin == std::string::npos) {
    queue_.push_back(std::move(document));
    return;
  }
  const auto array = document.text.begin() + static_cast<std::ptrdiff_t>(begin);
  const int64_t first = document.line + std::count(document.text.begin(), array, '\n');
  std::istringstream input(std::string(array, document.text.end()));
  ByteSource source(input);
  source.Take();
  while (SkipTo(source, kSpacesAndCommas) >= 0 && source.Peek() != ']') {
    Entry entry;
    entry.line = first + source.line() - 1;
    absl::StatusOr<std::string> text = TakeJsonText(source, kEntryBytesMax);
    entry.problem = text.status();
    if (text.ok()) entry.text = *std::move(text);
    queue_.push_back(std::move(entry));
    if (!queue_.back().problem.ok()) return;
  }
}

FunctionItem FunctionFile::Read(const Entry& entry) const {
  FunctionItem item;
  item.line = entry.line;
  const absl::Status status = entry.problem.ok() ? ReadItem(entry, item) : entry.problem;
  if (!status.ok()) {
    item.integrand =
        absl::InvalidArgumentError(absl::StrCat(name_, ":", entry.line, ": ", status.message()));
  }
  return item;
}

absl::Status FunctionFile::ReadItem(const Entry& entry, FunctionItem& item) const {
  switch (format_) {
    case Format::kJsonLines:
    case Format::kJson:
      return ReadJsonItem(entry.text, options_, item);
    case Format::kLampleCharton:
      return ReadLampleChartonItem(entry.text, item);
    case Format::kMathematica:
      return ReadMathematicaItem(entry.text, item);
    case Format::kSeparated: {
      ASSIGN_OR_RETURN(const std::vector<std::string> fields, SplitRecord(entry.text, separator_));
      return ReadRecordItem(header_, fields, options_, item);
    }
    case Format::kText:
      return ReadTextItem(entry.text, options_, item);
  }
  return absl::OkStatus();
}

absl::StatusOr<FunctionItem> FunctionFile::ReadOne(const std::string& text,
                                                   const ReadingOptions& options) {
  std::istringstream input(text);
  ASSIGN_OR_RETURN(FunctionFile file, Open(input, "the text", options));
  FunctionItem item;
  if (file.format_ == Format::kText && text.find('\t') == std::string::npos) {
    RETURN_IF_ERROR(ReadTextItem(text, options, item));
    return item;
  }
  const std::optional<Entry> entry = file.Next();
  if (!entry) return absl::InvalidArgumentError("the text holds no function");
  if (file.Next()) {
    return absl::InvalidArgumentError(
        "the text holds several functions; `motzkin evaluate FILE` takes a file of them");
  }
  RETURN_IF_ERROR(entry->problem);
  RETURN_IF_ERROR(file.ReadItem(*entry, item));
  return item;
}

}  // namespace motzkin::cli
