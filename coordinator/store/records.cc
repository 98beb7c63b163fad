#include "coordinator/store/records.h"

#include <numeric>

namespace motzkin::coordinator {

int64_t JobRecord::stored() const {
  return std::accumulate(outcomes.begin(), outcomes.end(), int64_t{0});
}

}  // namespace motzkin::coordinator
