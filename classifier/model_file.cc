#include "classifier/model_file.h"

#include <absl/strings/str_cat.h>
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "common/base/one_line.h"
#include "common/base/sha256.h"
#include "common/base/status_macros.h"
#include "common/expression/canonical.h"
#include "common/process/durable_file.h"

namespace motzkin::classifier {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kMagicWords = "motzkin model ";
constexpr std::string_view kMagic = "motzkin model 1\n";
constexpr size_t kWeightBytes = size_t{4} * (kBuckets + 1);
constexpr size_t kDigestBytes = 32;
// Longer names would not fit into a line that people read.
constexpr size_t kTextBytesMax = 256;

// The members of the header, for reading and writing.
struct TextMember {
  const char* name;
  std::string Provenance::* member;
};
constexpr TextMember kTexts[] = {{"job", &Provenance::job},
                                 {"job_uuid", &Provenance::job_uuid},
                                 {"spec_digest", &Provenance::spec_digest},
                                 {"preset", &Provenance::preset},
                                 {"answers", &Provenance::answers},
                                 {"balance", &Provenance::balance},
                                 {"motzkin", &Provenance::motzkin},
                                 {"rows_sha256", &Provenance::rows_sha256}};
struct NumberMember {
  const char* name;
  int64_t Provenance::* member;
};
constexpr NumberMember kNumbers[] = {{"generator_version", &Provenance::generator_version},
                                     {"skeleton_version", &Provenance::skeleton_version},
                                     {"canonical_version", &Provenance::canonical_version},
                                     {"features_version", &Provenance::features_version},
                                     {"train_rows", &Provenance::train_rows},
                                     {"train_positive", &Provenance::train_positive}};

absl::Status Refused(const std::string& why) { return absl::InvalidArgumentError(why); }

absl::StatusOr<Provenance> ReadHeader(std::string_view text) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return Refused("its header is not a JSON object");
  Provenance provenance;
  for (const TextMember& text_member : kTexts) {
    const auto found = json.find(text_member.name);
    const bool sound = found != json.end() && found->is_string() &&
                       found->get_ref<const std::string&>().size() <= kTextBytesMax;
    if (!sound) return Refused(absl::StrCat("its header has no sound ", text_member.name));
    // The texts are shown on terminals.
    provenance.*text_member.member = Printable(found->get_ref<const std::string&>());
  }
  for (const NumberMember& number : kNumbers) {
    const auto found = json.find(number.name);
    const bool sound = found != json.end() && found->is_number_unsigned() &&
                       found->get<uint64_t>() <= uint64_t{1} << 53;
    if (!sound) return Refused(absl::StrCat("its header has no sound ", number.name));
    provenance.*number.member = found->get<int64_t>();
  }
  return provenance;
}

absl::Status CheckVersions(const Provenance& provenance) {
  if (provenance.features_version != kFeaturesVersion) {
    return Refused(
        fmt::format("its features are of version {}, those of this motzkin of {}: train again",
                    provenance.features_version, kFeaturesVersion));
  }
  if (provenance.canonical_version != expression::kCanonicalVersion) {
    return Refused(
        fmt::format("its canonical form is of version {}, that of this motzkin of {}: train again",
                    provenance.canonical_version, expression::kCanonicalVersion));
  }
  return absl::OkStatus();
}

std::vector<int32_t> ReadWeights(std::string_view bytes) {
  std::vector<int32_t> weights(kBuckets + 1);
  for (size_t i = 0; i < weights.size(); ++i) {
    uint32_t bits = 0;
    for (size_t byte = 0; byte < 4; ++byte) {
      bits |= uint32_t{static_cast<unsigned char>(bytes[4 * i + byte])} << (8 * byte);
    }
    weights[i] = static_cast<int32_t>(bits);
  }
  return weights;
}

}  // namespace

std::string ModelToBytes(const Model& model) {
  Json header = Json::object();
  for (const TextMember& text : kTexts) header[text.name] = model.provenance().*text.member;
  for (const NumberMember& number : kNumbers) {
    header[number.name] = model.provenance().*number.member;
  }
  std::string bytes(kMagic);
  bytes += header.dump(-1, ' ', /*ensure_ascii=*/true, Json::error_handler_t::replace);
  bytes.push_back('\n');
  for (const int32_t weight : model.weights()) {
    const auto bits = static_cast<uint32_t>(weight);
    for (int shift = 0; shift < 32; shift += 8) bytes.push_back(static_cast<char>(bits >> shift));
  }
  return bytes + Sha256(bytes);
}

absl::StatusOr<Model> ModelFromBytes(std::string_view bytes) {
  if (!bytes.starts_with(kMagicWords)) return Refused("it is not a model of `motzkin train`");
  if (!bytes.starts_with(kMagic)) {
    const std::string_view version = bytes.substr(kMagicWords.size(), 10);
    return Refused(absl::StrCat("its format is of version ",
                                Printable(version.substr(0, version.find('\n'))),
                                ", and this motzkin reads version 1"));
  }
  const std::string_view rest = bytes.substr(kMagic.size());
  const size_t header_bytes = rest.substr(0, kHeaderBytesMax).find('\n');
  if (header_bytes == std::string_view::npos) return Refused("its header has no end");
  const size_t expected = kMagic.size() + header_bytes + 1 + kWeightBytes + kDigestBytes;
  if (bytes.size() != expected) {
    return Refused(fmt::format("it has {} bytes and should have {}, so it was cut off or damaged",
                               bytes.size(), expected));
  }
  const std::string_view signed_part = bytes.substr(0, bytes.size() - kDigestBytes);
  if (Sha256(signed_part) != bytes.substr(signed_part.size())) {
    return Refused("it is damaged: its bytes do not have its SHA-256");
  }
  ASSIGN_OR_RETURN(Provenance provenance, ReadHeader(rest.substr(0, header_bytes)));
  RETURN_IF_ERROR(CheckVersions(provenance));
  return Model(std::move(provenance), ReadWeights(rest.substr(header_bytes + 1)));
}

absl::StatusOr<Model> ReadModel(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  // One byte more than any model has shows that a file, or a device without an end, is too long.
  std::string bytes(kModelBytesMax + 1, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<size_t>(file.gcount()));
  // A directory can be opened, but not read.
  if (!file.is_open() || file.bad() || (bytes.empty() && !std::filesystem::exists(path))) {
    return Refused(absl::StrCat("cannot read the model ", path.string()));
  }
  absl::StatusOr<Model> model = ModelFromBytes(bytes);
  if (model.ok()) return model;
  return Refused(
      absl::StrCat("cannot use the model ", path.string(), ": ", model.status().message()));
}

absl::Status WriteModel(const Model& model, const std::filesystem::path& path) {
  return WriteFileAtomically(path, ModelToBytes(model), 0644);
}

}  // namespace motzkin::classifier
