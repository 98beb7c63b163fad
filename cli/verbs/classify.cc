// motzkin classify --model FILE says how likely functions are to have an integral.
#include <absl/strings/str_cat.h>
#include <fmt/core.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <string_view>
#include <vector>

#include "classifier/model_file.h"
#include "classifier/training/training_report.h"
#include "cli/access/local_integrator.h"
#include "cli/reading/function_file.h"
#include "cli/text/json.h"
#include "cli/text/read_expression.h"
#include "cli/text/report.h"
#include "cli/text/words.h"
#include "cli/verbs/reading_flags.h"
#include "cli/verbs/verb.h"
#include "common/base/status_macros.h"
#include "common/base/string_view.h"
#include "common/expression/canonical.h"
#include "common/expression/parser.h"
#include "common/words/words.h"

namespace motzkin::cli {
namespace {

struct ClassifyOptions {
  std::string expression;
  std::string model;
  std::string file;
  ReadingFlags reading;
  bool integrate = false;
  IntegratorFlags integrator;
};

// Gives functions their probabilities and, if it is to, the ladder's answers. Use it from one
// thread.
class Classification {
 public:
  // Must outlive this.
  explicit Classification(const classifier::Model& model) : model_(model) {}

  // From here on, each function goes through the ladder, too. FAILED_PRECONDITION or the errors of
  // IntegratorProcess::Start(): no engine of the ladder runs.
  absl::Status StartIntegrator(LocalLadder ladder) {
    ladder_ = std::move(ladder);
    integrator_.emplace(ladder_);
    return DropMissingEngines(ladder_, *integrator_);
  }

  // Returns probability and label of a function in prefix tokens. INVALID_ARGUMENT: it has no value
  // anywhere.
  absl::StatusOr<Json> Classify(const std::string& prefix) {
    pool_.Clear();
    ASSIGN_OR_RETURN(const expression::Expr expr, expression::ParsePrefix(prefix, pool_));
    const expression::Expr canonical = expression::Canonical(expr, pool_);
    if (canonical->op() == expression::Op::kUndefined) {
      return absl::InvalidArgumentError("the function has no value anywhere");
    }
    const double probability = model_.Probability(canonical);
    Json json{{"probability", probability}, {"success", probability >= 0.5}};
    if (integrator_.has_value()) json["answer"] = Integrate(prefix);
    return json;
  }

 private:
  Json Integrate(const std::string& prefix) {
    const absl::StatusOr<pipe::Integration> integration = integrator_->Integrate(prefix);
    if (integration.ok()) return ToJson(*integration);
    return {{"outcome", "crashed"}, {"error", integration.status().message()}};
  }

