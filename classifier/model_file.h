// The file of a model.
//
//   file    := magic header "\n" weights digest
//   magic   := "motzkin model 1\n", whose number is the version of this format
//   header  := a JSON object with the members of Provenance, in one line
//   weights := kBuckets + 1 numbers of 4 bytes: two's complement, little-endian, in units of 2^-16
//   digest  := SHA-256 of all bytes before it, 32 bytes
//
// `head -2 FILE` shows where a model comes from. The file holds no time and no path, so that equal
// models have equal files.
//
// A file may come from anyone: it has at most kModelBytesMax bytes, and nothing in it is believed
// before it is checked.
//
// Thread-safe.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "classifier/model.h"

namespace motzkin::classifier {

inline constexpr size_t kHeaderBytesMax = 16'384;  // ten times a usual one
inline constexpr size_t kModelBytesMax = 16 + kHeaderBytesMax + size_t{4} * (kBuckets + 1) + 32;

std::string ModelToBytes(const Model& model);

// INVALID_ARGUMENT: the bytes are no model, are cut off or damaged, or are of a version of format,
// features or canonical form that this program does not have. The message says which, in one line.
absl::StatusOr<Model> ModelFromBytes(std::string_view bytes);

// Reads a file. INVALID_ARGUMENT as above, with the name of the file in front, or if it cannot be
// read.
absl::StatusOr<Model> ReadModel(const std::filesystem::path& path);

// Writes a file, or replaces it: a crash leaves the old one or the new one. The status of errno.
absl::Status WriteModel(const Model& model, const std::filesystem::path& path);

}  // namespace motzkin::classifier
