#include "common/results/spec_digest.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include "common/base/check.h"
#include "common/base/sha256.h"

namespace motzkin {

std::string SpecDigest(const v1::JobSpec& spec) {
  v1::JobSpec understood = spec;
  understood.DiscardUnknownFields();
  // A field that has its default takes no bytes. So a field that is added to specs leaves the
  // digests of jobs that do not use it as they are.
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream out(&stream);
    out.SetSerializationDeterministic(true);  // Sorts the keys of maps; fields go by number anyway.
    MOTZKIN_CHECK(understood.SerializeToCodedStream(&out));
  }
  return Sha256(bytes);
}

}  // namespace motzkin