  const classifier::Model& model_;
  LocalLadder ladder_;
  std::optional<LocalIntegrator> integrator_;
  expression::Pool pool_;
};

// Returns for instance "  integrated by giac: x^2/2"; empty without an answer of the ladder.
std::string AnswerText(const Json& json) {
  if (!json.contains("answer")) return "";
  const Json& answer = json["answer"];
  std::string text = "  " + answer.value("outcome", "");
  if (answer.contains("engine")) {
    text += fmt::format(" by {}: {}", answer["engine"].get<std::string>(),
                        answer["integral_infix"].get<std::string>());
  }
  return text;
}

std::string Line(const Json& json, const std::string& integrand) {
  return fmt::format("{:.4f}  {:<5}  {}{}\n", json["probability"].get<double>(),
                     json["success"].get<bool>() ? "true" : "false", integrand, AnswerText(json));
}

absl::StatusOr<int> ClassifyOne(Classification& classification, const classifier::Model& model,
                                bool as_json, const std::string& text,
                                const ReadingOptions& reading) {
  const absl::StatusOr<FunctionItem> item = FunctionFile::ReadOne(text, reading);
  // An expression that is too large is RESOURCE_EXHAUSTED, but for the user it is bad input, too.
  if (!item.ok()) return absl::InvalidArgumentError(item.status().message());
  ReportNotes(item->notes);
  const std::string& prefix = *item->integrand;
  ASSIGN_OR_RETURN(const Json result, classification.Classify(prefix));
  if (as_json) {
    Json json{{"integrand", prefix}};
    json.update(result);
    json["model"] = classifier::ProvenanceJson(model.provenance());
    PrintJson(json);
  } else {
    fmt::print("{}", Line(result, PrefixToInfix(prefix)));
  }
  return kExitOk;
}

// Prints one line for each function of the file, in its order.
absl::StatusOr<int> ClassifyAll(Classification& classification, bool as_json, FunctionFile& file,
                                const std::string& name) {
  int64_t functions = 0;
  Unreadable unreadable;
  std::vector<std::string_view> notes;
  for (; const std::optional<Entry> entry = file.Next(); ++functions) {
    FunctionItem item = file.Read(*entry);
    AddNotes(item, notes);
    absl::StatusOr<Json> result =
        item.integrand.ok() ? classification.Classify(*item.integrand) : item.integrand.status();
    Json json{{"line", item.line}};
    if (!item.id.is_null()) json["id"] = item.id;
    if (result.ok()) {
      json["integrand"] = item.text;
      json.update(*result);
    } else {
      json["error"] = result.status().message();
      if (item.integrand.ok()) {
        item.integrand = absl::InvalidArgumentError(
            absl::StrCat(name, ":", item.line, ": ", result.status().message()));
      }
      unreadable.Add(item);
    }
    if (as_json) {
      PrintJson(json, /*pretty=*/false);
    } else if (result.ok()) {
      fmt::print("{}", Line(json, PrefixToInfix(*item.integrand)));
    }
    // A full disk ends the loop, as the file may be long.
    if (std::ferror(stdout) != 0) return absl::DataLossError("cannot write to stdout");
  }
  // A disk that fails in the middle must not look like the end of the file.
  if (file.failed()) return absl::DataLossError("cannot read " + name);
  ReportNotes(notes);
  if (unreadable.count() > 0) {
    fmt::print(stderr, "motzkin: {}\n", Shown(unreadable.Message(functions)));
  }
  return functions > 0 && unreadable.count() == functions ? kExitUsage : kExitOk;
}

// Says on stderr if the file is part of an export whose preset or convention is not the model's.
void CompareWithExport(const classifier::Model& model, const std::filesystem::path& file) {
  const absl::StatusOr<classifier::ExportDescription> description =
      classifier::DescribeExport(file.parent_path().parent_path());
  if (!description.ok()) return;  // Most files are not part of an export.
  const classifier::Provenance& about = model.provenance();
  if (description->preset == about.preset && description->answers == about.answers) return;
  fmt::print(
      stderr,
      "motzkin: the model was trained on {}, and the file is of preset {}, answers {}: it may "
      "guess worse there than its scores say\n",
      classifier::ModelName(about), description->preset, description->answers);
}

absl::StatusOr<int> ClassifyFile(Classification& classification, const classifier::Model& model,
                                 bool as_json, const std::string& path, ReadingOptions reading) {
  const bool from_stdin = path == "-";
  const std::string name = from_stdin ? "stdin" : path;
  std::ifstream input;
  RETURN_IF_ERROR(OpenFunctions(path, input));
  if (!from_stdin) {
    std::error_code error;
    CompareWithExport(model, std::filesystem::absolute(path, error));
  }
  ASSIGN_OR_RETURN(FunctionFile file,
                   FunctionFile::Open(from_stdin ? std::cin : input, name, std::move(reading)));
  return ClassifyAll(classification, as_json, file, name);
}

absl::StatusOr<int> RunClassify(const Globals& globals, const ClassifyOptions& options) {
  if (options.expression.empty() == options.file.empty()) {
    return absl::InvalidArgumentError("classify takes an expression or --file FILE");
  }
  ASSIGN_OR_RETURN(ReadingOptions reading, ReadFlags(options.reading));
  reading.candidates_key.clear();  // Those of a file that has some are left alone.
  ASSIGN_OR_RETURN(const classifier::Model model, classifier::ReadModel(options.model));
  Classification classification(model);
  if (options.integrate) {
    ASSIGN_OR_RETURN(LocalLadder ladder, ReadFlags(options.integrator));
    const absl::Status status = classification.StartIntegrator(std::move(ladder));
    if (!status.ok()) {
      Report(status);
      return kExitFailure;  // UNAVAILABLE would become the code for "no coordinator answers".
    }
  }
  // Presets do not transfer, so the model is named wherever its words are read.
  fmt::print(stderr, "model of {}\n", classifier::ModelName(model.provenance()));
  if (!options.file.empty()) {
    return ClassifyFile(classification, model, globals.json, options.file, std::move(reading));
  }
  return ClassifyOne(classification, model, globals.json, options.expression, reading);
}

}  // namespace

void AddClassify(const VerbContext& context) {
  const auto [verb, options] =
      AddVerb(context, "classify", "say how likely functions are to have an integral", RunClassify);
  verb.add_option("EXPR", options.expression,
                  "a function of x: infix (SymPy, C, giac, FriCAS), prefix tokens or LaTeX");
  verb.add_option("--model", options.model, "the model, a file of `motzkin train`")->required();
  verb.add_option(
      "--file", options.file,
      "a file of functions instead of EXPR, as `motzkin evaluate` reads it; - is stdin");
  AddReadingFlags(verb, options.reading);
  verb.add_flag("--integrate", options.integrate, "run the ladder on each function, too");
  AddIntegratorFlags(verb, options.integrator);
}

}  // namespace motzkin::cli
