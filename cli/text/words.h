// Writes sizes, times, jobs and expressions for people. common/words has the words that other
// programs need, too. Thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "motzkin/v1/job.pb.h"

namespace motzkin::cli {

// Returns for instance "1.2 GB". The units are powers of 1000, as disks are sold.
std::string Bytes(int64_t bytes);
// Returns for instance "3 d 4 h", "2 h 5 min" or "40 s"; "unknown" if `seconds` is negative.
std::string Span(double seconds);
// Returns "rows archived on 2026-11-26"; empty if the rows are in the database.
std::string ArchivedWords(const v1::Job& job);

// The outcomes of a job in the three groups in which they are shown at first.
struct OutcomeGroups {
  int64_t integrated = 0;
  int64_t no_answer = 0;  // unsolved, nonelementary and timed_out, which are labelled false
  int64_t broken = 0;     // all others, on which no label should rest
  int64_t total() const { return integrated + no_answer + broken; }
};
// Adds up the job's outcomes. An outcome of a newer coordinator counts as broken.
OutcomeGroups GroupsOf(const v1::Job& job);

// Returns stored prefix tokens as infix; the tokens themselves if they cannot be read.
std::string PrefixToInfix(std::string_view prefix);

// Returns `text`, cut to `columns` bytes with "..." at the end if it is longer.
std::string Shortened(std::string_view text, size_t columns);

}  // namespace motzkin::cli
