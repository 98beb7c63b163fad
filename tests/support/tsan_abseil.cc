// Linked into every program of a build with ThreadSanitizer (cmake/Sanitizers.cmake). Debian's
// Abseil is built without ThreadSanitizer, which therefore does not see that absl::Mutex orders
// anything. The linker routes our calls of the mutex through here (--wrap), and each is reported to
// ThreadSanitizer. It ignores what Abseil itself runs between pre_unlock and post_unlock,
// conditions of other threads included.

#include <absl/synchronization/mutex.h>
#include <sanitizer/tsan_interface.h>

// Abseil also counts down the last reference to a status itself.
extern "C" const char* __tsan_default_suppressions() { return "race:absl::*::Status::Unref\n"; }

// MOTZKIN_ABSL is the mangled namespace of Abseil.
#define MOTZKIN_REAL(method) __asm__("__real__ZN" MOTZKIN_ABSL method)
#define MOTZKIN_WRAP(method) __asm__("__wrap__ZN" MOTZKIN_ABSL method)

void RealLock(absl::Mutex* mutex) MOTZKIN_REAL("5Mutex4LockEv");
void RealUnlock(absl::Mutex* mutex) MOTZKIN_REAL("5Mutex6UnlockEv");
void RealAwait(absl::Mutex* mutex, const absl::Condition& condition)
    MOTZKIN_REAL("5Mutex5AwaitERKNS0_9ConditionE");
void RealDestroy(absl::Mutex* mutex) MOTZKIN_REAL("5MutexD1Ev");

void WrappedLock(absl::Mutex* mutex) MOTZKIN_WRAP("5Mutex4LockEv");
void WrappedLock(absl::Mutex* mutex) {
  __tsan_mutex_pre_lock(mutex, 0);
  RealLock(mutex);
  __tsan_mutex_post_lock(mutex, 0, 0);
}

void WrappedUnlock(absl::Mutex* mutex) MOTZKIN_WRAP("5Mutex6UnlockEv");
void WrappedUnlock(absl::Mutex* mutex) {
  __tsan_mutex_pre_unlock(mutex, 0);
  RealUnlock(mutex);
  __tsan_mutex_post_unlock(mutex, 0);
}

void WrappedAwait(absl::Mutex* mutex, const absl::Condition& condition)
    MOTZKIN_WRAP("5Mutex5AwaitERKNS0_9ConditionE");
void WrappedAwait(absl::Mutex* mutex, const absl::Condition& condition) {
  __tsan_mutex_pre_unlock(mutex, 0);
  RealAwait(mutex, condition);
  __tsan_mutex_post_unlock(mutex, 0);
  __tsan_mutex_pre_lock(mutex, 0);
  __tsan_mutex_post_lock(mutex, 0, 0);
}

void WrappedDestroy(absl::Mutex* mutex) MOTZKIN_WRAP("5MutexD1Ev");
void WrappedDestroy(absl::Mutex* mutex) {
  __tsan_mutex_destroy(mutex, 0);
  RealDestroy(mutex);
}
