#include "worker/integrator/verifier_host.h"

#include <absl/strings/str_cat.h>
#include <errno.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <utility>

#include "common/base/status_macros.h"
#include "common/process/descriptors.h"
#include "common/process/frame.h"
#include "worker/sandbox/limits.h"
#include "worker/sandbox/seccomp_filter.h"

namespace motzkin::integrator {
namespace {

// A limit for the whole life of the process, which is long; each item has a budget of its own.
constexpr int64_t kCpuSecondsMax = int64_t{24} * 3600;
// Bounds the wait for the rest of a frame. A judgement is small, so only a broken verifier needs
// long.
constexpr absl::Duration kFrameMax = absl::Minutes(1);

Judged Unverified(std::string reason, absl::Duration cpu) {
  Judged judged;
  judged.judgement.set_verdict(motzkin::v1::Verification::VERDICT_UNVERIFIED);
  judged.judgement.set_reason(std::move(reason));
  judged.judgement.set_cpu_us(absl::ToInt64Microseconds(cpu));
  judged.cpu = cpu;
  return judged;
}

// Runs in the new process.
void Enter(const VerifierOptions& options, int in, int out) {
  prctl(PR_SET_NAME, "verifier");  // for people who read ps, and for tests
  const absl::StatusOr<sandbox::FilterProgram> filter =
      sandbox::LeafFilter(sandbox::LeafFiles::kNone);
  // The filter comes last, because it refuses to change limits.
  if (!filter.ok() || sandbox::LimitLeaf({options.memory_bytes, kCpuSecondsMax}) != 0 ||
      sandbox::InstallFilter(*filter) != 0) {
    _exit(1);
  }
  options.body(in, out);
}

}  // namespace

absl::Status VerifierHost::EnsureProcess() {
  if (process_.has_value() && process_->items < options_.items_max) return absl::OkStatus();
  process_.reset();
  ASSIGN_OR_RETURN(PipeEnds requests, OpenPipe());
  ASSIGN_OR_RETURN(PipeEnds judgements, OpenPipe());
  // Frames have deadlines, which need ends that do not block. The verifier's ends are set here, too,
  // because its filter refuses to change flags.
  for (const UniqueFd* end :
       {&requests.read, &requests.write, &judgements.read, &judgements.write}) {
    RETURN_IF_ERROR(MakeNonBlocking(end->get()));
  }
  const int in = requests.read.get(), out = judgements.write.get();
  ASSIGN_OR_RETURN(ForkedProcess process,
                   ForkedProcess::Fork({in, out}, [&] { Enter(options_, in, out); }));
  // Our copies of the child's ends close when this function returns. As long as one is open, the
  // death of the verifier does not end its pipe.
  process_.emplace(
      Process{std::move(process), std::move(requests.write), std::move(judgements.read)});
  return absl::OkStatus();
}

absl::StatusOr<std::string> VerifierHost::AwaitJudgement(BudgetWatch& watch, absl::Duration& cpu) {
  const absl::Duration before = cpu;
  while (true) {
    pollfd readable = {process_->judgements.get(), POLLIN, 0};
    const timespec wait = absl::ToTimespec(watch.UntilNextCheck());
    const int ready = ppoll(&readable, 1, &wait, nullptr);
    // The clock is read before the answer, so that an answer in time is charged with all of its
    // CPU. An answer that is there counts even if the budget has just run out.
    const BudgetWatch::Verdict verdict = watch.Check();
    cpu = before + watch.used();
    // A verifier that died makes the pipe ready, too, and ReadFrame() then finds its end.
    if (ready > 0) return ReadFrame(process_->judgements.get(), Deadline::After(kFrameMax));
    if (verdict == BudgetWatch::Verdict::kCpuBudget) {
      return absl::DeadlineExceededError(
          absl::StrCat("the check took more than ", absl::FormatDuration(watch.budget())));
    }
    if (verdict == BudgetWatch::Verdict::kStalled) {
      return absl::DeadlineExceededError("the check stood still");
    }
  }
}

absl::StatusOr<v1::JudgementBatch> VerifierHost::JudgeOnce(const v1::VerifyBatch& batch,
                                                           absl::Duration cpu_budget,
                                                           absl::Duration& cpu) {
  RETURN_IF_ERROR(EnsureProcess());
  process_->items += batch.items_size();
  // The watch begins before the request is sent: on another core the verifier may have answered
  // before we get to read its clock.
  BudgetWatch watch(process_->process.pid(), cpu_budget);
  absl::Status status =
      WriteFrame(process_->requests.get(), batch.SerializeAsString(), Deadline::After(kFrameMax));
  if (status.ok()) {
    const absl::StatusOr<std::string> frame = AwaitJudgement(watch, cpu);
    status = frame.status();
    v1::JudgementBatch judgements;
    const bool sound = status.ok() && judgements.ParseFromString(*frame) &&
                       judgements.judgements_size() == batch.items_size();
    if (sound) return judgements;
    if (status.ok()) status = absl::DataLossError("the judgement is garbled");
  }
  // The process is not used again, because its pipes may hold half a frame.
  const int ended = process_->process.Kill();
  process_.reset();
  if (absl::IsDeadlineExceeded(status)) return status;
  return absl::UnavailableError(
      absl::StrCat("the verifier died (wait status ", ended, "): ", status.message()));
}

absl::StatusOr<v1::JudgementBatch> VerifierHost::JudgeTwice(const v1::VerifyBatch& batch,
                                                            absl::Duration cpu_budget,
                                                            absl::Duration& cpu) {
  absl::StatusOr<v1::JudgementBatch> judged = JudgeOnce(batch, cpu_budget, cpu);
  // A batch that was over its budget would be over it again. A death may have had a cause outside of these
  // answers, such as the out-of-memory killer.
  if (judged.ok() || absl::IsDeadlineExceeded(judged.status())) return judged;
  return JudgeOnce(batch, cpu_budget, cpu);
}

Judged VerifierHost::Judge(const v1::Verify& request, absl::Duration cpu_budget) {
  v1::VerifyBatch batch;
  *batch.add_items() = request;
  absl::Duration cpu;
  absl::StatusOr<v1::JudgementBatch> judged = JudgeTwice(batch, cpu_budget, cpu);
  if (!judged.ok()) return Unverified(std::string(judged.status().message()), cpu);
  return {std::move(*judged->mutable_judgements(0)), cpu};
}

v1::JudgementBatch VerifierHost::JudgeBatch(const v1::VerifyBatch& batch,
                                            absl::Duration cpu_budget) {
  absl::Duration cpu;
  return JudgeTwice(batch, cpu_budget, cpu).value_or(v1::JudgementBatch());
}

}  // namespace motzkin::integrator
