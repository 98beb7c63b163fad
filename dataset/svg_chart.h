// Small SVG charts for dataset cards: lines and horizontal bars, no scripts, no fonts to fetch,
// readable on light and dark pages (they bring their own background). Pure: the same data gives the
// same bytes. Thread-safe.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace motzkin::dataset {

struct Series {
  std::string name;
  std::vector<std::pair<double, double>> points;  // by rising x
};

struct LineChart {
  std::string title;
  std::string x_label;
  std::string y_label;
  std::vector<Series> series;  // at most 4 fit the legend
  bool log_y = false;          // powers of ten; values at or below 0 are left out
  double y_min = 0;            // of a chart that is not logarithmic
  double y_max = 0;            // 0: from the data
  // What stands below the axis in place of numbers: x and text.
  std::vector<std::pair<double, std::string>> x_ticks = {};
};

struct BarChart {
  std::string title;
  std::string x_label;
  std::vector<std::pair<std::string, double>> bars;  // from the top
};

std::string Svg(const LineChart& chart);
std::string Svg(const BarChart& chart);

}  // namespace motzkin::dataset
