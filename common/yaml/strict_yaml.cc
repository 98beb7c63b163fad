#include "common/yaml/strict_yaml.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <absl/time/time.h>
#include <errno.h>
#include <string.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <deque>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <sstream>
#include <system_error>

#include "common/base/status_macros.h"
#include "common/base/string_view.h"
#include "common/yaml/did_you_mean.h"
#include "common/yaml/scalar.h"

namespace motzkin::yaml {
namespace {

// Notes where documents begin and ignores their content.
class DocumentStarts final : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark& mark) override { latest_ = mark; }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t,
                const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}

  const YAML::Mark& latest() const { return latest_; }

 private:
  YAML::Mark latest_;
};

// Returns the line on which a second document begins. YAML::LoadAll() would find it as well, but it
// loops for ever in front of a token that cannot begin a document, such as ','.
std::optional<int> SecondDocument(const std::string& text) {
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  DocumentStarts starts;
  if (!parser.HandleNextDocument(starts)) return std::nullopt;
  const YAML::Mark first = starts.latest();
  if (!parser.HandleNextDocument(starts)) return std::nullopt;
  // The parser claims another document without having moved: this is where LoadAll() would loop.
  if (starts.latest().pos == first.pos) {
    throw YAML::ParserException(first, "a document cannot begin like this");
  }
  return starts.latest().line + 1;
}

constexpr size_t kFileBytesMax = 1u << 20;  // 1 MiB: a thousand times our longest file.

// yaml-cpp counts lines from 0 and gives -1 for nodes that do not come from the text.
int LineOf(const YAML::Node& node) { return node.Mark().line < 0 ? 1 : node.Mark().line + 1; }

absl::Status ErrorAt(std::string_view filename, int line, std::string_view message) {
  return absl::InvalidArgumentError(
      absl::StrCat(ToAbsl(filename), ":", line, ": ", ToAbsl(message)));
}

std::string Text(absl::Duration value) { return absl::FormatDuration(value); }
template <typename Number>
std::string Text(Number value) {
  return absl::StrCat(value);
}

struct Entry {
  std::string key;
  YAML::Node value;
  int line = 1;
  bool known = false;
};

}  // namespace

struct StrictMap::Mapping {
  std::string prefix;  // "generator.", for messages about its keys; empty at the top.
  int line = 1;
  std::vector<Entry> entries;
  // From a key to its index in `entries`. A linear search would not do: 1 MiB holds 300,000 keys.
  std::map<std::string, size_t, std::less<>> places;

  Entry* Find(std::string_view key) {
    const auto found = places.find(key);
    return found == places.end() ? nullptr : &entries[found->second];
  }
};

struct StrictMap::Document {
  std::string filename;
  std::deque<Mapping> mappings;  // A deque keeps the pointers of handles valid.
  // The keys that getters asked for, by mapping; an unknown key was probably meant to be one of
  // them.
  std::map<const Mapping*, std::vector<std::string>> asked;
  std::multimap<int, std::string> errors;  // by line; the first is reported

  // Marks a key as known. Keys that the file lacks are noted too, because a misspelt one was
  // probably meant to be one of them.
  Entry* Use(Mapping& mapping, std::string_view key) {
    asked[&mapping].emplace_back(key);
    Entry* const entry = mapping.Find(key);
    if (entry != nullptr) entry->known = true;
    return entry;
  }

  void Fail(int line, std::string message) { errors.emplace(line, std::move(message)); }

  // Reads one level of `node`. A duplicate key becomes an error, and the first value is kept.
  Mapping& Add(const YAML::Node& node, std::string prefix) {
    // Only one level is copied, when a getter asks for it. A few dozen aliases turn a small file
    // into a tree of billions of nodes, and a walk over all of it would not end.
    Mapping& mapping = mappings.emplace_back();
    mapping.prefix = std::move(prefix);
    mapping.line = LineOf(node);
    for (const auto& pair : node) {
      const int line = LineOf(pair.first);
      if (!pair.first.IsScalar()) {
        Fail(line, "keys must be plain words");
        continue;
      }
      const std::string& key = pair.first.Scalar();
      if (const Entry* const first = mapping.Find(key); first != nullptr) {
        Fail(line, absl::StrCat("duplicate key '", key, "', first on line ", first->line));
        continue;
      }
      mapping.places.emplace(key, mapping.entries.size());
      mapping.entries.push_back({.key = key, .value = pair.second, .line = line});
    }
    return mapping;
  }

  void FailUnknownKeys() {
    for (Mapping& mapping : mappings) {
      for (Entry& entry : mapping.entries) {
        if (entry.known) continue;
        Fail(entry.line, absl::StrCat("unknown key '", mapping.prefix, entry.key, "'",
                                      DidYouMean(entry.key, asked[&mapping])));
        entry.known = true;  // So that a second Finish() does not report it again.
      }
    }
  }
};

