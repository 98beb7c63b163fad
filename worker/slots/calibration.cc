#include "worker/slots/calibration.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/status_macros.h"

namespace motzkin::worker {
namespace {

// Rational and trigonometric functions, some for integration by parts and some for substitution, as
// generated functions are. Every engine solves each in a few milliseconds, far below any budget.
constexpr std::array<std::string_view, 6> kIntegrands = {
    "mul x mul sin x exp x",
    "div INT+ 1 add pow x INT+ 4 INT+ 1",
    "mul pow x INT+ 3 mul ln x ln x",
    "div pow x INT+ 2 mul add x INT+ 1 add pow x INT+ 2 INT+ 4",
    "mul sin x mul sin x cos mul INT+ 3 x",
    "mul x exp mul INT- 2 pow x INT+ 2",
};

struct Reference {
  std::string_view engine;
  double cpu_us;  // for all of kIntegrands together; the least of the rounds
};

// Measured on one core of the machine of the first datasets, an AMD EPYC server (2.x GHz, Debian
// 12, giac 1.9.0, FriCAS 1.3.8). The least of twelve rounds was 8.1 ms and 62 ms. To change these
// numbers is to change what every budget means.
constexpr std::array<Reference, 2> kReferences = {{{"giac", 8'100}, {"fricas", 62'000}}};

constexpr int kRounds = 3;  // The least of them counts, because noise only ever adds.
// Far above what any machine needs; it only ends an engine that hangs.
constexpr int64_t kBudgetUs = 5'000'000;

// An engine that crashes or gives up early has shown nothing of its speed.
bool Answered(v1::Outcome outcome) {
  return outcome == v1::OUTCOME_INTEGRATED || outcome == v1::OUTCOME_PARTLY ||
         outcome == v1::OUTCOME_UNVERIFIED || outcome == v1::OUTCOME_REFUTED;
}

// Returns the CPU of the engine in microseconds; empty if it did not answer everything.
absl::StatusOr<std::optional<double>> Round(IntegratorProcess& integrator,
                                            const std::string& engine) {
  double cpu_us = 0;
  for (const std::string_view integrand : kIntegrands) {
    integrator::v1::Request request;
    request.set_id(1);
    integrator::v1::Integrate& integrate = *request.mutable_integrate();
    integrate.set_integrand(std::string(integrand));
    integrate.set_memory_bytes(1ll << 30);
    integrate.set_answer_bytes_max(65'536);
    integrator::v1::Step& step = *integrate.add_ladder();
    step.set_engine(engine);
    step.set_budget_us(kBudgetUs);
    ASSIGN_OR_RETURN(const integrator::v1::Response response,
                     integrator.Call(request, WallMax(request)));
    for (const auto& report : response.integration().steps()) {
      if (!Answered(report.outcome())) return std::nullopt;
      cpu_us += static_cast<double>(report.cpu_us());
    }
  }
  return cpu_us;
}

}  // namespace

double SpeedFactorOf(double measured_us, double reference_us) {
  return std::clamp(measured_us / reference_us, kSpeedFactorMin, kSpeedFactorMax);
}

absl::StatusOr<SpeedRound> MeasureSpeed(IntegratorProcess& integrator) {
  SpeedRound round;
  for (const auto& described : integrator.description().engines()) {
    const auto reference =
        std::find_if(kReferences.begin(), kReferences.end(),
                     [&](const Reference& each) { return each.engine == described.engine(); });
    // An engine without a reference (SymPy) keeps the factor 1.
    if (reference == kReferences.end()) continue;
    ASSIGN_OR_RETURN(const std::optional<double> cpu_us, Round(integrator, described.engine()));
    if (!cpu_us.has_value()) continue;
    round.ratios[described.engine()] = *cpu_us / reference->cpu_us;
    round.cpu += absl::Microseconds(*cpu_us);
  }
  return round;
}

absl::StatusOr<Calibration> Calibrate(IntegratorProcess& integrator) {
  Calibration calibration;
  std::map<std::string, double> least;
  for (int i = 0; i < kRounds; ++i) {
    ASSIGN_OR_RETURN(const SpeedRound round, MeasureSpeed(integrator));
    calibration.cpu += round.cpu;
    for (const auto& [engine, ratio] : round.ratios) {
      // The least, and not the median as in the gauge: nothing else of ours runs yet, so anything
      // that slows a round down does not come from this worker.
      const auto known = least.try_emplace(engine, ratio).first;
      known->second = std::min(known->second, ratio);
    }
  }
  for (const auto& [engine, ratio] : least) calibration.factors[engine] = SpeedFactorOf(ratio, 1);
  return calibration;
}

}  // namespace motzkin::worker
