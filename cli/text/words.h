// How the CLI writes sizes, times, jobs and expressions for people; common/words has the rest.
// Thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "motzkin/v1/job.pb.h"

namespace motzkin::cli {

// "1.2 GB"; powers of 1000, as disks are sold.
std::string Bytes(int64_t bytes);
// "3 d 4 h", "2 h 5 min", "40 s"; "unknown" when negative.
std::string Span(double seconds);
// "rows archived on 2026-11-26"; empty: they are in the database.
std::string ArchivedWords(const v1::Job& job);

// The three groups that a job's outcomes are first shown in.
struct OutcomeGroups {
  int64_t integrated = 0;
  int64_t no_answer = 0;  // unsolved, nonelementary, timed_out: labelled false
  int64_t broken = 0;     // the rest, which no label should rest on
  int64_t total() const { return integrated + no_answer + broken; }
};
OutcomeGroups GroupsOf(const v1::Job& job);

// Stored prefix tokens as infix; the tokens themselves when they cannot be read.
std::string PrefixToInfix(std::string_view prefix);

// `text` cut to `columns` with "..." at the end when it is longer.
std::string Shortened(std::string_view text, size_t columns);

}  // namespace motzkin::cli
