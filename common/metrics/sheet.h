// The metrics of one moment, for one answer to a Prometheus: all figures come from elsewhere, and
// nothing is counted here.
//
// Thread-compatible.
#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

#include <string>
#include <vector>

namespace motzkin::metrics {

class Sheet {
 public:
  // Each adds a family, whose series have labels.
  prometheus::Family<prometheus::Gauge>& Gauges(const std::string& name, const std::string& help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry_);
  }
  prometheus::Family<prometheus::Counter>& Counters(const std::string& name,
                                                    const std::string& help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry_);
  }
  // Each adds a family of one series without labels.
  void Gauge(const std::string& name, const std::string& help, double value) {
    Gauges(name, help).Add({}).Set(value);
  }
  void Counter(const std::string& name, const std::string& help, double value) {
    Counters(name, help).Add({}).Increment(value);
  }

  std::vector<prometheus::MetricFamily> Collect() const { return registry_.Collect(); }

 private:
  prometheus::Registry registry_;
};

}  // namespace motzkin::metrics