StrictMap::StrictMap(std::shared_ptr<Document> document, Mapping* mapping)
    : document_(std::move(document)), mapping_(mapping) {}

absl::StatusOr<StrictMap> StrictMap::Parse(std::string_view text, std::string_view filename) {
  if (text.size() > kFileBytesMax) return ErrorAt(filename, 1, "longer than 1 MiB");
  try {
    const std::string owned(text);
    if (const std::optional<int> line = SecondDocument(owned); line.has_value()) {
      return ErrorAt(filename, *line, "only one YAML document is allowed in a file");
    }
    auto document = std::make_shared<Document>();
    document->filename = std::string(filename);
    // An empty file is null, and reads as a file without keys.
    const YAML::Node root = YAML::Load(owned);
    if (!root.IsMap() && !root.IsNull()) {
      return ErrorAt(filename, LineOf(root), "expected 'key: value' lines");
    }
    Mapping& mapping = document->Add(root, "");
    return StrictMap(std::move(document), &mapping);
  } catch (const YAML::Exception& error) {
    // Deep nesting ends here too, because yaml-cpp bounds its recursion.
    const int line = error.mark.line < 0 ? 1 : error.mark.line + 1;
    return ErrorAt(filename, line, absl::StrCat("not valid YAML: ", error.msg));
  } catch (const std::exception& error) {
    return ErrorAt(filename, 1, absl::StrCat("not valid YAML: ", error.what()));
  }
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::error_code error;
  // ifstream opens a directory without complaint and reads it as an empty file.
  if (std::filesystem::is_directory(path, error)) {
    return absl::InvalidArgumentError(absl::StrCat(path, " is a directory, not a file"));
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return absl::ErrnoToStatus(errno == 0 ? EIO : errno, absl::StrCat("cannot read ", path));
  }
  // One byte more than Parse() accepts, so that it refuses a longer file; /dev/zero has no end.
  std::string text(kFileBytesMax + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(file.gcount()));
  if (file.bad()) return absl::ErrnoToStatus(EIO, absl::StrCat("cannot read ", path));
  return text;
}

absl::StatusOr<StrictMap> StrictMap::ParseFile(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  return Parse(text, path);
}

StrictMap StrictMap::Of(std::string_view key, std::string_view value) {
  auto document = std::make_shared<Document>();
  YAML::Node node;
  // The text is not parsed as YAML, so it needs no quotes. Without a filename, Finish() leaves out
  // file and line.
  node[std::string(key)] = std::string(value);
  Mapping& mapping = document->Add(node, "");
  return {std::move(document), &mapping};
}

bool StrictMap::Has(std::string_view key) const { return mapping_->Find(key) != nullptr; }

int StrictMap::Line(std::string_view key) const {
  const Entry* const entry = mapping_->Find(key);
  return entry == nullptr ? mapping_->line : entry->line;
}

void StrictMap::Fail(std::string_view key, std::string_view message) {
  document_->Fail(Line(key), absl::StrCat(mapping_->prefix, ToAbsl(key), " ", ToAbsl(message)));
}

absl::Status StrictMap::Finish() {
  document_->FailUnknownKeys();
  if (document_->errors.empty()) return absl::OkStatus();
  // The errors are sorted by line, so the first one in the file is reported, no matter in which
  // order the getters found them.
  const auto& [line, message] = *document_->errors.begin();
  if (document_->filename.empty()) return absl::InvalidArgumentError(message);
  return ErrorAt(document_->filename, line, message);
}

const std::string* StrictMap::Scalar(std::string_view key) {
  const Entry* const entry = document_->Use(*mapping_, key);
  if (entry == nullptr) return nullptr;
  if (entry->value.IsScalar()) return &entry->value.Scalar();
  Fail(key, entry->value.IsNull() ? "has no value; remove the line or give one"
                                  : "must be a single value");
  return nullptr;
}

template <typename T, typename Parser>
bool StrictMap::ReadRanged(std::string_view key, T& value, T min, T max, Parser parse) {
  const std::string* const text = Scalar(key);
  if (text == nullptr) return false;
  const absl::StatusOr<T> parsed = parse(*text);
  if (!parsed.ok()) {
    // The parser's message has its own verb: "slots: 'many' is not a decimal integer".
    document_->Fail(Line(key),
                    absl::StrCat(mapping_->prefix, ToAbsl(key), ": ", parsed.status().message()));
    return false;
  }
  if (*parsed < min || *parsed > max) {
    // The text is quoted as the user wrote it.
    Fail(key, absl::StrCat("must be ", Text(min), " .. ", Text(max), ", got ", *text));
    return false;
  }
  value = *parsed;
  return true;
}

