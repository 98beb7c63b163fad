#include "coordinator/web/live_feed.h"

#include <absl/strings/str_cat.h>

#include <utility>

namespace motzkin::coordinator::web {

LiveFeed::ReaderId LiveFeed::Add(std::vector<std::string> questions) {
  std::vector<Heard>& heard = readers_[++last_reader_];
  for (std::string& question : questions) {
    ++questions_[question].listeners;
    heard.push_back({.question = std::move(question)});
  }
  return last_reader_;
}

void LiveFeed::Remove(ReaderId reader) {
  const auto found = readers_.find(reader);
  if (found == readers_.end()) return;
  for (const Heard& heard : found->second) {
    const auto known = questions_.find(heard.question);
    if (--known->second.listeners == 0) questions_.erase(known);
  }
  readers_.erase(found);
}

std::vector<std::string> LiveFeed::Due(BootTime now) {
  std::vector<std::string> due;
  for (auto& [question, known] : questions_) {
    if (known.asked || now < known.due) continue;
    known.asked = true;
    due.push_back(question);
  }
  return due;
}

void LiveFeed::SetAnswer(const std::string& question, std::string answer, BootTime now) {
  const auto found = questions_.find(question);
  if (found == questions_.end()) return;
  Known& known = found->second;
  known.asked = false;
  known.due = now + refresh_(question);
  if (known.version > 0 && known.answer == answer) return;
  ++known.version;
  known.answer = std::move(answer);
}

void LiveFeed::NotAsked(const std::string& question) {
  const auto found = questions_.find(question);
  if (found != questions_.end()) found->second.asked = false;
}

std::string LiveFeed::Take(ReaderId reader) {
  std::string events;
  const auto found = readers_.find(reader);
  if (found == readers_.end()) return events;
  for (size_t place = 0; place < found->second.size(); ++place) {
    Heard& heard = found->second[place];
    const Known& known = questions_.at(heard.question);
    if (heard.version == known.version) continue;
    heard.version = known.version;
    absl::StrAppend(&events, "event: ", place, "\ndata: ", known.answer, "\n\n");
  }
  return events;
}

}  // namespace motzkin::coordinator::web
