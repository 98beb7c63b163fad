// Makes a zygote (worker/integrator/zygote.h) of an interpreter that reads commands from standard
// input, without changing it: preloaded (LD_PRELOAD), it replaces the C library's `stdin` by a
// stream that asks this file for lines. When the interpreter, loaded and warm, wants its next line,
// that read forks: the child returns the line and so runs it, the parent waits for the next
// command.
//
// FriCAS takes 100 ms to start; an integral in a fork of a warm one takes 4 ms and more.
//
// Environment, besides what zygote.h says:
//   MOTZKIN_ZYGOTE_SETUP    lines that the zygote itself runs first: settings, warm-up
//   MOTZKIN_ZYGOTE_MEMORY   soft RLIMIT_AS while the interpreter starts, bytes: GCL sizes its heap
//   by it MOTZKIN_ZYGOTE_VERSION  words that stand before the version in what the interpreter
//   prints at start
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
  kLineMax = 1 << 16,  // Of one command's input, bytes; more than any integrand that is generated.
  kInstructionsMax = 4096,  // BPF_MAXINSNS, the kernel's own bound.
  kAskPersonality = 0xffffffff,
  kNotSealed = 125,  // Exit code of a leaf that could not be locked in.
};

static int command_fd, status_fd, answers_fd;
static struct sock_filter leaf_filter[kInstructionsMax];
static size_t leaf_instructions;
static int is_leaf, is_ready;
static int banner_fd = -1;

// What the interpreter reads next: the setup at first, then the input of one command.
static char line[kLineMax + 1];
static const char* text = "";
static size_t text_left;

static void Say(const char* message) {
  const ssize_t length = (ssize_t)strlen(message);
  if (write(status_fd, message, (size_t)length) != length) _exit(0);  // The supervisor is gone.
}

static void ReadFully(char* buffer, size_t size) {
  while (size > 0) {
    const ssize_t got = read(command_fd, buffer, size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) _exit(0);
    buffer += got;
    size -= (size_t)got;
  }
}

// A command without its newline.
static void ReadCommand(char* buffer, size_t size) {
  size_t length = 0;
  while (length + 1 < size) {
    ReadFully(buffer + length, 1);
    if (buffer[length] == '\n') break;
    length++;
  }
  buffer[length] = '\0';
}

// The word after MOTZKIN_ZYGOTE_VERSION in the banner.
static void SayReady(void) {
  static char banner[8192];
  const char* before = getenv("MOTZKIN_ZYGOTE_VERSION");
  const ssize_t size = pread(banner_fd, banner, sizeof banner - 1, 0);
  banner[size > 0 ? size : 0] = '\0';
  const char* found = before == NULL ? NULL : strstr(banner, before);
  char version[64] = "unknown";
  if (found != NULL) sscanf(found + strlen(before), " %63s", version);
  char message[96];
  snprintf(message, sizeof message, "ready %s\n", version);
  Say(message);
}

// Dead when the zygote dies, within its limits, filtered, and with the pipe of answers for its
// output.
static void BecomeLeaf(long long memory_bytes, long long cpu_seconds) {
  is_leaf = 1;
  const struct rlimit none = {0, 0};
  const struct rlimit memory = {(rlim_t)memory_bytes, (rlim_t)memory_bytes};
  const struct rlimit cpu = {(rlim_t)cpu_seconds, (rlim_t)cpu_seconds};
  const struct sock_fprog filter = {(unsigned short)leaf_instructions, leaf_filter};
  const int nowhere = open("/dev/null", O_RDWR);
  if (nowhere < 0 || dup2(answers_fd, STDOUT_FILENO) < 0 || dup2(nowhere, STDERR_FILENO) < 0 ||
      prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || setrlimit(RLIMIT_AS, &memory) != 0 ||
      setrlimit(RLIMIT_CPU, &cpu) != 0 || setrlimit(RLIMIT_FSIZE, &none) != 0) {
    _exit(kNotSealed);
  }
  close(command_fd);
  close(status_fd);
  close(answers_fd);
  close(nowhere);
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) != 0) {
    _exit(kNotSealed);
  }
}

