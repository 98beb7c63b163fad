// The flags of a program, and its settings, which are described once, in a table. Each row makes
// the key in the YAML file, the flag, the checks and error lines of both, and the line of --help:
//
//   {"slots", "N", "functions at a time", Integer(config.slots, 0, 1024)}
//
//   worker.yaml:3: slots must be 0 .. 1024, got 5000
//   --slots must be 0 .. 1024, got 5000
//   --slots N         functions at a time (0 .. 1024, default 0)
//
// The variables must outlive their rows. Thread-compatible.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/yaml/strict_yaml.h"

namespace motzkin::settings {

// A way to read a variable from the key of a mapping. The variable holds its default before that.
struct Value {
  std::function<void(yaml::StrictMap& map, std::string_view key)> read;
  std::string note = {};  // the range and the default for --help, "0 .. 1024, default 0"
};

// Ranges include both ends. common/yaml/scalar.h defines how bytes and durations are written.
Value Text(std::string& value);
Value Path(std::filesystem::path& value);
Value Boolean(bool& value);
Value Integer(int& value, int min, int max);
Value Number(double& value, double min, double max);
Value Bytes(int64_t& value, int64_t min, int64_t max);
Value Duration(absl::Duration& value, absl::Duration min, absl::Duration max);
// The text must be one of `words`; `value` becomes the partner of that word.
template <typename T>
Value Choice(T& value, const std::vector<std::pair<std::string_view, T>>& words) {
  Value choice{[&value, words](auto& map, auto key) { map.Choice(key, value, words); }};
  for (const auto& [word, meaning] : words) {
    if (meaning == value) choice.note = "default " + std::string(word);
  }
  return choice;
}

struct Setting {
  std::string key;   // in the file
  std::string unit;  // the placeholder for a value in --help, such as "N"
  std::string help;
  Value value;
  std::string flag = {};  // empty: "--" and the key, with dashes for its underscores
};

// Adds --config and the flags of `settings` to `app`, parses, and reads the file and then the
// flags, so that a flag wins over its key. Returns false if --help or --version was answered on
// stdout.
//
// INVALID_ARGUMENT: one line for the user that names the flag, or file and line.
absl::StatusOr<bool> ReadSettings(CLI::App& app, const std::vector<Setting>& settings, int argc,
                                  const char* const* argv);

// Parses flags that no file has, with the same result. An empty value is refused, because it comes
// from an unset variable, as in `--restore "$BACKUP"`, and to act as if the flag were missing would
// not be what the user meant.
absl::StatusOr<bool> ParseFlags(CLI::App& app, int argc, const char* const* argv);

}  // namespace motzkin::settings
