// Gives a program a wall clock of its own, which a test sets forwards and back by years. Preload
// this library, and write the offset in seconds (int64) into the file that $WALL_CLOCK_OFFSET
// names.
//
// The wall clock that the program reads is shifted. Its waits until a wall time behave as the
// kernel's do when someone sets the machine's clock: a jump past the time ends the wait, and a jump
// back prolongs it. (libfaketime does not handle a raw futex wait until a wall time; with it every
// timed wait of absl would last years, or no time at all.) The boot and monotonic clocks are those
// of the machine.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { kSliceNanos = 20 * 1000 * 1000 };  // how late a wait may notice a jump

static const int64_t kZero = 0;
static const volatile int64_t* offset_seconds = &kZero;
static long (*real_syscall)(long, ...);
static int (*real_cond_timedwait)(pthread_cond_t*, pthread_mutex_t*, const struct timespec*);

__attribute__((constructor)) static void Begin(void) {
  real_syscall = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
  real_cond_timedwait =
      (int (*)(pthread_cond_t*, pthread_mutex_t*, const struct timespec*))dlsym(RTLD_NEXT, "pthread_cond_timedwait");
  const char* path = getenv("WALL_CLOCK_OFFSET");
  const int fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  void* page = mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, fd, 0);
  close(fd);
  if (page != MAP_FAILED) offset_seconds = page;
}

static int RealTime(clockid_t clock, struct timespec* now) {
  return (int)real_syscall(SYS_clock_gettime, clock, now);
}

static int IsWallClock(clockid_t clock) { return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE; }

int clock_gettime(clockid_t clock, struct timespec* now) {
  if (real_syscall == NULL) Begin();  // another library's constructor may call this first
  const int result = RealTime(clock, now);
  if (result == 0 && IsWallClock(clock)) now->tv_sec += *offset_seconds;
  return result;
}

int gettimeofday(struct timeval* now, void* zone) {
  struct timespec precise;
  (void)zone;
  if (clock_gettime(CLOCK_REALTIME, &precise) != 0) return -1;
  now->tv_sec = precise.tv_sec;
  now->tv_usec = precise.tv_nsec / 1000;
  return 0;
}

time_t time(time_t* result) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (result != NULL) *result = now.tv_sec;
  return now.tv_sec;
}

static int64_t Nanos(const struct timespec* time) { return time->tv_sec * 1000000000ll + time->tv_nsec; }

// Behaves as the kernel's FUTEX_WAIT_BITSET until a wall time, but waits in slices, so that the
// clock may jump between them.
static long WaitUntilWallTime(long word, long operation, long value, const struct timespec* until, long bits) {
  for (;;) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    int64_t left = Nanos(until) - Nanos(&now);
    if (left <= 0) left = 0;
    if (left > kSliceNanos) left = kSliceNanos;
    struct timespec end;
    RealTime(CLOCK_REALTIME, &end);
    const int64_t end_nanos = Nanos(&end) + left;
    end.tv_sec = end_nanos / 1000000000ll;
    end.tv_nsec = end_nanos % 1000000000ll;
    const long result = real_syscall(SYS_futex, word, operation, value, &end, 0, bits);
    if (result == 0 || errno != ETIMEDOUT || left < kSliceNanos) return result;
  }
}

long syscall(long number, ...) {
  long a[6];
  va_list arguments;
  va_start(arguments, number);
  for (int i = 0; i < 6; ++i) a[i] = va_arg(arguments, long);
  va_end(arguments);
  if (real_syscall == NULL) Begin();
  const int wall_wait = number == SYS_futex && (a[1] & FUTEX_CLOCK_REALTIME) != 0 && a[3] != 0 &&
                        (a[1] & FUTEX_CMD_MASK) == FUTEX_WAIT_BITSET;
  if (wall_wait) return WaitUntilWallTime(a[0], a[1], a[2], (const struct timespec*)a[3], a[5]);
  return real_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

// There is no way to ask a condition for its clock. But no machine has been up since 2001, so a
// later time must be a wall time.
int pthread_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex, const struct timespec* until) {
  struct timespec shifted = *until;
  if (shifted.tv_sec > 1000000000) shifted.tv_sec -= *offset_seconds;
  return real_cond_timedwait(condition, mutex, &shifted);
}
