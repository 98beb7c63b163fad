// How the CLI writes numbers, enums and expressions for people. Thread-safe.
#pragma once

#include <absl/time/time.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "motzkin/v1/job.pb.h"

namespace motzkin::cli {

// 1234567 as "1,234,567".
std::string Grouped(int64_t value);
// "1.2 GB"; powers of 1000, as disks are sold.
std::string Bytes(int64_t bytes);
// "3 d 4 h", "2 h 5 min", "40 s"; "unknown" when negative.
std::string Span(double seconds);
// "54.7 %"; "-" of nothing.
std::string Percent(int64_t part, int64_t whole);

// OUTCOME_TIMED_OUT as "timed_out", the word of SQL and docs; the same for other enums of ours,
// whose values all begin with the enum's name.
std::string OutcomeWord(v1::Outcome outcome);
std::string JobStateWord(v1::JobState state);
std::string AnswerClassWord(v1::AnswerClass answer_class);
std::string VerdictWord(v1::Verification::Verdict verdict);

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
