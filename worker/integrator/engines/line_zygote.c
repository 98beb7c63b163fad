// Makes a zygote (worker/integrator/zygote.h) of an unmodified interpreter that reads commands from
// standard input. Preloaded with LD_PRELOAD, it replaces the C library's `stdin` by a stream that
// asks this file for lines. When the interpreter, loaded and warm, asks for its next line, that
// read forks: the child returns the line and so runs it, and the parent waits for the next command.
//
// FriCAS takes 100 ms to start; an integral in a fork of a warm one takes 4 ms and more.
//
// It reads these variables of the environment, besides those of zygote.h:
//
//   MOTZKIN_ZYGOTE_PROGRAM  name of the interpreter's binary; other programs that it starts stay as
//                           they are
//   MOTZKIN_ZYGOTE_SETUP    lines that the zygote itself runs first: settings and warm-up
//   MOTZKIN_ZYGOTE_MEMORY   bytes from which GCL sizes its heap: the soft RLIMIT_AS while it starts
//                           (GCL 2.6), or the machine's memory as it reads it (GCL 2.7)
//   MOTZKIN_ZYGOTE_VERSION  the words before the version in the banner of the interpreter
//
// GCL 2.7, the Lisp of FriCAS 1.3.11 (Debian 13), aborts where its environment lacks things that
// the sandbox does not have. For its sake this file replaces open64, isatty, madvise and mmap64.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

enum {
  kLineMax = 1 << 16,       // bytes of input a command; more than any generated integrand has
  kInstructionsMax = 4096,  // BPF_MAXINSNS, the bound of the kernel
  kNotSealed = 125,         // exit code of a leaf that could not be locked in
  kOutOfMemory = 77,        // kLeafOutOfMemory of zygote.h
};

static int command_fd, status_fd, answers_fd;
static struct sock_filter leaf_filter[kInstructionsMax];
static size_t leaf_instructions;
static int is_zygote, is_leaf, is_ready;
static int meminfo_fd = -1, filter_fd = -1;

// The text that the interpreter reads next: first the setup, then the input of a command.
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

// Announces that the zygote is ready, with the word after MOTZKIN_ZYGOTE_VERSION in the banner.
// Standard output is a file in memory (zygote.h), so the banner can be read back from it.
static void SayReady(void) {
  static char banner[8192];
  const char* before = getenv("MOTZKIN_ZYGOTE_VERSION");
  const ssize_t size = pread(STDOUT_FILENO, banner, sizeof banner - 1, 0);
  banner[size > 0 ? size : 0] = '\0';
  const char* found = before == NULL ? NULL : strstr(banner, before);
  char version[64] = "unknown";
  if (found != NULL) sscanf(found + strlen(before), " %63s", version);
  char message[96];
  snprintf(message, sizeof message, "ready %s\n", version);
  Say(message);
}

// Turns the new process into a leaf: it dies with its zygote, is within its limits, is filtered,
// and writes to the pipe of answers. Only then does it read the input.
static void BecomeLeaf(pid_t zygote, long long memory_bytes, long long cpu_seconds) {
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
  // The zygote may have died between the fork and the prctl(), which then came too late.
  if (getppid() != zygote) _exit(kNotSealed);
  // A leaf that is taken over must neither read the next command nor answer in the zygote's stead.
  close(command_fd);
  close(status_fd);
  close(answers_fd);
  close(nowhere);
  // The filter comes last, because it refuses the calls of the steps before it.
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

// Serves commands. Returns only in a leaf, with its input in `text`.
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
    const pid_t zygote = getpid();
    leaf = fork();
    // The supervisor sees the pipe end and starts another zygote.
    if (leaf < 0) _exit(1);
    if (leaf == 0) {
      BecomeLeaf(zygote, memory_bytes, cpu_seconds);
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
    // The interpreter asks for more, so this function is done.
    if (is_leaf) {
      fflush(NULL);
      _exit(0);
    }
    // The text of the setup is used up, so the interpreter has run all of it and is warm.
    if (!is_ready) {
      // Only now, because GCL 2.6 reads the filter a second time, when it has executed itself again.
      close(filter_fd);
      SayReady();
    }
    is_ready = 1;
    Serve();
  }
  // Returns one line a read, so that a line of the setup is run before the next one is read.
  const char* newline = memchr(text, '\n', text_left);
  size_t count = newline == NULL ? text_left : (size_t)(newline - text) + 1;
  if (count > size) count = size;
  memcpy(buffer, text, count);
  text += count;
  text_left -= count;
  return (ssize_t)count;
}

