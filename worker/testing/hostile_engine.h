// An engine for tests that misbehaves on request. The integrand, an integer, says how.
#pragma once

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
  kForkAndBlock,          // leaves a grandchild behind that ignores signals; needs the filter off
  kKillZygote,            // needs the filter off
  kAnswerVerifierHang,    // an answer on which the test verifier hangs
  kAnswerVerifierDie,     // ... dies
  kAnswerVerifierLie,     // ... says nonsense instead of a judgement
};

// Runs in the leaf. Returns the answer, if it comes to that.
std::string Misbehave(std::string_view misdeed);

// With `filtered`, leaves have their system call filter, as in production.
std::unique_ptr<Engine> MakeHostileEngine(std::string name, bool filtered);

}  // namespace motzkin::integrator::testing
