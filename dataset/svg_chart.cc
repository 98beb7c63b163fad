#include "dataset/svg_chart.h"

#include <absl/strings/str_replace.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string_view>

namespace motzkin::dataset {
namespace {

// The colours of Okabe and Ito, which colour-blind readers can tell apart, too.
constexpr std::string_view kColours[] = {"#0072b2", "#d55e00", "#009e73",
                                         "#cc79a7", "#e69f00", "#56b4e9"};
// All sizes are pixels.
constexpr double kWidth = 640;
constexpr double kLeft = 64;
constexpr double kRight = 24;
constexpr double kTop = 64;  // below title and legend
constexpr double kBarTop = 44;
constexpr double kLegendPitch = 130;
constexpr double kBottom = 52;
constexpr double kLineHeight = 360;
constexpr double kBarPitch = 18;
constexpr double kBarLeft = 96;

std::string Escaped(const std::string& text) {
  return absl::StrReplaceAll(text,
                             {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}});
}

// Writes a number as 12, 1.5k or 2M, which is short enough for an axis.
std::string TickText(double value) {
  const double size = std::abs(value);
  if (size >= 1e6) return fmt::format("{:.4g}M", value / 1e6);
  if (size >= 1e4) return fmt::format("{:.4g}k", value / 1e3);
  return fmt::format("{:.4g}", value);
}

std::string Text(double x, double y, std::string_view anchor, const std::string& text,
                 std::string_view attributes = "") {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\"{}>{}</text>\n", x, y,
                     anchor, attributes, Escaped(text));
}

std::string Line(double x1, double y1, double x2, double y2, std::string_view colour) {
  return fmt::format(
      "<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"{}\"/>\n", x1, y1, x2,
      y2, colour);
}

std::string Begin(double height, const std::string& title) {
  return fmt::format(
             "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:.0f} {1:.0f}\" "
             "width=\"{0:.0f}\" height=\"{1:.0f}\" font-family=\"sans-serif\" font-size=\"12\" "
             "fill=\"#222\">\n<title>{2}</title>\n"
             "<rect width=\"{0:.0f}\" height=\"{1:.0f}\" fill=\"#fff\"/>\n",
             kWidth, height, Escaped(title)) +
         Text(kWidth / 2, 24, "middle", title, " font-size=\"15\" font-weight=\"bold\"");
}

// Returns whole multiples of 1, 2 or 5 times a power of ten, about `wanted` of them in [low, high].
// The small tolerances keep rounding errors from losing a tick at an end.
std::vector<double> NiceTicks(double low, double high, int wanted) {
  const double rough = (high - low) / wanted;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  // The smallest step of 1, 2, 5 or 10 that gives no more ticks than wanted.
  double step = 10 * power;
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= rough * 0.999) {
      step = factor * power;
      break;
    }
  }
  std::vector<double> ticks;
  for (double k = std::ceil(low / step - 1e-9); k * step <= high + step * 1e-9; ++k) {
    ticks.push_back(k * step + 0.0);  // Adding 0.0 turns -0 into 0.
  }
  return ticks;
}

// Maps values to pixels. For y, pixel_low is larger than pixel_high, as pixels count from the top.
struct Axis {
  double low = 0, high = 1;
  double pixel_low = 0, pixel_high = 1;
  bool logarithmic = false;

  double At(double value) const {
    const double share =
        logarithmic ? std::log(value / low) / std::log(high / low) : (value - low) / (high - low);
    return pixel_low + share * (pixel_high - pixel_low);
  }
  std::vector<double> Ticks() const {
    if (!logarithmic) return NiceTicks(low, high, 6);
    std::vector<double> ticks;
    double tick = low;
    while (tick <= high * 1.001) {
      ticks.push_back(tick);
      tick *= 10;
    }
    return ticks;
  }
};

struct Frame {
  Axis x, y;
};

