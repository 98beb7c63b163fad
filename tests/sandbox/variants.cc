// The main program of the tests of the sandbox's promises.
//
// --without-root       gives up root first, as far as there is any
// --without-landlock   makes this kernel one without Landlock, for this process and its children
//
// Exit code 77: this variant cannot be had here.
#include <errno.h>
#include <gtest/gtest.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "worker/sandbox/limits.h"

namespace {

constexpr int kSkipped = 77;

bool Take(std::vector<char*>& arguments, const char* flag) {
  return std::erase_if(arguments, [&](const char* word) { return strcmp(word, flag) == 0; }) > 0;
}

// Kernels without Landlock, and filters of containers that are older than it, answer ENOSYS.
bool HideLandlock() {
  const scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
  if (filter == nullptr) return false;
  for (const char* call :
       {"landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self"}) {
    const int number = seccomp_syscall_resolve_name(call);
    if (seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), number, 0) != 0) return false;
  }
  const bool loaded = seccomp_load(filter) == 0;
  seccomp_release(filter);
  return loaded;
}

// A new start makes /proc/self this user's, which bubblewrap writes to.
int GiveUpRoot(const std::vector<char*>& arguments) {
  if (geteuid() != 0) {
    puts("only root can become another user; the variant without the flag covers this one");
    return kSkipped;
  }
  if (motzkin::sandbox::DropRoot() != 0 || geteuid() == 0) return 1;
  if (access(MOTZKIN_HOSTILE_INTEGRATOR, X_OK) != 0) {
    printf("root alone can enter the folder of %s\n", MOTZKIN_HOSTILE_INTEGRATOR);
    return kSkipped;
  }
  std::vector<char*> command = arguments;
  command.push_back(nullptr);
  execv("/proc/self/exe", command.data());
  printf("this program may be started by root alone: %s\n", strerror(errno));
  return kSkipped;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<char*> arguments(argv, argv + argc);
  if (Take(arguments, "--without-root")) return GiveUpRoot(arguments);
  if (Take(arguments, "--without-landlock") && !HideLandlock()) {
    puts("this kernel takes no system call filters");
    return kSkipped;
  }
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
