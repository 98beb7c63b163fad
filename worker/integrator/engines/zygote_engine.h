// An engine whose leaves are forked by a zygote, as those of all engines are. Its description says
// how the zygote starts and how the output of its leaves is read.
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
  // Starts the zygote, which need not be warm yet.
  std::function<absl::StatusOr<std::unique_ptr<Zygote>>()> launch;
  // The time that it may take to warm up, and five times that if it computes all the while.
  absl::Duration warm_up_max = absl::Seconds(60);
  // Makes the input of a leaf from `function`. Without it the function is the input.
  std::function<std::string(std::string_view function)> request;
  // Reads the output of a leaf that ended with exit code 0 and sets end, answer and message. The
  // output is hostile. Its size is bounded already; it may be searched, but not parsed.
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

// Takes `text` for an answer. If it is not one, or one of `unevaluated` stands in it as a word, the
// engine gave up, and the text is its message.
void TakeText(bool is_answer, std::string text, const std::vector<std::string_view>& unevaluated,
              EngineReply& reply);

// Whether one of `names` stands in `text` as a whole word, as "integrate" does in
// "1+integrate(f(x),x)".
bool HoldsAnyWord(std::string_view text, const std::vector<std::string_view>& names);

}  // namespace motzkin::integrator
