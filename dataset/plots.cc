#include "dataset/plots.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "dataset/svg_chart.h"

namespace motzkin::dataset {
namespace {

constexpr size_t kOperatorsShown = 25;
// The share of success of a size with fewer labelled rows would be noise.
constexpr int64_t kRowsOfASizeMin = 20;
// Lengths are drawn up to these percentiles: the longest integrals would squeeze all others.
constexpr int kIntegrandPermille = 995;
constexpr int kIntegralPermille = 900;

// Returns the share of the values in each of about 60 bins up to `limit`, in percent for each token
// of length. The last bin may end behind `limit`, so that all bins have the same width.
Series SharesOf(const std::string& name, const Histogram& histogram, int64_t limit) {
  const int64_t width = std::max<int64_t>(1, limit / 60);
  Series series{name, {}};
  for (int64_t low = 0; low <= limit; low += width) {
    int64_t count = 0;
    for (int64_t value = low; value < low + width; ++value) {
      if (static_cast<size_t>(value) < histogram.counts().size()) {
        count += histogram.counts()[static_cast<size_t>(value)];
      }
    }
    // Divided by the bin's width below, so that charts with bins of different widths can be
    // compared.
    const double share =
        100.0 * static_cast<double>(count) / static_cast<double>(histogram.count());
    series.points.emplace_back(static_cast<double>(low) + static_cast<double>(width - 1) / 2,
                               share / static_cast<double>(width));
  }
  return series;
}

Plot Lengths(const Statistics& statistics) {
  LineChart chart;
  chart.title = "Lengths";
  chart.x_label = "prefix tokens";
  chart.y_label = "% of expressions a token";
  const int64_t limit = std::max(statistics.integrand_tokens.Percentile(kIntegrandPermille),
                                 statistics.integral_tokens.Percentile(kIntegralPermille));
  chart.series.push_back(SharesOf("integrands", statistics.integrand_tokens, limit));
  if (statistics.integral_tokens.count() > 0) {
    chart.series.push_back(SharesOf("integrals", statistics.integral_tokens, limit));
  }
  return {"lengths.svg", "Lengths of integrands and, up to nine in ten, of integrals", Svg(chart)};
}

Plot Operators(const Statistics& statistics) {
  std::vector<std::pair<std::string, double>> bars;
  bars.reserve(statistics.integrand_operators.size());
  for (const auto& [name, count] : statistics.integrand_operators) {
    bars.emplace_back(name, static_cast<double>(count) / static_cast<double>(statistics.rows));
  }
  // Stable, so that equal bars keep the order of their names and the file its bytes.
  std::stable_sort(bars.begin(), bars.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  if (bars.size() > kOperatorsShown) bars.resize(kOperatorsShown);
  return {"operators.svg", "Operators of integrands",
          Svg(BarChart{"Operators", "mean occurrences in an integrand", std::move(bars)})};
}

Plot SuccessBySize(const Statistics& statistics) {
  LineChart chart;
  chart.title = "Success by size";
  chart.x_label = "operators in the integrand";
  chart.y_label = "% of labelled functions with an integral";
  chart.y_max = 100;
  Series series{"success", {}};
  for (const auto& [size, labels] : statistics.by_size) {
    if (labels.total() < kRowsOfASizeMin) continue;
    series.points.emplace_back(
        static_cast<double>(size),
        100.0 * static_cast<double>(labels.positive) / static_cast<double>(labels.total()));
  }
  chart.series.push_back(std::move(series));
  return {"success_by_size.svg", "Success by size of the integrand", Svg(chart)};
}

Series CpuSeries(const std::string& name, const LogHistogram& histogram) {
  Series series{name, {}};
  for (size_t i = 0; i < std::size(kCpuPermilles); ++i) {
    series.points.emplace_back(static_cast<double>(i),
                               static_cast<double>(histogram.Percentile(kCpuPermilles[i])) / 1e3);
  }
  return series;
}

Plot Cpu(const Statistics& statistics, const EngineNames& engines) {
  LineChart chart;
  chart.title = "CPU time";
  chart.x_label = "percentile";
  chart.y_label = "ms";
  chart.log_y = true;
  for (const auto& [id, engine] : statistics.engines) {
    const auto name = engines.find(id);
    chart.series.push_back(CpuSeries(
        name == engines.end() ? fmt::format("engine {}", id) : name->second, engine.cpu_us));
  }
  chart.series.push_back(CpuSeries("verifier", statistics.verifier_cpu_us));
  for (size_t i = 0; i < std::size(kCpuPermilles); ++i) {
    chart.x_ticks.emplace_back(static_cast<double>(i),
                               fmt::format("{:g}", kCpuPermilles[i] / 10.0));
  }
  return {"cpu.svg", "CPU time of a step of each engine, and of the verifier a function",
          Svg(chart)};
}

}  // namespace

std::vector<Plot> PlotsOf(const Statistics& shown, const Statistics& all,
                          const EngineNames& engines) {
  // Success and CPU are those of all rows: among the rows that are shown, labels may be balanced,
  // and every duplicate is missing.
  if (shown.rows == 0) return {};
  return {Lengths(shown), Operators(shown), SuccessBySize(all), Cpu(all, engines)};
}

}  // namespace motzkin::dataset
