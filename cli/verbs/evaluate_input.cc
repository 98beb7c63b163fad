#include "cli/verbs/evaluate_input.h"

#include <absl/strings/str_cat.h>

#include "cli/text/read_expression.h"

namespace motzkin::cli {
namespace {

absl::Status ReadCandidates(const Json& value, EvaluateItem& item) {
  // Predictions of one answer a line are often written without the brackets.
  const Json list = value.is_string() ? Json::array({value}) : value;
  if (!list.is_array()) return absl::InvalidArgumentError("candidates must be strings");
  item.has_candidates = true;
  for (const Json& candidate : list) {
    if (!candidate.is_string()) return absl::InvalidArgumentError("candidates must be strings");
    const auto text = candidate.get<std::string>();
    // A candidate that cannot be read is the model's mistake and not the file's. It is judged
    // unverified, and the line counts.
    item.candidates.push_back({text, ReadAsPrefix(text)});
  }
  return absl::OkStatus();
}

absl::Status ReadObject(const std::string& text, const std::string& candidates_key,
                        EvaluateItem& item) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return absl::InvalidArgumentError("not JSON");
  if (!json.is_object() || !json.contains("integrand") || !json["integrand"].is_string()) {
    return absl::InvalidArgumentError("expected an object with a string \"integrand\"");
  }
  if (json.contains("id")) item.id = json["id"];
  item.text = json["integrand"].get<std::string>();
  item.integrand = ReadAsPrefix(item.text);
  if (!item.integrand.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("integrand: ", item.integrand.status().message(),
                                                   Caret(item.integrand.status(), item.text)));
  }
  const bool given = json.contains(candidates_key) && !json[candidates_key].is_null();
  if (given) return ReadCandidates(json[candidates_key], item);
  return absl::OkStatus();
}

}  // namespace

EvaluateItem ReadItem(const std::string& text, int line, const std::string& filename,
                      const std::string& candidates_key) {
  EvaluateItem item;
  item.line = line;
  if (const absl::Status status = ReadObject(text, candidates_key, item); !status.ok()) {
    item.integrand =
        absl::InvalidArgumentError(absl::StrCat(filename, ":", line, ": ", status.message()));
  }
  return item;
}

}  // namespace motzkin::cli
