#include "cli/reading/function_item.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_split.h>

#include <algorithm>
#include <tuple>

#include "cli/reading/integration_constant.h"
#include "cli/reading/json_values.h"
#include "cli/reading/lample_charton_line.h"
#include "cli/reading/mathematica_list.h"
#include "cli/text/read_expression.h"
#include "common/base/status_macros.h"
#include "common/base/string_view.h"

namespace motzkin::cli {
namespace {

using expression::Dialect;

void AddNotes(const std::vector<std::string_view>& notes, FunctionItem& item) {
  for (const std::string_view note : notes) {
    if (std::find(item.notes.begin(), item.notes.end(), note) == item.notes.end())
      item.notes.push_back(note);
  }
}

void AddConventionNotes(std::string_view text, Dialect dialect, FunctionItem& item) {
  if (dialect != Dialect::kAny || NotationOf(text, dialect) != Notation::kInfix) return;
  AddNotes(expression::ConventionNotes(text), item);
}

// A letter of an answer is no parameter if it is none of the integrand.
void AddLetterNotes(std::string_view text, Dialect dialect, FunctionItem& item) {
  const Notation notation = NotationOf(text, dialect);
  if (notation == Notation::kLatex) AddNotes(expression::LetterNotesOfLatex(text), item);
  if (notation == Notation::kInfix && dialect == Dialect::kAny)
    AddNotes(expression::LetterNotes(text), item);
}

absl::StatusOr<std::string> ReadFunction(std::string_view text, const ReadingOptions& options) {
  absl::StatusOr<std::string> prefix = ReadAsPrefix(text, options.dialect);
  if (prefix.ok() || !options.latex) return prefix;
  absl::StatusOr<std::string> latex = ReadLatexAsPrefix(text);
  return latex.ok() ? latex : prefix;
}

absl::Status ReadIntegrand(std::string_view text, const ReadingOptions& options,
                           FunctionItem& item) {
  item.text = text;
  item.integrand = ReadFunction(text, options);
  AddConventionNotes(text, options.dialect, item);
  if (item.integrand.ok()) {
    AddLetterNotes(text, options.dialect, item);
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat(item.integrand.status().message(), Caret(item.integrand.status(), item.text)));
}

// The constant of integration is no part of an answer.
absl::StatusOr<std::string> ReadAnswer(std::string_view text, const ReadingOptions& options) {
  if (NotationOf(text, options.dialect) != Notation::kPrefix)
    return ReadFunction(WithoutConstants(text), options);
  absl::StatusOr<std::string> rest = ReadFunction(WithoutPrefixConstant(text), options);
  // Columns of an error are those of the text as it was written.
  return rest.ok() ? rest : ReadFunction(text, options);
}

void AddCandidate(std::string_view text, const ReadingOptions& options, FunctionItem& item) {
  item.has_candidates = true;
  item.candidates.push_back({std::string(text), ReadAnswer(text, options)});
  AddConventionNotes(text, options.dialect, item);
}

absl::Status AddCandidates(const Json& value, const ReadingOptions& options, FunctionItem& item) {
  // Predictions of one answer a line are often written without the brackets.
  const Json list = value.is_string() ? Json::array({value}) : value;
  if (!list.is_array()) return absl::InvalidArgumentError("candidates must be strings");
  if (list.size() > options.candidates_max) {
    return absl::ResourceExhaustedError(absl::StrCat(list.size(), " candidates, and there may be ",
                                                     options.candidates_max, " in a line"));
  }
  item.has_candidates = true;
  for (const Json& candidate : list) {
    if (!candidate.is_string()) return absl::InvalidArgumentError("candidates must be strings");
    AddCandidate(candidate.get_ref<const std::string&>(), options, item);
  }
  return absl::OkStatus();
}

// Returns the limit as Limits has it. INVALID_ARGUMENT: it is no number.
absl::StatusOr<std::string> ReadLimit(std::string_view text, const ReadingOptions& options) {
  constexpr std::string_view kInfinities[] = {"oo",       "inf",     "infinity",
                                              "Infinity", "\\infty", "\xe2\x88\x9e"};
  std::string_view rest = ToStd(absl::StripAsciiWhitespace(ToAbsl(text)));
  const bool minus = rest.substr(0, 1) == "-";
  if (minus || rest.substr(0, 1) == "+") rest.remove_prefix(1);
  if (std::find(std::begin(kInfinities), std::end(kInfinities), rest) != std::end(kInfinities))
    return std::string(minus ? "-oo" : "oo");
  ASSIGN_OR_RETURN(std::string prefix, ReadFunction(text, options));
  for (const absl::string_view token : absl::StrSplit(prefix, ' ')) {
    if (token == "x") return absl::InvalidArgumentError("it holds x");
  }
  return prefix;
}

// Takes the limits of a definite integral; texts that are empty are absent. An answer to it that is
// given as its value is a candidate if there are no others.
absl::Status AddLimits(const std::string& lower, const std::string& upper, const std::string& value,
                       const ReadingOptions& options, FunctionItem& item) {
  if (lower.empty() && upper.empty()) return absl::OkStatus();
  if (lower.empty() || upper.empty())
    return absl::InvalidArgumentError("a definite integral needs both lower and upper");
  Limits limits;
  for (const auto& [name, text, limit] :
       {std::tuple{"lower", &lower, &limits.lower}, std::tuple{"upper", &upper, &limits.upper}}) {
    absl::StatusOr<std::string> read = ReadLimit(*text, options);
    if (!read.ok())
      return absl::InvalidArgumentError(absl::StrCat(name, ": ", read.status().message()));
    *limit = *std::move(read);
  }
  item.definite = std::move(limits);
  if (!item.has_candidates && !value.empty()) AddCandidate(value, options, item);
  return absl::OkStatus();
}

// Returns the text or number of a key; empty if it is absent, null or of another kind.
std::string TextOf(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end() || (!found->is_string() && !found->is_number())) return "";
  return found->is_string() ? found->get<std::string>() : found->dump();
}

absl::Status ReadObject(const Json& json, const ReadingOptions& options, FunctionItem& item) {
  if (json.contains("id")) item.id = json["id"];
  const auto integrand = json.find(options.integrand_key);
  if (integrand == json.end() || !integrand->is_string()) {
    return absl::InvalidArgumentError(absl::StrCat("expected an object with a string \"",
                                                   options.integrand_key,
                                                   "\"; --integrand-key names another key"));
  }
  RETURN_IF_ERROR(ReadIntegrand(integrand->get_ref<const std::string&>(), options, item));
  auto candidates = json.find(options.candidates_key);
  if (candidates == json.end() && options.candidates_key == ReadingOptions().candidates_key) {
    candidates = json.find("candidate");
  }
  if (candidates != json.end() && !candidates->is_null())
    RETURN_IF_ERROR(AddCandidates(*candidates, options, item));
  return AddLimits(TextOf(json, "lower"), TextOf(json, "upper"), TextOf(json, "value"), options,
                   item);
}

absl::Status ReadArray(const Json& json, const ReadingOptions& options, FunctionItem& item) {
  std::vector<std::string> texts;
  for (const Json& value : json) {
    if (value.is_string()) texts.push_back(value.get<std::string>());
  }
  if (texts.empty() || !json[0].is_string())
    return absl::InvalidArgumentError("expected an array that begins with an integrand");
  RETURN_IF_ERROR(ReadIntegrand(texts[0], options, item));
  if (texts.size() > 1) AddCandidate(texts[1], options, item);
  return absl::OkStatus();
}

}  // namespace

