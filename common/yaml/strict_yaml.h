// Reads a YAML file as a mapping with known keys, and refuses everything else with file and line.
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
// yaml-cpp keeps the first of two equal keys and reads 010 as 8; neither is let through here.
// Anchors and aliases work, several documents in one file are refused, files end at 1 MiB.
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

// One mapping of a file: a cheap handle to the parsed document that all handles of it share.
//
// Each getter names a known key. It changes `value` only when the key is there and right: what was
// in `value` before is the default. Errors do not interrupt: Finish() returns the one that comes
// first in the file, so a reader is a plain list of keys.
//
// Thread-compatible; all handles of one document together.
class StrictMap {
 public:
  // INVALID_ARGUMENT, "FILE:LINE: ...": not YAML, or not a mapping. Nothing at all is an empty
  // mapping.
  static absl::StatusOr<StrictMap> Parse(std::string_view text, std::string_view filename);
  // The same from a file. NOT_FOUND, PERMISSION_DENIED: it cannot be read.
  static absl::StatusOr<StrictMap> ParseFile(const std::string& path);
  // A value that was never in a file, under one key. Errors name the key and no line.
  static StrictMap Of(std::string_view key, std::string_view value);

  bool Has(std::string_view key) const;
  // 1-based line of the key; of the mapping itself when the key is absent.
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
  // Any integer type; the range must fit it.
  template <typename T>
  void Integer(std::string_view key, T& value, int64_t min, int64_t max) {
    int64_t wide = static_cast<int64_t>(value);
    if (ReadInteger(key, wide, min, max)) value = static_cast<T>(wide);
  }
  // One of the given words; `value` becomes its partner.
  template <typename T>
  void Choice(std::string_view key, T& value,
              const std::vector<std::pair<std::string_view, T>>& choices) {
    std::vector<std::string_view> words;
    words.reserve(choices.size());
    for (const auto& choice : choices) words.push_back(choice.first);
    if (const int chosen = ReadChoice(key, words); chosen >= 0) value = choices[chosen].second;
  }
  void Strings(std::string_view key, std::vector<std::string>& value);
  // A mapping with any keys: to strings, or to integers in the order of the file.
  void StringMap(std::string_view key, std::map<std::string, std::string>& value);
  void IntegerMap(std::string_view key, std::vector<std::pair<std::string, int64_t>>& value,
                  int64_t min, int64_t max);

  // The mapping below `key`; an empty one when the key is absent. Its own Finish() is not needed.
  StrictMap Map(std::string_view key);
  // The mappings of a sequence; none when the key is absent.
  std::vector<StrictMap> Maps(std::string_view key);

  // Records an error found by the caller, e.g. keys that contradict each other.
  void Fail(std::string_view key, std::string_view message);

  // The first error in the file, unknown keys of every mapping read included.
  absl::Status Finish();

 private:
  struct Document;
  struct Mapping;
  StrictMap(std::shared_ptr<Document> document, Mapping* mapping);
  bool ReadInteger(std::string_view key, int64_t& value, int64_t min, int64_t max);
  int ReadChoice(std::string_view key, const std::vector<std::string_view>& words);
  // The scalar text of `key`; null when absent or not a scalar (then an error is recorded).
  const std::string* Scalar(std::string_view key);
  template <typename T, typename Parser>
  bool ReadRanged(std::string_view key, T& value, T min, T max, Parser parse);

  std::shared_ptr<Document> document_;  // Shared: each handle keeps the document alive.
  Mapping* mapping_;                    // Owned by *document_.
};

}  // namespace motzkin::yaml
