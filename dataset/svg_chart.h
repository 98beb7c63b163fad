// Draws small SVG charts for dataset cards, with lines or horizontal bars. They have no scripts and
// fetch no fonts, and bring their own background, so that they can be read on light and dark pages.
// Pure: the same data gives the same bytes. Thread-safe.
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
  bool log_y = false;          // a scale of powers of ten; values at or below 0 are left out
  double y_min = 0;            // for a chart that is not logarithmic
  double y_max = 0;            // 0: the largest value of the data
  // Texts that stand below the axis in place of numbers, each at its x.
  std::vector<std::pair<double, std::string>> x_ticks = {};
};

struct BarChart {
  std::string title;
  std::string x_label;
  std::vector<std::pair<std::string, double>> bars;  // from top to bottom
};

// Returns the text of an SVG file, 640 pixels wide. Texts of the chart may hold any characters.
std::string Svg(const LineChart& chart);
std::string Svg(const BarChart& chart);

}  // namespace motzkin::dataset
