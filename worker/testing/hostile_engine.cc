#include "worker/testing/hostile_engine.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <utility>
#include <vector>

#include "worker/integrator/engines/zygote_engine.h"
#include "worker/integrator/zygote_server.h"

namespace motzkin::integrator::testing {
namespace {

[[noreturn]] void Burn() {
  for (int number = 1; number < 32; ++number) signal(number, SIG_IGN);
  volatile bool endless = true;
  while (endless) {
  }
  _exit(0);
}

[[noreturn]] void Block() {
  while (true) pause();
}

// Returns the answer pipe: the only descriptor that a leaf has beside its standard streams.
int AnswerPipe() {
  for (int fd = 3; fd < 256; ++fd) {
    if (fcntl(fd, F_GETFD) >= 0) return fd;
  }
  return -1;
}

[[noreturn]] void Flood() {
  const std::string line(4096, 'x');
  while (true) {
    [[maybe_unused]] const ssize_t wrote = write(AnswerPipe(), line.data(), line.size());
  }
}

// Leaks on purpose. The pointer is volatile, or the compiler would leave the allocation out.
void Allocate(size_t bytes) {
  char* volatile memory = new char[bytes];
  memset(memory, 1, bytes);
}  // NOLINT(clang-analyzer-cplusplus.NewDeleteLeaks): on purpose.

// Never ends. The condition keeps the compiler from finding that out.
int Recurse(int depth) {
  volatile char frame[4096] = {};
  frame[0] = static_cast<char>(depth);
  return frame[1] != 0 ? 0 : Recurse(depth + 1) + frame[0];
}

// Tries to get away. Returns the names of the calls that were not refused.
std::string Escape() {
  std::string succeeded;
  const auto attempt = [&](const char* name, long result) {
    if (result >= 0) succeeded += std::string(name) + " ";
    // A result of 0 means that this is a child, which should not exist.
    if (result == 0 && strcmp(name, "setsid") != 0) _exit(0);
  };
  attempt("fork", fork());
  attempt("clone", syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
  attempt("clone3", syscall(SYS_clone3, nullptr, 0));
  attempt("exec", execl("/bin/true", "true", nullptr));
  attempt("setsid", setsid());
  if (setpgid(0, 0) >= 0) succeeded += "setpgid ";
  if (unshare(CLONE_NEWUSER) >= 0) succeeded += "unshare ";
  return succeeded;
}

// Attacks files, sockets and other processes. Returns the names of the calls that were not refused.
std::string Attack() {
  std::string succeeded;
  const auto attempt = [&](const char* name, long result) {
    if (result >= 0) succeeded += std::string(name) + " ";
  };
  attempt("inet", socket(AF_INET, SOCK_STREAM, 0));
  attempt("unix", socket(AF_UNIX, SOCK_STREAM, 0));
  attempt("ptrace", ptrace(PTRACE_ATTACH, getppid(), 0, 0));
  attempt("kill parent", kill(getppid(), SIGKILL));
  attempt("kill all", kill(-1, SIGKILL));
  attempt("kill group", kill(0, SIGKILL));
  for (const char* path :
       {"/etc/passwd", "/etc/shadow", "/home", "/root", "/proc/self/environ", "/tmp"}) {
    attempt(path, open(path, O_RDONLY));
  }
  attempt("create", open("/tmp/hostile", O_WRONLY | O_CREAT, 0600));
  attempt("mkdir", mkdir("/tmp/hostile", 0700));
  attempt("unlink", unlink("/usr/bin/env"));
  return succeeded;
}

// Returns the right integral, or a wrong one that names the attempts that succeeded.
std::string Unless(const std::string& succeeded, std::string_view integrand) {
  return succeeded.empty() ? std::string(integrand) + "*x" : succeeded;
}

void LeaveGrandchild() {
  if (fork() == 0) {
    if (fork() == 0) Burn();
    _exit(0);
  }
  Block();
}

std::string HalfAnswer() {
  [[maybe_unused]] const ssize_t wrote = write(AnswerPipe(), "x+", 2);
  Block();
}

// The first byte of an output that is a complaint and no answer.
constexpr char kComplaint = '!';

std::string TenMegabytes() {
  std::string sum = "x";
  while (sum.size() < 10'000'000) sum += "+x";
  return sum;
}

void Interpret(std::string output, EngineReply& reply) {
  if (output.starts_with(kComplaint)) {
    reply.end = EngineEnd::kGaveUp;
    reply.message = std::move(output);
    return;
  }
  reply.end = output.empty() ? EngineEnd::kCrashed : EngineEnd::kAnswered;
  reply.answer = std::move(output);
}

}  // namespace

std::string Misbehave(std::string_view misdeed) {
  switch (static_cast<Misdeed>(atoi(std::string(misdeed).c_str()))) {
    case kBurnIgnoringSigterm:
      Burn();
    case kBlock:
      Block();
    case kFlood:
      Flood();
    case kAllocate:
      while (true) Allocate(1 << 20);
    case kAllocateAtOnce:
      Allocate(1ull << 45);
      break;
    case kTrap:
      __builtin_trap();  // The filter refuses to raise a signal.
    case kAbort:
      abort();
    case kExitQuietly:
      _exit(0);
    case kEscape:
      return Unless(Escape(), misdeed);
    case kAttack:
      return Unless(Attack(), misdeed);
    case kBlockAfterHalfAnswer:
      return HalfAnswer();
    case kRecurse:
      return std::to_string(Recurse(0));
    case kAnswerBinary:
      return std::string("x\0\xff\xfe+1", 6);
    case kAnswerParentheses:
      return std::string(100'000, '(');
    case kAnswerTenMegabytes:
      return TenMegabytes();
    case kGiveUpInBinary:
      return kComplaint + std::string("\0\xff\xc3(", 4) + std::string(1500, '\xe2');
    case kForkAndBlock:
      LeaveGrandchild();
      break;
    case kKillZygote:
      kill(getppid(), SIGKILL);
      Burn();
    case kAnswerVerifierHang:
      return "hang";
    case kAnswerVerifierDie:
      return "die";
    case kAnswerVerifierLie:
      return "lie";
    case kAnswerX:
      break;
  }
  return "x";
}

std::unique_ptr<Engine> MakeHostileEngine(std::string name, bool filtered) {
  ZygoteEngineSpec spec;
  spec.name = std::move(name);
  spec.format = expression::Format::kGiac;
  spec.launch = [filtered] {
    return Zygote::Fork([filtered](const ZygotePipes& pipes) {
      ZygoteHooks hooks;
      hooks.warm_up = [] { return std::string("0"); };
      hooks.answer = Misbehave;
      hooks.filter_leaves = filtered;
      ServeZygote(pipes, hooks);
    });
  };
  spec.interpret = Interpret;
  return std::make_unique<ZygoteEngine>(std::move(spec));
}

}  // namespace motzkin::integrator::testing
