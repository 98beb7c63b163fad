// Reads a YAML file as a mapping with known keys and refuses everything else with file and line.
//
//   ASSIGN_OR_RETURN(StrictMap file, StrictMap::Parse(text, "worker.yaml"));
//   file.String("connect", config.connect);
//   file.Integer("slots", config.slots, 1, 1024);
//   RETURN_IF_ERROR(file.Finish());
//
//   worker.yaml:3: unknown key 'slot' (did you mean 'slots'?)
//   worker.yaml:7: duplicate key 'slots', first on line 3
//   worker.yaml:3: slots must be 1 .. 1024, got 5000
//
// Two equal keys and numbers such as 010 are refused: yaml-cpp would keep the first key and read 8.
// Anchors and aliases work. Several documents in one file are refused, and so is a file above 1
// MiB.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace motzkin::yaml {

// Returns the text of a file, cut after the first byte that Parse() refuses. INVALID_ARGUMENT: it is
// a directory. NOT_FOUND, PERMISSION_DENIED or another status of errno: it cannot be read.
absl::StatusOr<std::string> ReadFile(const std::string& path);

// One mapping of a file. It is a cheap handle; all handles share the parsed document.
//
// Each getter makes its key a known one. It changes `value` only if the key is there and its value
// is valid; otherwise the default that was in `value` stays. Errors do not interrupt: Finish()
// returns the one that comes first in the file, so a reader is a plain list of keys.
//
// Thread-compatible, where all handles of one document count as one object.
class StrictMap {
 public:
  // INVALID_ARGUMENT, "FILE:LINE: ...": the text is not YAML, or not a mapping. An empty text is an
  // empty mapping.
  static absl::StatusOr<StrictMap> Parse(std::string_view text, std::string_view filename);
  // Reads the same from a file. Also the errors of ReadFile().
  static absl::StatusOr<StrictMap> ParseFile(const std::string& path);
  // A value that was never in a file, under one key. Errors name the key and no line.
  static StrictMap Of(std::string_view key, std::string_view value);

  bool Has(std::string_view key) const;
  // The line of the key, counted from 1, or of the mapping itself if the key is absent.
  int Line(std::string_view key) const;

  void String(std::string_view key, std::string& value);
  void Boolean(std::string_view key, bool& value);
  void Number(std::string_view key, double& value, double min, double max);
  void Unsigned(std::string_view key, uint64_t& value);
  // scalar.h says how counts, bytes and durations are written. Ranges include both ends.
  void Count(std::string_view key, int64_t& value, int64_t min, int64_t max);
  void Bytes(std::string_view key, int64_t& value, int64_t min, int64_t max);
  void Duration(std::string_view key, absl::Duration& value, absl::Duration min,
                absl::Duration max);
  // Reads into any integer type. The range must fit into it.
  template <typename T>
  void Integer(std::string_view key, T& value, int64_t min, int64_t max) {
    int64_t wide = static_cast<int64_t>(value);
    if (ReadInteger(key, wide, min, max)) value = static_cast<T>(wide);
  }
  // Reads one of the given words and sets `value` to its partner.
  template <typename T>
  void Choice(std::string_view key, T& value,
              const std::vector<std::pair<std::string_view, T>>& choices) {
    std::vector<std::string_view> words;
    words.reserve(choices.size());
    for (const auto& choice : choices) words.push_back(choice.first);
    if (const int chosen = ReadChoice(key, words); chosen >= 0) value = choices[chosen].second;
  }
  // These read a mapping with arbitrary keys, to strings or to integers in the order of the file.
  void StringMap(std::string_view key, std::map<std::string, std::string>& value);
  void IntegerMap(std::string_view key, std::vector<std::pair<std::string, int64_t>>& value,
                  int64_t min, int64_t max);

  // The mapping below `key`, empty if the key is absent. Finish() of any handle covers them all.
  StrictMap Map(std::string_view key);
  // The mappings of a sequence; none if the key is absent.
  std::vector<StrictMap> Maps(std::string_view key);

  // Records an error found by the caller, e.g. keys that contradict each other.
  void Fail(std::string_view key, std::string_view message);

  // Returns the first error in the file. A key that no getter asked for is an error, in every
  // mapping that was read.
  absl::Status Finish();

 private:
  struct Document;
  struct Mapping;
  StrictMap(std::shared_ptr<Document> document, Mapping* mapping);
  bool ReadInteger(std::string_view key, int64_t& value, int64_t min, int64_t max);
  int ReadChoice(std::string_view key, const std::vector<std::string_view>& words);
  // The text of the scalar at `key`. Null if the key is absent, or if its value is not a scalar,
  // which is recorded as an error.
  const std::string* Scalar(std::string_view key);
  template <typename T, typename Parser>
  bool ReadRanged(std::string_view key, T& value, T min, T max, Parser parse);

  std::shared_ptr<Document> document_;  // Shared, because each handle keeps the document alive.
  Mapping* mapping_;                    // Owned by *document_.
};

}  // namespace motzkin::yaml
