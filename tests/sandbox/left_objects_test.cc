// Promise: no process of an integrator leaves SysV objects or message queues behind.
#include <fstream>

#include "tests/sandbox/hostile_sandbox.h"

namespace motzkin::worker {
namespace {

// Returns the kernel's lists of SysV objects, as far as they name `nobody`, which root's integrator
// is. Another user may have a Postgres that makes and removes such objects all the time.
std::string ObjectsOfNobody() {
  std::string found;
  for (const char* kind : {"shm", "sem", "msg"}) {
    std::ifstream list(std::string("/proc/sysvipc/") + kind);
    for (std::string line; std::getline(list, line);) {
      if (line.find(" 65534 ") != std::string::npos) found += line + "\n";
    }
  }
  return found;
}

class LeftObjectsTest : public SandboxTest {};

MOTZKIN_IN_BOTH_SANDBOXES(LeftObjectsTest);

TEST_P(LeftObjectsTest, ThereAreNone) {
  const std::string before = ObjectsOfNobody();
  for (const char* engine : {kLeaf, kReader, kZygote, kSupervisor}) {
    EXPECT_EQ(Commit(engine, Misdeed::kLeaveObjects), "") << engine;
  }
  integrator_.reset();
  EXPECT_EQ(ObjectsOfNobody(), before);
}

}  // namespace
}  // namespace motzkin::worker
