// A coordinator without its binary, on a real port. It is for tests that end it and start it again
// on the same database.
//
// Thread-compatible.
#pragma once

#include <absl/strings/str_cat.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "common/base/clock.h"
#include "coordinator/service/operator_service.h"
#include "coordinator/service/worker_service.h"

namespace motzkin::coordinator {

class Coordinator {
 public:
  Coordinator(const std::string& conninfo, LoopOptions options, const StorePatience& patience = {})
      : store_(Store::Open(conninfo, patience).value()),
        loop_(*store_, jobs_, clock_, std::move(options)),
        relay_(conninfo),
        workers_(loop_, relay_, gatekeeper_),
        views_(*store_, loop_, {.build = "test"}),
        operators_(*store_, loop_, views_) {
    EXPECT_TRUE(loop_.Start().ok());
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(&workers_);
    builder.RegisterService(&operators_);
    server_ = builder.BuildAndStart();
  }
  ~Coordinator() {
    loop_.Stop();
    server_->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(5));
    server_->Wait();
  }
  Store& store() { return *store_; }
  OperatorViews& views() { return views_; }
  std::string address() const { return absl::StrCat("127.0.0.1:", port_); }

 private:
  const SystemClock clock_;
  std::unique_ptr<Store> store_;
  JobDirectory jobs_;
  SchedulerLoop loop_;
  ResultRelay relay_;
  const Gatekeeper gatekeeper_;  // Allows every call.
  WorkerServiceImpl workers_;
  OperatorViews views_;
  OperatorServiceImpl operators_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace motzkin::coordinator
