// A finding is what `motzkin doctor` says about one thing that it has looked at.
#pragma once

#include <string>
#include <vector>

namespace motzkin::cli {

enum class Health {
  kGood,
  kWarning,  // work goes on, but worse than it could
  kBad,      // a worker or `motzkin` cannot do its work
};

struct Finding {
  std::string check;  // the thing, in one or two words
  Health health = Health::kGood;
  std::string found;      // what is so, without a full stop
  std::string cure = {};  // what its owner can do; empty if it is good or nothing is known
};

using Findings = std::vector<Finding>;

}  // namespace motzkin::cli