void StrictMap::String(std::string_view key, std::string& value) {
  if (const std::string* const text = Scalar(key); text != nullptr) value = *text;
}

void StrictMap::Boolean(std::string_view key, bool& value) {
  const std::string* const text = Scalar(key);
  if (text == nullptr) return;
  const absl::StatusOr<bool> parsed = ParseBoolean(*text);
  if (!parsed.ok()) return Fail(key, absl::StrCat("must be true or false, got ", *text));
  value = *parsed;
}

void StrictMap::Number(std::string_view key, double& value, double min, double max) {
  ReadRanged(key, value, min, max, ParseNumber);
}

void StrictMap::Unsigned(std::string_view key, uint64_t& value) {
  ReadRanged<uint64_t>(key, value, 0, UINT64_MAX, ParseUnsigned);
}

bool StrictMap::ReadInteger(std::string_view key, int64_t& value, int64_t min, int64_t max) {
  return ReadRanged(key, value, min, max, ParseInteger);
}

void StrictMap::Count(std::string_view key, int64_t& value, int64_t min, int64_t max) {
  ReadRanged(key, value, min, max, ParseCount);
}

void StrictMap::Bytes(std::string_view key, int64_t& value, int64_t min, int64_t max) {
  ReadRanged(key, value, min, max, ParseBytes);
}

void StrictMap::Duration(std::string_view key, absl::Duration& value, absl::Duration min,
                         absl::Duration max) {
  ReadRanged(key, value, min, max, ParseDuration);
}

int StrictMap::ReadChoice(std::string_view key, const std::vector<std::string_view>& words) {
  const std::string* const text = Scalar(key);
  if (text == nullptr) return -1;
  for (size_t i = 0; i < words.size(); ++i) {
    if (words[i] == *text) return static_cast<int>(i);
  }
  const std::vector<std::string> known(words.begin(), words.end());
  Fail(key, absl::StrCat("must be one of ", absl::StrJoin(known, ", "), ", got '", *text, "'",
                         DidYouMean(*text, known)));
  return -1;
}

void StrictMap::StringMap(std::string_view key, std::map<std::string, std::string>& value) {
  if (!Has(key)) return void(document_->Use(*mapping_, key));
  StrictMap below = Map(key);
  // Every key of this mapping is data, so all of them are read and none is unknown.
  std::map<std::string, std::string> read;
  for (const Entry& entry : below.mapping_->entries) {
    below.String(entry.key, read[entry.key]);
  }
  value = std::move(read);
}

void StrictMap::IntegerMap(std::string_view key,
                           std::vector<std::pair<std::string, int64_t>>& value, int64_t min,
                           int64_t max) {
  if (!Has(key)) return void(document_->Use(*mapping_, key));
  StrictMap below = Map(key);
  std::vector<std::pair<std::string, int64_t>> read;
  for (const Entry& entry : below.mapping_->entries) {
    read.emplace_back(entry.key, min);
    below.ReadInteger(entry.key, read.back().second, min, max);
  }
  value = std::move(read);
}

StrictMap StrictMap::Map(std::string_view key) {
  const Entry* const entry = document_->Use(*mapping_, key);
  // Each call copies the mapping anew. Ask for a mapping once: keys that were read through one copy
  // count as unknown in the other.
  const std::string prefix = absl::StrCat(mapping_->prefix, ToAbsl(key), ".");
  if (entry != nullptr && entry->value.IsMap()) {
    return {document_, &document_->Add(entry->value, prefix)};
  }
  if (entry != nullptr) Fail(key, "must be a mapping of 'key: value' lines");
  // A missing mapping reads as an empty one, so the getters below it leave their defaults.
  Mapping& nothing = document_->mappings.emplace_back();
  nothing.prefix = prefix;
  nothing.line = Line(key);
  return {document_, &nothing};
}

std::vector<StrictMap> StrictMap::Maps(std::string_view key) {
  std::vector<StrictMap> maps;
  const Entry* const entry = document_->Use(*mapping_, key);
  if (entry == nullptr) return maps;
  if (!entry->value.IsSequence()) {
    Fail(key, "must be a list of mappings");
    return maps;
  }
  for (const YAML::Node& item : entry->value) {
    if (!item.IsMap()) {
      Fail(key, "must be a list of mappings");
      return maps;
    }
    const std::string prefix = absl::StrCat(mapping_->prefix, ToAbsl(key), "[", maps.size(), "].");
    maps.push_back(StrictMap(document_, &document_->Add(item, prefix)));
  }
  return maps;
}

}  // namespace motzkin::yaml
