// A real coordinator with a private Postgres, its data in a directory that is deleted with this
// object. The program ends with a line if it does not start.
//
// Thread-compatible.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "common/process/child_process.h"
#include "motzkin/v1/operator_service.grpc.pb.h"

namespace motzkin::bench {

class CoordinatorUnderLoad {
 public:
  // `insecure`: in plain text, and no caller is asked who he is.
  explicit CoordinatorUnderLoad(bool insecure);
  ~CoordinatorUnderLoad();

  const std::string& address() const { return address_; }
  // Returns credentials for the holder ("worker UUID") of a certificate of this coordinator's.
  std::shared_ptr<grpc::ChannelCredentials> CredentialsOf(const std::string& holder) const;

  // Pins all threads that it has so far to one core.
  void PinTo(int core) const;
  // Starts a job that never ends.
  void StartJob() const;

  // Returns user and system time of the process, without its Postgres.
  double CpuSeconds() const;
  // Returns "VmRSS" or "VmHWM" in MB of 2^20 bytes.
  double Memory(const std::string& which) const;

 private:
  std::string Proc(const char* file) const;

  const bool insecure_;
  const std::string address_;
  std::string directory_;
  std::unique_ptr<ChildProcess> process_;
  std::unique_ptr<v1::OperatorService::Stub> operators_;
};

}  // namespace motzkin::bench
