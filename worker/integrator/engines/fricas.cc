#include "worker/integrator/engines/fricas.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "worker/integrator/engines/zygote_engine.h"

namespace motzkin::integrator {
namespace {

namespace fs = std::filesystem;

// GCL sizes its heap by the address space that it finds: without a bound it reserves half the
// machine's memory, and a collection then walks it.
constexpr int64_t kStartMemoryBytes = 1ll << 30;

// `break resume`: after an error the interpreter asks for the next line, and the leaf ends.
// Three integrals warm the interpreter up; more of them made every fork dearer and no integral
// faster.
constexpr const char* kSetup =
    ")set messages prompt none\n"
    ")set output algebra off\n"
    ")set output length 245\n"
    ")set messages autoload off\n"
    ")set messages type off\n"
    ")set messages time off\n"
    ")set break resume\n"
    ")set quit unprotected\n"
    "print(unparse(integrate(1/(x^2+1),x)::InputForm))\n"
    "print(unparse(integrate(exp(x)/x,x)::InputForm))\n"
    "print(unparse(integrate(sqrt(1+x)*log(x),x)::InputForm))\n";

// Memory that GCL is refused shows as one of its own errors.
constexpr std::string_view kOutOfMemory[] = {"storage is exhausted", "out of memory",
                                             "Can't allocate", "cannot allocate",
                                             "memory exhausted"};

// The answer is printed as a string, wrapped at any character, and holds no blank of its own.
std::string WithoutWhiteSpace(std::string text) {
  std::erase_if(text, [](char c) { return absl::ascii_isspace(static_cast<unsigned char>(c)); });
  return text;
}

std::string Message(const std::string& output) {
  constexpr std::string_view kMark = ">>";  // Before every error of FriCAS.
  const size_t at = output.find(kMark);
  std::string message = at == std::string::npos ? output : output.substr(at + kMark.size());
  absl::RemoveExtraAsciiWhitespace(&message);
  return message;
}

// FriCAS says "integral(" for what it left unevaluated. Only when that is the whole answer does it
// claim that there is no elementary integral.
void InterpretAnswer(std::string answer, EngineReply& reply) {
  static const std::vector<std::string_view> kUnevaluated = {"integral"};
  if (!HoldsAnyWord(answer, kUnevaluated)) {
    reply.end = EngineEnd::kAnswered;
    reply.answer = std::move(answer);
    return;
  }
  reply.end = answer.starts_with("integral(") ? EngineEnd::kNonelementary : EngineEnd::kGaveUp;
  reply.message = std::move(answer);
}

void Interpret(std::string output, EngineReply& reply) {
  const size_t begin = output.find('"'), end = output.rfind('"');
  if (begin != std::string::npos && begin < end) {
    InterpretAnswer(WithoutWhiteSpace(output.substr(begin + 1, end - begin - 1)), reply);
    return;
  }
  reply.end = EngineEnd::kGaveUp;
  reply.message = Message(output);
  for (const std::string_view words : kOutOfMemory) {
    if (output.find(words) != std::string::npos) reply.end = EngineEnd::kMemoryExceeded;
  }
}

}  // namespace

std::string FindFricas() {
  // One folder per architecture: /usr/lib/fricas/target/x86_64-pc-linux-gnu
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/usr/lib/fricas/target", error)) {
    if (access((entry.path() / "bin/FRICASsys").c_str(), X_OK) == 0) return entry.path();
  }
  return "";
}

std::unique_ptr<Engine> MakeFricas(const std::string& line_zygote) {
  ZygoteEngineSpec spec;
  spec.name = "fricas";
  spec.format = expression::Format::kFricas;
  spec.launch = [line_zygote]() -> absl::StatusOr<std::unique_ptr<Zygote>> {
    const std::string folder = FindFricas();
    if (folder.empty()) return absl::NotFoundError("fricas is not installed (apt install fricas)");
    // Without HOME it looks its user up, and the sandbox shows no users.
    return Zygote::Spawn({folder + "/bin/FRICASsys"},
                         {"HOME=/", "FRICAS=" + folder, "LD_PRELOAD=" + line_zygote,
                          absl::StrCat("MOTZKIN_ZYGOTE_SETUP=", kSetup),
                          absl::StrCat("MOTZKIN_ZYGOTE_MEMORY=", kStartMemoryBytes),
                          "MOTZKIN_ZYGOTE_VERSION=Version: FriCAS"},
                         sandbox::LeafFiles::kRead);
  };
  spec.request = [](std::string_view function) {
    return absl::StrCat("print(unparse(integrate(", std::string(function), ",x)::InputForm))");
  };
  spec.interpret = Interpret;
  return std::make_unique<ZygoteEngine>(std::move(spec));
}

}  // namespace motzkin::integrator
