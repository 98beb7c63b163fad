// An engine whose leaves are forked by a zygote: all of them. An engine is described by how its
// zygote starts and how its leaves' output reads.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "worker/integrator/engines/engine.h"
#include "worker/integrator/leaf_run.h"
#include "worker/integrator/zygote.h"

namespace motzkin::integrator {

struct ZygoteEngineSpec {
  std::string name;
  expression::Format format;
  // Starts the zygote; it need not be warm yet.
  std::function<absl::StatusOr<std::unique_ptr<Zygote>>()> launch;
  // How long it may take to warm up.
  absl::Duration warm_up_max = absl::Seconds(60);
  // What a leaf is given to integrate `function`; without it, the function itself.
  std::function<std::string(std::string_view function)> request;
  // What a leaf that ended with exit code 0 said. Sets end, answer and message. The output is
  // hostile: bounded already, it may be searched but not parsed.
  std::function<void(std::string output, EngineReply& reply)> interpret;
};

class ZygoteEngine final : public Engine {
 public:
  explicit ZygoteEngine(ZygoteEngineSpec spec) : spec_(std::move(spec)) {}

  std::string_view name() const override { return spec_.name; }
  const std::string& version() const override { return version_; }
  expression::Format format() const override { return spec_.format; }
  absl::Status Start() override;
  EngineReply Run(std::string_view function, const EngineLimits& limits) override;

 private:
  const ZygoteEngineSpec spec_;
  std::string version_;
  std::unique_ptr<Zygote> zygote_;
};

// The names of functions called in `text`: true if one of `names` stands there as a whole word, as
// in "1+integrate(f(x),x)" for "integrate".
bool HoldsAnyWord(std::string_view text, const std::vector<std::string_view>& names);

}  // namespace motzkin::integrator
