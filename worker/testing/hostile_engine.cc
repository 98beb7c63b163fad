#include "worker/testing/hostile_engine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/ioprio.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <utility>
#include <vector>

#include "worker/integrator/engines/zygote_engine.h"
#include "worker/integrator/forked_process.h"
#include "worker/integrator/zygote_server.h"

namespace motzkin::integrator::testing {
namespace {

// The first byte of an output that is a complaint and no answer.
constexpr char kComplaint = '!';
constexpr int kIdleClass = IOPRIO_CLASS_IDLE << IOPRIO_CLASS_SHIFT;

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

// Tries every way to signal, limit or slow down process `victim`.
std::string ManageProcess(pid_t victim) {
  std::string succeeded;
  const auto attempt = [&](const char* name, long result) {
    if (result >= 0) succeeded += std::string(name) + " ";
  };
  attempt("kill", kill(victim, SIGTERM));
  attempt("kill its group", kill(-victim, SIGTERM));
  attempt("tkill", syscall(SYS_tkill, victim, SIGTERM));
  attempt("tgkill", syscall(SYS_tgkill, victim, victim, SIGTERM));
  siginfo_t queued = {};
  queued.si_code = SI_QUEUE;
  attempt("rt_sigqueueinfo", syscall(SYS_rt_sigqueueinfo, victim, SIGTERM, &queued));
  attempt("rt_tgsigqueueinfo", syscall(SYS_rt_tgsigqueueinfo, victim, victim, SIGTERM, &queued));
  const long pidfd = syscall(SYS_pidfd_open, victim, 0u);
  attempt("pidfd_send_signal", syscall(SYS_pidfd_send_signal, pidfd, SIGTERM, nullptr, 0u));
  attempt("F_SETOWN", fcntl(AnswerPipe(), F_SETOWN, victim));
  f_owner_ex owner = {F_OWNER_PID, victim};
  attempt("F_SETOWN_EX", fcntl(AnswerPipe(), F_SETOWN_EX, &owner));
  const rlimit few = {10, 10};
  attempt("prlimit64", syscall(SYS_prlimit64, victim, RLIMIT_NOFILE, &few, nullptr));
  attempt("setpriority", setpriority(PRIO_PROCESS, static_cast<id_t>(victim), 19));
  attempt("setpriority of a user", setpriority(PRIO_USER, getuid(), 19));
  const sched_param none = {};
  attempt("sched_setscheduler", sched_setscheduler(victim, SCHED_IDLE, &none));
  attempt("sched_setparam", sched_setparam(victim, &none));
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(0, &one);
  attempt("sched_setaffinity", sched_setaffinity(victim, sizeof(one), &one));
  attempt("ioprio_set", syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, victim, kIdleClass));
  return succeeded;
}

std::string LeaveObjects() {
  std::string succeeded;
  const auto attempt = [&](const char* name, long result) {
    if (result >= 0) succeeded += std::string(name) + " ";
  };
  attempt("shmget", shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600));
  attempt("semget", semget(IPC_PRIVATE, 1, IPC_CREAT | 0600));
  attempt("msgget", msgget(IPC_PRIVATE, IPC_CREAT | 0600));
  attempt("mq_open", syscall(SYS_mq_open, "motzkin_hostile", O_CREAT | O_RDWR, 0600, nullptr));
  return succeeded;
}

std::string ReadUserFile(int64_t number) {
  return open(UserFile(number).c_str(), O_RDONLY) >= 0 ? "the user's file" : "";
}

std::string ChangePipe() {
  std::string succeeded;
  const int pipe = AnswerPipe();
  int on = 1;
  if (fcntl(pipe, F_SETFL, O_WRONLY | O_NONBLOCK) == 0) succeeded += "F_SETFL ";
  if (ioctl(pipe, FIONBIO, &on) == 0) succeeded += "FIONBIO ";
  if (fcntl(pipe, F_SETPIPE_SZ, 4096) >= 0) succeeded += "F_SETPIPE_SZ ";
  return succeeded;
}

// Returns the right integral, or a complaint that names the attempts that succeeded.
std::string Unless(const std::string& succeeded, std::string_view integrand) {
  return succeeded.empty() ? std::string(integrand) + "*x" : kComplaint + succeeded;
}

void LeaveGrandchild() {
  if (fork() == 0) {
    if (fork() == 0) Burn();
    _exit(0);
  }
  Block();
}

// The processes die with the integrator, if at all: this one is not there to kill them.
std::string Swarm() {
  for (int i = 0; i < 100; ++i) {
    const pid_t child = fork();
    if (child < 0) return "";
    if (child == 0) Block();
  }
  return "a hundred processes";
}

std::string HalfAnswer() {
  [[maybe_unused]] const ssize_t wrote = write(AnswerPipe(), "x+", 2);
  Block();
}

std::string TenMegabytes() {
  std::string sum = "x";
  while (sum.size() < 10'000'000) sum += "+x";
  return sum;
}

void Interpret(std::string output, EngineReply& reply) {
  if (output.starts_with(kComplaint)) {
    reply.end = EngineEnd::kGaveUp;
    reply.message = output.substr(1);
    return;
  }
  reply.end = output.empty() ? EngineEnd::kCrashed : EngineEnd::kAnswered;
  reply.answer = std::move(output);
}

}  // namespace

std::string Misbehave(std::string_view misdeed) {
  const int64_t number = atoll(std::string(misdeed).c_str());
  const int64_t argument = number / kMisdeedsMax;
  switch (static_cast<Misdeed>(number % kMisdeedsMax)) {
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
      KillChild(getppid());  // A pidfd reaches parents as well.
      Burn();
    case kAnswerVerifierHang:
      return "hang";
    case kAnswerVerifierDie:
      return "die";
    case kAnswerVerifierLie:
      return "lie";
    case kManageProcess:
      return Unless(ManageProcess(static_cast<pid_t>(argument)), misdeed);
    case kLeaveObjects:
      return Unless(LeaveObjects(), misdeed);
    case kReadFile:
      return Unless(ReadUserFile(argument), misdeed);
    case kSwarm:
      return Unless(Swarm(), misdeed);
    case kChangePipe:
      return Unless(ChangePipe(), misdeed);
    case kAnswerX:
      break;
  }
  return "x";
}

std::unique_ptr<Engine> MakeHostileEngine(std::string name, Locked locked) {
  ZygoteEngineSpec spec;
  spec.name = std::move(name);
  spec.format = expression::Format::kGiac;
  spec.launch = [locked] {
    const auto serve = [locked](const ZygotePipes& pipes) {
      ZygoteHooks hooks;
      hooks.warm_up = [] { return std::string("0"); };
      hooks.answer = Misbehave;
      hooks.filter_leaves = locked == Locked::kLeaf || locked == Locked::kReaderLeaf;
      if (locked == Locked::kReaderLeaf) hooks.leaf_files = sandbox::LeafFiles::kRead;
      ServeZygote(pipes, hooks);
    };
    return Zygote::Fork(serve, /*filtered=*/locked != Locked::kSupervisor);
  };
  spec.interpret = Interpret;
  return std::make_unique<ZygoteEngine>(std::move(spec));
}

}  // namespace motzkin::integrator::testing
