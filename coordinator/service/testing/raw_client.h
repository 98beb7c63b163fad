// Sends bytes to gRPC methods, whether or not they are a message, and returns how the call ended.
//
// Thread-compatible. A call that does not end within a minute ends as DEADLINE_EXCEEDED.
#pragma once

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <string>
#include <vector>

namespace motzkin::coordinator {

class RawClient {
 public:
  explicit RawClient(const std::string& address)
      : stub_(grpc::CreateChannel(address, grpc::InsecureChannelCredentials())) {}

  // `method` has the form "/motzkin.v1.OperatorService/ListJobs".
  grpc::Status Call(const std::string& method, const std::string& bytes) {
    grpc::ClientContext context;
    SetDeadline(context);
    const auto call = stub_.PrepareUnaryCall(&context, method, BufferOf(bytes), &queue_);
    call->StartCall();
    grpc::ByteBuffer answer;
    grpc::Status status;
    call->Finish(&answer, &status, this);
    Done();
    return status;
  }

  // Sends all of `messages` on one stream, closes our side, and reads to the end.
  grpc::Status Stream(const std::string& method, const std::vector<std::string>& messages) {
    grpc::ClientContext context;
    SetDeadline(context);
    const auto call = stub_.PrepareCall(&context, method, &queue_);
    call->StartCall(this);
    bool open = Done();
    for (size_t i = 0; open && i < messages.size(); ++i) {
      call->Write(BufferOf(messages[i]), this);
      open = Done();
    }
    if (open) {
      call->WritesDone(this);
      Done();
    }
    grpc::ByteBuffer answer;
    do {
      call->Read(&answer, this);
    } while (Done());
    grpc::Status status;
    call->Finish(&status, this);
    Done();
    return status;
  }

 private:
  static void SetDeadline(grpc::ClientContext& context) {
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::minutes(1));
  }
  static grpc::ByteBuffer BufferOf(const std::string& bytes) {
    const grpc::Slice slice(bytes);
    return grpc::ByteBuffer(&slice, 1);
  }
  // Waits for the one operation under way. Returns false if it failed, which means that the call is
  // over.
  bool Done() {
    void* tag = nullptr;
    bool ok = false;
    return queue_.Next(&tag, &ok) && ok;
  }

  grpc::GenericStub stub_;
  grpc::CompletionQueue queue_;
};

}  // namespace motzkin::coordinator
