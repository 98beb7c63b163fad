// An engine for tests that misbehaves on request. The integrand, an integer, says how: its last two
// digits are a Misdeed and the others its argument.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "worker/integrator/engines/engine.h"

namespace motzkin::integrator::testing {

enum Misdeed : int {
  kAnswerX = 1,          // no misdeed: answers "x"
  kBurnIgnoringSigterm,  // endless CPU, all signals ignored that can be
  kBlock,                // endless, without CPU
  kFlood,                // endless output
  kAllocate,             // endless memory, touched
  kAllocateAtOnce,       // more memory than there is, in one request
  kTrap,                 // dies by SIGILL or SIGTRAP
  kAbort,                // abort()
  kExitQuietly,          // exit code 0 and no answer
  kEscape,  // tries fork, clone, exec and a new session; answers rightly if all were refused
  kAttack,  // tries sockets, files and its parents; answers rightly if all were refused
  kBlockAfterHalfAnswer,  // writes half of an answer and blocks
  kRecurse,               // until the stack is gone
  kAnswerBinary,          // NUL and invalid UTF-8
  kAnswerParentheses,     // 100,000 deep
  kAnswerTenMegabytes,    // x+x+...
  kGiveUpInBinary,        // a complaint with NUL and invalid UTF-8, longer than is stored
  kForkAndBlock,          // leaves a grandchild behind that ignores signals; needs kZygote
  kKillZygote,            // needs kSupervisor
  kAnswerVerifierHang,    // an answer on which the test verifier hangs
  kAnswerVerifierDie,     // ... dies
  kAnswerVerifierLie,     // ... says nonsense instead of a judgement
  // These answer rightly if all that they try is refused, and else with the names of what was not.
  kManageProcess,  // signals and limits the process whose number is the argument
  kLeaveObjects,   // makes objects that outlive it
  kReadFile,       // opens UserFile(argument)
  kSwarm,          // makes a hundred processes, which stay; needs kZygote
  kChangePipe,     // makes the answer pipe one that does not block
};

// Up to how far a leaf of the engine is locked in.
enum class Locked {
  kLeaf,        // as in production
  kReaderLeaf,  // as in production for engines that read files
  kZygote,      // as a zygote and what it starts
  kSupervisor,  // as the supervisor
};

// The integrand of a misdeed is argument * kMisdeedsMax + misdeed.
inline constexpr int64_t kMisdeedsMax = 100;

// The file that kReadFile opens. A test puts it there.
inline std::string UserFile(int64_t number) {
  return "/tmp/motzkin_user_file_" + std::to_string(number);
}

// Runs in the leaf. Returns the answer, if it comes to that.
std::string Misbehave(std::string_view misdeed);

std::unique_ptr<Engine> MakeHostileEngine(std::string name, Locked locked);

}  // namespace motzkin::integrator::testing
