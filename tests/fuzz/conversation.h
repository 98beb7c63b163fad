// A coordinator without sockets, threads and Postgres: its real validation, translation and rules,
// with a model of the store. It takes the steps of a script and CHECKs its invariants after each.
//
// Thread-compatible.
#pragma once

#include <absl/status/status.h>

#include <deque>
#include <map>
#include <optional>
#include <string>

#include "coordinator/core/scheduler.h"
#include "coordinator/service/job_directory.h"
#include "coordinator/store/records.h"
#include "motzkin/v1/operator_service.pb.h"
#include "motzkin/v1/worker_service.pb.h"
#include "tests/fuzz/message_script.h"
#include "tests/sim/model_store.h"

namespace motzkin::fuzz {

class Conversation {
 public:
  // Starts with two running jobs: `demo` of 2,000 functions, and `endless`, which ends after 500
  // rows.
  Conversation();

  void Take(const Step& step);

  static std::string JobUuid(int64_t id);
  static v1::JobSpec SpecOf(const std::string& name);

 private:
  void Take(const v1::WorkerState& state);
  void Take(const v1::SubmitResultsRequest& request);
  void Take(const v1::StartJobRequest& request);
  void Take(const v1::ControlJobRequest& request);
  void Take(const v1::ControlWorkerRequest& request);
  template <typename Request>
  void TakeMessage(const std::string& payload);
  void TakeSignal(Kind kind);

  void StartJob(const v1::JobSpec& spec);
  absl::Status Control(int64_t job, const v1::ControlJobRequest& request);
  void PassTime(uint8_t seconds);
  void Restart();
  // Takes the intentions of the rules, lets the store execute them, and confirms.
  void Settle(bool lost);
  void Poll();
  void CheckInvariants() const;
  void CheckDesired(const std::string& worker) const;

  coordinator::ModelStore store_;
  coordinator::JobDirectory jobs_;
  std::map<std::string, int64_t> names_;
  std::optional<coordinator::Scheduler> scheduler_;
  std::deque<coordinator::Intention> waiting_;  // not yet executed by the store
  BootTime now_ = BootTime() + absl::Hours(1);
  std::string last_worker_;
  uint64_t last_instance_ = 0;
  // The time at which each worker was last heard; empty after the coordinator itself stood still.
  std::map<std::string, BootTime> heard_;
  BootTime fresh_since_;
};

}  // namespace motzkin::fuzz
