#include "tests/sim/event_log.h"

#include <absl/strings/escaping.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include "common/words/words.h"

namespace motzkin::coordinator {
namespace {

std::string Text(LeaseEnd why) {
  switch (why) {
    case LeaseEnd::kDone:
      return "done";
    case LeaseEnd::kLost:
      return "lost";
    case LeaseEnd::kReturned:
      return "returned";
    case LeaseEnd::kDied:
      return "died";
    case LeaseEnd::kRevoked:
      return "revoked";
  }
  return "?";
}

std::string Text(WorkerControl control) {
  switch (control) {
    case WorkerControl::kRun:
      return "run";
    case WorkerControl::kSuspend:
      return "suspend";
    case WorkerControl::kDrain:
      return "drain";
    case WorkerControl::kRemoved:
      return "removed";
  }
  return "?";
}

std::string Text(WorkerCondition condition) {
  static constexpr const char* kWords[] = {"working",    "idle",     "suspended", "hot",
                                           "on-battery", "draining", "away"};
  return kWords[static_cast<size_t>(condition)];
}

std::string Text(const BatchKey& key) { return absl::StrCat(key.job, "/", key.batch); }
std::string Text(const LeaseKey& key) { return absl::StrCat(Text(key.batch), "#", key.attempt); }
std::string Text(const BatchSnapshot& batch) {
  return absl::StrCat(Text(batch.key), " [", batch.begin, ", ", batch.end, ") stored ",
                      batch.stored, " deaths ", batch.deaths);
}

std::string Text(const AllocateBatches& what) {
  return absl::StrCat("allocate ", absl::StrJoin(what.sizes, " "), " of job ", what.job, " for ",
                      what.worker);
}

std::string Text(const GrantLeases& what) {
  std::string text = absl::StrCat("grant ", what.worker, " instance ", what.instance);
  for (const BatchKey& key : what.batches) absl::StrAppend(&text, " ", Text(key));
  return text;
}

std::string Text(const EndLease& what) {
  return absl::StrCat("end lease ", Text(what.lease), " ", Text(what.why));
}

std::string Text(const GiveAudit& what) {
  return absl::StrCat("give audit ", what.audit.job, "/", what.audit.index, " to ", what.worker);
}

std::string Text(const SplitBatch& what) {
  return absl::StrCat("split ", Text(what.batch), " at ", what.at);
}

std::string Text(const SetJobState& what) {
  return absl::StrCat("job ", what.job, " ", Word(what.state), " (", what.reason, ")");
}

std::string Text(const SetJobReason& what) {
  return absl::StrCat("reason of job ", what.job, " (", what.reason, ")");
}

std::string Text(const SetControl& what) {
  return absl::StrCat("control ", what.worker, " ", Text(what.control));
}

std::string Text(const RecordEvent& what) {
  return absl::StrCat("event ", what.kind, ": ", what.text);
}

}  // namespace

std::string LogLine(const Intention& intention) {
  return absl::StrCat("intention ", intention.id, " ",
                      std::visit([](const auto& what) { return Text(what); }, intention.what));
}

std::string LogLine(const Confirmation& answer) {
  std::string text = absl::StrCat("answer ", answer.id, " ", answer.status.ToString());
  for (const BatchSnapshot& batch : answer.batches) absl::StrAppend(&text, "; ", Text(batch));
  for (const LeaseSnapshot& lease : answer.leases) {
    absl::StrAppend(&text, "; ", Text(lease.key), " ", lease.worker, " ", Text(lease.batch));
  }
  return text;
}

std::string LogLine(const Desired& desired) {
  std::string text = absl::StrCat(Text(desired.control), " (", desired.reason, ") acknowledged ",
                                  desired.acknowledged_sequence);
  for (const DesiredBatchState& batch : desired.batches) {
    absl::StrAppend(&text, "; ", Text(batch.lease), " [", batch.begin, ", ", batch.end, ") done ",
                    absl::BytesToHexString(batch.done), batch.careful ? " careful" : "");
  }
  for (const GivenAudit& audit : desired.audits) {
    absl::StrAppend(&text, "; audit ", audit.key.job, "/", audit.key.index);
  }
  return text;
}

std::string LogLine(const WorkerState& worker, BootTime now) {
  const WorkerView view = worker.View(now);
  return absl::StrCat(Text(view.condition), " (", view.reason, ") silent for ",
                      absl::FormatDuration(view.silence), ", ", view.batches, " batches",
                      worker.Grantable() ? ", grantable" : "");
}

std::string LogLine(ReportVerdict verdict) {
  switch (verdict) {
    case ReportVerdict::kAccepted:
      return "accepted";
    case ReportVerdict::kRepeated:
      return "repeated";
    case ReportVerdict::kSuperseded:
      return "superseded";
  }
  return "?";
}

}  // namespace motzkin::coordinator
