#include "coordinator/service/credentials.h"

namespace motzkin::coordinator {

std::shared_ptr<grpc::ServerCredentials> MakeServerCredentials() {
  return grpc::InsecureServerCredentials();
}

}  // namespace motzkin::coordinator