// Answers GCL 2.7, which reads in /proc, when it starts and whenever it loads a module, how much
// memory the machine has and where its libraries lie. The sandbox has no /proc, and one leaf must
// not plan with all of the machine's memory, so the memory is MOTZKIN_ZYGOTE_MEMORY. The list of
// libraries is empty: they lie far above the heap and cannot be in its way.
static int OpenProc(const char* path) {
  if (strcmp(path, "/proc/meminfo") != 0) return openat(AT_FDCWD, "/dev/null", O_RDONLY);
  const int fd = dup(meminfo_fd);
  if (fd >= 0) lseek(fd, 0, SEEK_SET);  // The copy shares its position with earlier reads.
  return fd;
}

// Makes the file that stands in for /proc/meminfo, and seals it, so that no leaf can change the
// text that later leaves read.
static void MakeMeminfo(long long bytes) {
  char meminfo[96];
  const int size = snprintf(meminfo, sizeof meminfo, "MemTotal: %lld kB\nMemFree: %lld kB\n",
                            bytes >> 10, bytes >> 10);
  meminfo_fd = memfd_create("meminfo", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (meminfo_fd < 0 || write(meminfo_fd, meminfo, (size_t)size) != size ||
      fcntl(meminfo_fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) !=
          0) {
    _exit(1);
  }
}

// The next four functions replace those of the C library in every program that this file is
// preloaded into. They do not affect GCL 2.6, which opens files by open().
int open64(const char* path, int flags, ...) {
  mode_t mode = 0;
  if ((flags & (O_CREAT | O_TMPFILE)) != 0) {
    va_list arguments;
    va_start(arguments, flags);
    mode = va_arg(arguments, mode_t);
    va_end(arguments);
  }
  if (meminfo_fd >= 0 && strncmp(path, "/proc/", 6) == 0) return OpenProc(path);
  return openat(AT_FDCWD, path, flags | O_LARGEFILE, mode);
}

// GCL 2.7 calls this before every character that it reads, ten thousand times a module, so the
// zygote answers without a system call.
int isatty(int fd) {
  if (is_zygote) {
    errno = ENOTTY;
    return 0;
  }
  struct termios settings;
  return tcgetattr(fd, &settings) == 0;
}

// GCL 2.7 asks for huge pages and aborts if the kernel has none, although it can do without them.
int madvise(void* address, size_t size, int advice) {
  const int result = (int)syscall(SYS_madvise, address, size, advice);
  return result != 0 && advice == MADV_HUGEPAGE && errno == EINVAL ? 0 : result;
}

#ifdef __LP64__
// GCL 2.7 aborts as if it had crashed when it gets no memory, so this function reports it in its
// stead. GCL 2.6 reports it itself.
void* mmap64(void* address, size_t size, int protection, int flags, int fd, off64_t offset) {
  void* got = mmap(address, size, protection, flags, fd, offset);
  if (got == MAP_FAILED && is_leaf && errno == ENOMEM) _exit(kOutOfMemory);
  return got;
}
#endif

static void LoadFilter(void) {
  const char* number = getenv("MOTZKIN_LEAF_FILTER");
  if (number == NULL) _exit(1);
  filter_fd = atoi(number);
  const ssize_t bytes = pread(filter_fd, leaf_filter, sizeof leaf_filter, 0);
  if (bytes <= 0) _exit(1);
  leaf_instructions = (size_t)bytes / sizeof leaf_filter[0];
}

__attribute__((constructor)) static void BecomeZygote(void) {
  // GCL runs a shell when it starts, which inherits the environment and must not become a zygote.
  // GCL 2.6 also executes itself again, to get fixed addresses; that process is a zygote too.
  const char* program = getenv("MOTZKIN_ZYGOTE_PROGRAM");
  const char* pipes = getenv("MOTZKIN_ZYGOTE");
  if (pipes == NULL || program == NULL || strcmp(program, program_invocation_short_name) != 0)
    return;
  is_zygote = 1;
  if (sscanf(pipes, "%d,%d,%d", &command_fd, &status_fd, &answers_fd) != 3) _exit(1);
  LoadFilter();
  const char* memory = getenv("MOTZKIN_ZYGOTE_MEMORY");
  struct rlimit limit;
  if (memory != NULL && getrlimit(RLIMIT_AS, &limit) == 0) {
    // Only the soft limit is set, because a job may allow its leaves more than this.
    limit.rlim_cur = (rlim_t)atoll(memory);
    setrlimit(RLIMIT_AS, &limit);
    MakeMeminfo(atoll(memory));
  }
  const char* setup = getenv("MOTZKIN_ZYGOTE_SETUP");
  if (setup != NULL) {
    text = setup;
    text_left = strlen(setup);
  }
  const cookie_io_functions_t functions = {.read = ReadLine};
  FILE* lines = fopencookie(NULL, "r", functions);
  if (lines == NULL) _exit(1);
  stdin = lines;
}
