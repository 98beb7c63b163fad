// An engine that misbehaves on request, for tests only: the integrand, an integer, says how.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "worker/integrator/engines/engine.h"

namespace motzkin::integrator::testing {

enum Misdeed : int {
  kAnswerX = 1,          // none: answers "x"
  kBurnIgnoringSigterm,  // endless CPU, all signals ignored that can be
  kBlock,                // endless, without CPU
  kFlood,                // endless output
  kAllocate,             // endless memory, touched
  kAllocateAtOnce,       // more memory than there is, in one request
  kTrap,                 //
  kAbort,                // abort()
  kExitQuietly,          // exit code 0 and no answer
  kEscape,  // fork, clone, exec, a session of its own; answers rightly if all were refused
  kAttack,  // sockets, files, its parents; answers rightly if all were refused
  kBlockAfterHalfAnswer,  //
  kRecurse,               // until the stack is gone
  kAnswerBinary,          // NUL, invalid UTF-8
  kAnswerParentheses,     // 100,000 deep
  kAnswerTenMegabytes,    // x+x+...
  kGiveUpInBinary,        // a complaint with NUL and invalid UTF-8, longer than is stored
  kForkAndBlock,          // leaves a grandchild behind that ignores signals; needs the filter off
  kKillZygote,            // needs the filter off
  kAnswerVerifierHang,    // an answer on which the test verifier hangs
  kAnswerVerifierDie,     // ... dies
  kAnswerVerifierLie,     // ... says nonsense instead of a judgement
};

// The leaf's part.
std::string Misbehave(std::string_view misdeed);

// `filtered`: with the leaf's system call filter, as in production.
std::unique_ptr<Engine> MakeHostileEngine(std::string name, bool filtered);

}  // namespace motzkin::integrator::testing