static void Reap(pid_t leaf) {
  int status = 0;
  struct rusage usage = {0};
  while (wait4(leaf, &status, 0, &usage) < 0 && errno == EINTR) {
  }
  const long long cpu_us = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000ll +
                           usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
  char message[96];
  snprintf(message, sizeof message, "ended %d %lld %ld\n", status, cpu_us, usage.ru_maxrss);
  Say(message);
}

// Serves commands; returns only in a leaf, with its input in `text`.
static void Serve(void) {
  pid_t leaf = -1;
  for (;;) {
    char command[256];
    ReadCommand(command, sizeof command);
    long long memory_bytes, cpu_seconds;
    size_t size;
    if (strcmp(command, "reap") == 0) {
      Reap(leaf);
      continue;
    }
    if (sscanf(command, "run %lld %lld %zu", &memory_bytes, &cpu_seconds, &size) != 3 ||
        size > kLineMax) {
      _exit(1);
    }
    ReadFully(line, size);
    leaf = fork();
    if (leaf < 0) _exit(1);
    if (leaf == 0) {
      BecomeLeaf(memory_bytes, cpu_seconds);
      line[size] = '\n';
      text = line;
      text_left = size + 1;
      return;
    }
    char message[32];
    snprintf(message, sizeof message, "pid %d\n", (int)leaf);
    Say(message);
  }
}

static ssize_t ReadLine(void* cookie, char* buffer, size_t size) {
  (void)cookie;
  if (text_left == 0) {
    if (is_leaf) {  // It asks for more: this function is done.
      fflush(NULL);
      _exit(0);
    }
    if (!is_ready) SayReady();
    is_ready = 1;
    Serve();
  }
  // One line a read, so that a setup line is run before the next is asked for.
  const char* newline = memchr(text, '\n', text_left);
  size_t count = newline == NULL ? text_left : (size_t)(newline - text) + 1;
  if (count > size) count = size;
  memcpy(buffer, text, count);
  text += count;
  text_left -= count;
  return (ssize_t)count;
}

static void LoadFilter(void) {
  const char* number = getenv("MOTZKIN_LEAF_FILTER");
  if (number == NULL) _exit(1);
  const ssize_t bytes = pread(atoi(number), leaf_filter, sizeof leaf_filter, 0);
  if (bytes <= 0) _exit(1);
  leaf_instructions = (size_t)bytes / sizeof leaf_filter[0];
}

__attribute__((constructor)) static void BecomeZygote(void) {
  const char* pipes = getenv("MOTZKIN_ZYGOTE");
  if (pipes == NULL) return;
  if (sscanf(pipes, "%d,%d,%d", &command_fd, &status_fd, &answers_fd) != 3) _exit(1);
  LoadFilter();
  const char* memory = getenv("MOTZKIN_ZYGOTE_MEMORY");
  struct rlimit limit;
  if (memory != NULL && getrlimit(RLIMIT_AS, &limit) == 0) {
    limit.rlim_cur = (rlim_t)atoll(memory);
    setrlimit(RLIMIT_AS, &limit);
  }
  // The banner holds the version; nobody else wants it.
  banner_fd = memfd_create("banner", 0);
  if (banner_fd < 0 || dup2(banner_fd, STDOUT_FILENO) < 0) _exit(1);
  const char* setup = getenv("MOTZKIN_ZYGOTE_SETUP");
  if (setup != NULL) {
    text = setup;
    text_left = strlen(setup);
  }
  // GCL starts itself anew with a fixed address space; only then come the programs that it runs at
  // its start, which are not to be zygotes.
  if (personality(kAskPersonality) & ADDR_NO_RANDOMIZE) unsetenv("LD_PRELOAD");
  const cookie_io_functions_t functions = {.read = ReadLine};
  FILE* lines = fopencookie(NULL, "r", functions);
  if (lines == NULL) _exit(1);
  stdin = lines;
}