Frame FrameOf(const LineChart& chart) {
  // The axes cover the points that are drawn, so a logarithmic chart ignores values at or below 0.
  double x_low = 0, x_high = 0, y_low = 0, y_high = chart.y_max;
  bool first = true;
  for (const Series& series : chart.series) {
    for (const auto& [x, y] : series.points) {
      if (chart.log_y && y <= 0) continue;
      x_low = first ? x : std::min(x_low, x);
      x_high = first ? x : std::max(x_high, x);
      y_low = first ? y : std::min(y_low, y);
      if (chart.y_max == 0) y_high = std::max(y_high, y);
      first = false;
    }
  }
  // An axis of no length would divide by zero, for one point as for none.
  if (x_high <= x_low) x_high = x_low + 1;
  Frame frame{{x_low, x_high, kLeft, kWidth - kRight},
              {chart.y_min, y_high, kLineHeight - kBottom, kTop}};
  // A logarithmic axis ends at powers of ten, where its ticks are.
  if (chart.log_y && !first) {
    frame.y.low = std::pow(10, std::floor(std::log10(y_low)));
    frame.y.high = std::pow(10, std::ceil(std::log10(y_high)));
    frame.y.logarithmic = true;
  }
  if (frame.y.high <= frame.y.low)
    frame.y.high = frame.y.low + (frame.y.logarithmic ? frame.y.low * 9 : 1);
  return frame;
}

std::string Axes(const LineChart& chart, const Frame& frame) {
  std::string svg;
  for (const double tick : frame.y.Ticks()) {
    const double y = frame.y.At(tick);
    svg += Line(kLeft, y, kWidth - kRight, y, "#ddd");
    svg += Text(kLeft - 6, y + 4, "end", TickText(tick));
  }
  const double below = kLineHeight - kBottom;
  if (chart.x_ticks.empty()) {
    for (const double tick : frame.x.Ticks()) {
      svg += Text(frame.x.At(tick), below + 16, "middle", TickText(tick));
    }
  }
  for (const auto& [x, text] : chart.x_ticks) {
    svg += Text(frame.x.At(x), below + 16, "middle", text);
  }
  svg += Line(kLeft, below, kWidth - kRight, below, "#222");
  svg += Text((kLeft + kWidth - kRight) / 2, kLineHeight - 12, "middle", chart.x_label);
  svg += Text(0, 0, "middle", chart.y_label,
              fmt::format(" transform=\"translate(16 {:.1f}) rotate(-90)\"", (kTop + below) / 2));
  return svg;
}

std::string Path(const LineChart& chart, const Series& series, const Frame& frame,
                 std::string_view colour) {
  std::string points;
  for (const auto& [x, y] : series.points) {
    if (chart.log_y && y <= 0) continue;
    // Points above a fixed y_max are drawn at the upper edge. One decimal is finer than a screen,
    // and rounds away what machines may compute differently.
    points += fmt::format("{}{:.1f},{:.1f}", points.empty() ? "" : " ", frame.x.At(x),
                          frame.y.At(std::min(y, frame.y.high)));
  }
  return fmt::format("<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\"/>\n",
                     points, colour);
}

}  // namespace

std::string Svg(const LineChart& chart) {
  const Frame frame = FrameOf(chart);
  std::string svg = Begin(kLineHeight, chart.title) + Axes(chart, frame);
  for (size_t i = 0; i < chart.series.size(); ++i) {
    const std::string_view colour = kColours[i % std::size(kColours)];
    svg += Path(chart, chart.series[i], frame, colour);
    const double x = kLeft + kLegendPitch * static_cast<double>(i);
    svg += fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"12\" height=\"4\" fill=\"{}\"/>\n",
                       x, kTop - 22, colour);
    svg += Text(x + 18, kTop - 16, "start", chart.series[i].name);
  }
  return svg + "</svg>\n";
}

std::string Svg(const BarChart& chart) {
  const double bottom = kBarTop + kBarPitch * static_cast<double>(chart.bars.size());
  double high = 0;
  for (const auto& [name, value] : chart.bars) high = std::max(high, value);
  const Axis axis{0, high > 0 ? high : 1, kBarLeft, kWidth - kRight - 24};
  std::string svg = Begin(bottom + kBottom, chart.title);
  for (const double tick : axis.Ticks()) {
    svg += Line(axis.At(tick), kBarTop - 4, axis.At(tick), bottom, "#ddd");
    svg += Text(axis.At(tick), bottom + 16, "middle", TickText(tick));
  }
  double y = kBarTop;
  for (const auto& [name, value] : chart.bars) {
    svg += Text(kBarLeft - 6, y + 12, "end", name);
    svg += fmt::format(
        "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" fill=\"{}\"/>\n",
        kBarLeft, y + 2, axis.At(value) - kBarLeft, kBarPitch - 4, kColours[0]);
    y += kBarPitch;
  }
  svg += Text((kBarLeft + kWidth - kRight) / 2, bottom + kBottom - 12, "middle", chart.x_label);
  return svg + "</svg>\n";
}

}  // namespace motzkin::dataset