bool HoldsLatex(std::string_view text, bool json) {
  const std::string_view backslash = json ? "\\\\" : "\\";
  size_t at = 0;
  while ((at = text.find(backslash, at)) != std::string_view::npos) {
    at += backslash.size();
    if (at < text.size() && absl::ascii_isalpha(static_cast<unsigned char>(text[at]))) return true;
  }
  return false;
}

absl::Status ReadJsonItem(std::string_view text, const ReadingOptions& options,
                          FunctionItem& item) {
  ASSIGN_OR_RETURN(const Json json, ParseJson(text));
  if (json.is_object()) return ReadObject(json, options, item);
  if (json.is_array()) return ReadArray(json, options, item);
  if (json.is_string()) return ReadIntegrand(json.get_ref<const std::string&>(), options, item);
  return absl::InvalidArgumentError(absl::StrCat("expected an object with a string \"",
                                                 options.integrand_key, "\", or an integrand"));
}

absl::Status ReadLampleChartonItem(std::string_view line, FunctionItem& item) {
  ASSIGN_OR_RETURN(const LampleChartonLine parts, ReadLampleChartonLine(line));
  RETURN_IF_ERROR(ReadIntegrand(parts.integrand, {}, item));
  if (!parts.integral.empty()) AddCandidate(parts.integral, {}, item);
  return absl::OkStatus();
}

absl::Status ReadRecordItem(const std::vector<std::string>& header,
                            const std::vector<std::string>& fields, const ReadingOptions& options,
                            FunctionItem& item) {
  if (fields.size() != header.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat(fields.size(), " fields where the header has ", header.size(),
                     "; a field that holds the separator is put in quotes"));
  }
  const auto field = [&](const std::string& name) -> const std::string* {
    const auto found = std::find(header.begin(), header.end(), name);
    return found == header.end() ? nullptr : &fields[static_cast<size_t>(found - header.begin())];
  };
  if (const std::string* id = field("id"); id != nullptr) item.id = *id;
  const std::string* integrand = field(options.integrand_key);
  if (integrand == nullptr) return absl::InvalidArgumentError("no integrand");
  RETURN_IF_ERROR(ReadIntegrand(*integrand, options, item));
  const std::string* candidates = field(options.candidates_key);
  if (candidates != nullptr && !candidates->empty()) {
    if (const absl::StatusOr<Json> list = ParseJson(*candidates); list.ok() && list->is_array()) {
      RETURN_IF_ERROR(AddCandidates(*list, options, item));
    } else {
      AddCandidate(*candidates, options, item);
    }
  }
  const auto text = [&](const char* name) {
    const std::string* value = field(name);
    return value == nullptr ? std::string() : *value;
  };
  return AddLimits(text("lower"), text("upper"), text("value"), options, item);
}

absl::Status ReadMathematicaItem(std::string_view list, FunctionItem& item) {
  ASSIGN_OR_RETURN(const MathematicaList parts, SplitList(list));
  ReadingOptions options;
  options.dialect = Dialect::kMathematica;
  RETURN_IF_ERROR(ReadIntegrand(parts.integrand, options, item));
  for (const std::string_view antiderivative : parts.antiderivatives)
    AddCandidate(antiderivative, options, item);
  return absl::OkStatus();
}

absl::Status ReadTextItem(std::string_view line, const ReadingOptions& options,
                          FunctionItem& item) {
  const size_t tab = std::min(line.find('\t'), line.size());
  const auto stripped = [](std::string_view text) {
    return ToStd(absl::StripAsciiWhitespace(ToAbsl(text)));
  };
  RETURN_IF_ERROR(ReadIntegrand(stripped(line.substr(0, tab)), options, item));
  const std::string_view answer = stripped(line.substr(tab));
  if (!answer.empty()) AddCandidate(answer, options, item);
  return absl::OkStatus();
}

}  // namespace motzkin::cli
