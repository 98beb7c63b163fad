#include "worker/stream/submission_parts.h"

namespace motzkin::worker {

std::vector<v1::Submission> PartsOf(const v1::Submission& submission, size_t bytes_max) {
  if (submission.ByteSizeLong() <= bytes_max) return {submission};
  v1::Submission header = submission;
  header.clear_results();
  std::vector<v1::Submission> parts;
  size_t bytes = 0;
  for (const v1::Result& row : submission.results()) {
    const size_t more = row.ByteSizeLong() + 8;  // The field's tag and length come on top.
    if (parts.empty() || bytes + more > bytes_max) {
      parts.push_back(header);
      bytes = 0;
    }
    bytes += more;
    *parts.back().add_results() = row;
  }
  return parts;
}

}  // namespace motzkin::worker
