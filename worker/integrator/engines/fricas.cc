#include "worker/integrator/engines/fricas.h"

#include <absl/strings/ascii.h>
#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_split.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <utility>

#include "common/base/string_view.h"
#include "fricas_zygote.h"
#include "worker/integrator/engines/zygote_engine.h"

namespace motzkin::integrator {
namespace {

namespace fs = std::filesystem;

// GCL sizes its heap by the address space that it finds (2.6) or by the machine's memory (2.7).
// Without a bound it reserves half of that, and every garbage collection walks it.
constexpr int64_t kStartMemoryBytes = 1ll << 30;

constexpr const char* kProgram = "FRICASsys";

// With `break resume` the interpreter asks for the next line after an error, and that ends the
// leaf.
constexpr const char* kSettings =
    ")set messages prompt none\n"
    ")set output algebra off\n"
    ")set messages autoload off\n"
    ")set break resume\n"
    ")set quit unprotected\n";

// These integrals make FriCAS load the modules that most functions need and set up its domains,
// which would cost each leaf 10 to 20 ms. More of them would make every fork dearer and few
// integrals faster.
constexpr std::string_view kWarmUp[] = {
    "mul sin x exp x",                                // transcendental functions
    "mul x sqrt exp x",                               // roots of them
    "asinh mul x x",                                  // algebraic functions
    "div x mul add sin x x sub mul x sin x INT+ 1"};  // factors in several variables

std::string Command(std::string_view form) { return absl::StrCat(")lisp ", ToAbsl(form)); }

std::string Request(std::string_view prefix) {
  return Command(absl::StrCat("(motzkin-integral '(", std::string(prefix), "))"));
}

// Returns what FriCAS runs before it is asked anything: settings, our Lisp as one form a line, and
// the warm-up.
std::string Setup() {
  std::string setup = kSettings;
  std::string form;
  for (const absl::string_view line :
       absl::StrSplit(std::string(fricas_zygote::kFiles[0].text), '\n')) {
    if (line.empty() && !form.empty()) {
      absl::StrAppend(&setup, Command(form), "\n");
      form.clear();
    }
    if (!absl::StartsWith(line, ";")) absl::StrAppend(&form, line, " ");
  }
  for (const std::string_view integrand : kWarmUp)
    absl::StrAppend(&setup, Request(integrand), "\n");
  return setup;
}

// GCL reports refused memory as one of its own errors.
constexpr std::string_view kOutOfMemory[] = {"storage is exhausted", "out of memory",
                                             "Can't allocate", "cannot allocate",
                                             "memory exhausted"};

// The answer is printed as a string that may be wrapped at any character. It has no blanks of its
// own.
std::string WithoutWhiteSpace(std::string text) {
  std::erase_if(text, [](char c) { return absl::ascii_isspace(static_cast<unsigned char>(c)); });
  return text;
}

std::string Message(const std::string& output) {
  constexpr std::string_view kMark = ">>";  // precedes every error of FriCAS
  const size_t at = output.find(kMark);
  std::string message = at == std::string::npos ? output : output.substr(at + kMark.size());
  absl::RemoveExtraAsciiWhitespace(&message);
  return message;
}

// FriCAS writes "integral(" for a part that it left unevaluated. Only if that is the whole answer
// does it claim that there is no elementary integral. With abs it makes no such claim: its theory
// does not cover abs, so it leaves abs(x) unevaluated.
void InterpretAnswer(std::string answer, EngineReply& reply) {
  static const std::vector<std::string_view> kUnevaluated = {"integral"};
  if (!HoldsAnyWord(answer, kUnevaluated)) {
    reply.end = EngineEnd::kAnswered;
    reply.answer = std::move(answer);
    return;
  }
  const bool claims = answer.starts_with("integral(") && !HoldsAnyWord(answer, {"abs"});
  reply.end = claims ? EngineEnd::kNonelementary : EngineEnd::kGaveUp;
  reply.message = std::move(answer);
}

void Interpret(const std::string& output, EngineReply& reply) {
  // Our Lisp prints the answer between quotes. Without them the output is an error message.
  const size_t begin = output.find('"'), end = output.rfind('"');
  if (begin != std::string::npos && begin < end) {
    InterpretAnswer(WithoutWhiteSpace(output.substr(begin + 1, end - begin - 1)), reply);
    return;
  }
  reply.end = EngineEnd::kGaveUp;
  reply.message = Message(output);
  // Without memory it does not get as far as the words of its error.
  if (reply.message == "System error:") reply.end = EngineEnd::kMemoryExceeded;
  for (const std::string_view words : kOutOfMemory) {
    if (output.find(words) != std::string::npos) reply.end = EngineEnd::kMemoryExceeded;
  }
}

// The shared object that makes FriCAS a zygote, opened before the sandbox closes. In the sandbox
// root is an unprivileged user, who may be unable to enter the folder if bubblewrap mounts no copy
// of the file. Then the path leads through the descriptor, which FriCAS inherits.
class Preload {
 public:
  explicit Preload(std::string path)
      : path_(std::move(path)), file_(open(path_.c_str(), O_RDONLY | O_CLOEXEC)) {}

  std::string PathThatOpens() const {
    if (!file_.valid() || access(path_.c_str(), R_OK) == 0) return path_;
    return absl::StrCat("/proc/self/fd/", file_.get());
  }
  std::vector<int> descriptors() const {
    return file_.valid() ? std::vector<int>{file_.get()} : std::vector<int>{};
  }

 private:
  const std::string path_;
  const UniqueFd file_;
};

}  // namespace

std::string FindFricas() {
  // There is one folder per architecture, such as /usr/lib/fricas/target/x86_64-pc-linux-gnu.
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/usr/lib/fricas/target", error)) {
    if (access((entry.path() / "bin" / kProgram).c_str(), X_OK) == 0) return entry.path();
  }
  return "";
}

std::unique_ptr<Engine> MakeFricas(const std::string& line_zygote) {
  const auto preload = std::make_shared<const Preload>(line_zygote);  // A std::function is copied.
  ZygoteEngineSpec spec;
  spec.name = "fricas";
  spec.format = expression::Format::kPrefix;
  spec.launch = [preload]() -> absl::StatusOr<std::unique_ptr<Zygote>> {
    const std::string folder = FindFricas();
    if (folder.empty()) return absl::NotFoundError("fricas is not installed (apt install fricas)");
    std::vector<std::string> environment = {
        // Without HOME it would look up its user, and the sandbox shows no users. GCL 2.7 appends a
        // slash to it and refuses the name `//`.
        "HOME=/nonexistent",
        "FRICAS=" + folder,
        "LD_PRELOAD=" + preload->PathThatOpens(),
        absl::StrCat("MOTZKIN_ZYGOTE_PROGRAM=", kProgram),
        "MOTZKIN_ZYGOTE_SETUP=" + Setup(),
        absl::StrCat("MOTZKIN_ZYGOTE_MEMORY=", kStartMemoryBytes),
        "MOTZKIN_ZYGOTE_VERSION=Version: FriCAS"};
    // Debian keeps the databases here and links them into the folder of amd64 only.
    if (access((folder + "/algebra/interp.daase").c_str(), R_OK) != 0)
      environment.emplace_back("DAASE=/usr/share/fricas");
    return Zygote::Spawn({absl::StrCat(folder, "/bin/", kProgram)}, std::move(environment),
                         sandbox::LeafFiles::kRead, preload->descriptors());
  };
  spec.request = Request;
  spec.interpret = Interpret;
  return std::make_unique<ZygoteEngine>(std::move(spec));
}

}  // namespace motzkin::integrator
