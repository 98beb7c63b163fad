// Knows which reader listens to which questions, and which answers he has had. Equal questions are
// answered once for all who ask them. A reader that is slow misses answers: it gets the newest of each question, and
// never a queue of old ones. No I/O and no clock.
//
// Thread-compatible.
#pragma once

#include <absl/time/time.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "common/base/boot_time.h"

namespace motzkin::coordinator::web {

class LiveFeed {
 public:
  using ReaderId = int64_t;

  // `refresh` tells after what time a question is asked again.
  explicit LiveFeed(std::function<absl::Duration(const std::string& question)> refresh)
      : refresh_(std::move(refresh)) {}

  ReaderId Add(std::vector<std::string> questions);
  void Remove(ReaderId reader);
  size_t readers() const { return readers_.size(); }

  // Returns the questions that it is time to ask, each once until its answer came.
  std::vector<std::string> Due(BootTime now);
  // Takes an answer of one line. An answer for which no reader waits any more is dropped.
  void SetAnswer(const std::string& question, std::string answer, BootTime now);
  // The question could not be asked: it is due again.
  void NotAsked(const std::string& question);

  // Returns the answers that the reader has not had yet, as server-sent events whose names are the
  // places of their questions among the reader's; empty if there are none.
  std::string Take(ReaderId reader);

 private:
  struct Known {
    int listeners = 0;
    bool asked = false;
    BootTime due = {};
    int64_t version = 0;  // grows with each answer that differs from the one before
    std::string answer = {};
  };
  struct Heard {
    std::string question;
    int64_t version = 0;
  };

  const std::function<absl::Duration(const std::string&)> refresh_;
  std::map<std::string, Known> questions_;
  std::map<ReaderId, std::vector<Heard>> readers_;
  ReaderId last_reader_ = 0;
};

}  // namespace motzkin::coordinator::web
