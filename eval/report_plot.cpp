#include "eval/report_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/error.h"
#include "core/json.h"

namespace zeroth::eval {
namespace {

// In CSS pixels; a column of a paper is about as wide as the whole.
constexpr double kWidth = 440, kHeight = 330;
constexpr double kLeft = 62, kRight = 12, kTop = 12, kBottom = 46;
constexpr double kLetter = 5.6;  // mean width at 10 px

// 73306 -> 73.31k
std::string tick_text(double value) {
  const double size = std::abs(value);
  if (size >= 1e15 || (size > 0 && size < 1e-3)) return fmt::format("{:.3g}", value);
  constexpr std::array<std::pair<double, char>, 4> kUnits = {{{1e12, 'T'}, {1e9, 'G'}, {1e6, 'M'}, {1e3, 'k'}}};
  for (const auto& [unit, letter] : kUnits) {
    if (size >= unit && size >= 1e4) return fmt::format("{:.4g}{}", value / unit, letter);
  }
  return fmt::format("{:.4g}", value);
}

}  // namespace

std::string xml_text(const std::string& text) {
  std::string result;
  for (const char c : core::utf8_text(text)) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        result += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return result;
}

std::string svg_file(double width, double height, const std::string& elements) {
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" viewBox=\"0 0 {0:.0f} {1:.0f}\" "
      "font-family=\"Helvetica, Arial, sans-serif\" font-size=\"10\">\n"
      "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n{2}</svg>\n",
      width, height, elements);
}

double Plot::Axis::share(double value) const {
  return logarithmic ? std::log(value / low) / std::log(high / low) : (value - low) / (high - low);
}

Plot::Axis Plot::linear_axis(double low, double high) {
  // Ends that a logarithm's or a sum's rounding tells apart are one; beyond them a difference would overflow.
  constexpr double kSame = 1e-12, kFarthest = 1e307;
  low = std::clamp(low, -kFarthest, kFarthest);
  high = std::clamp(high, -kFarthest, kFarthest);
  if (high - low <= kSame * std::max(std::abs(low), std::abs(high))) {
    const double room = low == 0 ? 1.0 : 0.1 * std::abs(low);
    low -= room;
    high += room;
  }
  // Ticks at multiples of 1, 2 or 5 times a power of ten, four to nine of them.
  const double power = std::pow(10.0, std::floor(std::log10((high - low) / 4)));
  double step = power;
  for (const double factor : {2.0, 5.0}) {
    if ((high - low) / (factor * power) >= 4) step = factor * power;
  }
  const double room = 0.03 * (high - low);
  Axis axis{low - room, high + room, false, {}};
  const double first = std::ceil(axis.low / step);
  for (int i = 0; (first + i) * step <= axis.high; ++i) axis.ticks.push_back((first + i) * step + 0.0);  // no -0
  return axis;
}

Plot::Axis Plot::log_axis(double low, double high) {
  ZEROTH_CHECK(low > 0);
  const double room = std::max(std::pow(high / low, 0.04), 1.05);
  Axis axis{low / room, high * room, true, {}};
  for (double power = std::pow(10.0, std::floor(std::log10(axis.low))); power <= axis.high; power *= 10) {
    for (const double factor : {1.0, 2.0, 5.0}) {
      if (factor * power >= axis.low && factor * power <= axis.high) axis.ticks.push_back(factor * power);
    }
  }
  return axis;
}

Plot::Plot(std::string x_title, std::string y_title, const Points& extent, bool log_x)
    : x_title_(std::move(x_title)), y_title_(std::move(y_title)), x_(linear_axis(0, 1)), y_(linear_axis(0, 1)) {
  if (extent.empty()) return;
  const auto by_x = std::minmax_element(extent.begin(), extent.end());
  const auto by_y = std::minmax_element(extent.begin(), extent.end(),
                                        [](const auto& a, const auto& b) { return a.second < b.second; });
  x_ = log_x ? log_axis(by_x.first->first, by_x.second->first) : linear_axis(by_x.first->first, by_x.second->first);
  y_ = linear_axis(by_y.first->second, by_y.second->second);
}

std::pair<double, double> Plot::place(const std::pair<double, double>& point) const {
  const double x = std::clamp(x_.share(point.first), 0.0, 1.0), y = std::clamp(y_.share(point.second), 0.0, 1.0);
  return {kLeft + x * (kWidth - kLeft - kRight), kHeight - kBottom - y * (kHeight - kTop - kBottom)};
}

void Plot::add_points(const Points& points, const std::string& colour, double radius) {
  // One path of dots: a tenth of the size of as many circles.
  elements_ += fmt::format(
      "<path fill=\"none\" stroke=\"{}\" stroke-opacity=\"0.6\" stroke-width=\"{}\" stroke-linecap=\"round\" d=\"",
      colour, 2 * radius);
  for (const auto& point : points) {
    const auto [x, y] = place(point);
    elements_ += fmt::format("M{:.1f} {:.1f}h0", x, y);
  }
  elements_ += "\"/>\n";
}

void Plot::add_steps(const Points& points, const std::string& colour) {
  std::string path;
  for (const auto& point : points) {
    const auto [x, y] = place(point);
    path += path.empty() ? fmt::format("M{:.1f} {:.1f}", x, y) : fmt::format("H{:.1f}V{:.1f}", x, y);
  }
  elements_ += fmt::format("<path fill=\"none\" stroke=\"{}\" stroke-width=\"1.5\" d=\"{}\"/>\n", colour, path);
}

void Plot::add_labels(const Points& points, const std::vector<std::string>& labels) {
  struct Box {
    double left, top, right, bottom;
  };
  std::vector<Box> taken;
  for (size_t i = 0; i < points.size(); ++i) {
    const auto [x, y] = place(points[i]);
    const double width = kLetter * static_cast<double>(labels[i].size());
    const double left = x + 6 + width > kWidth - kRight ? x - 6 - width : x + 6;
    const Box box = {left, y - 5, left + width, y + 5};
    const bool covers = std::any_of(taken.begin(), taken.end(), [&](const Box& other) {
      return box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom;
    });
    if (covers) continue;
    taken.push_back(box);
    elements_ += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\"{}>{}</text>\n", left < x ? x - 6 : left, y + 3.5,
                             left < x ? " text-anchor=\"end\"" : "", xml_text(labels[i]));
  }
}

std::string Plot::svg() const {
  const double bottom = kHeight - kBottom, right = kWidth - kRight;
  std::string axes;
  for (const double tick : x_.ticks) {
    const double x = kLeft + x_.share(tick) * (right - kLeft);
    axes += fmt::format(
        "<path stroke=\"#dddddd\" d=\"M{0:.1f} {1}V{2}\"/><text x=\"{0:.1f}\" y=\"{3}\" "
        "text-anchor=\"middle\">{4}</text>\n",
        x, kTop, bottom, bottom + 14, tick_text(tick));
  }
  for (const double tick : y_.ticks) {
    const double y = bottom - y_.share(tick) * (bottom - kTop);
    axes += fmt::format(
        "<path stroke=\"#dddddd\" d=\"M{0} {1:.1f}H{2}\"/><text x=\"{3}\" y=\"{4:.1f}\" "
        "text-anchor=\"end\">{5}</text>\n",
        kLeft, y, right, kLeft - 5, y + 3.5, tick_text(tick));
  }
  axes += fmt::format("<path fill=\"none\" stroke=\"black\" d=\"M{} {}V{}H{}\"/>\n", kLeft, kTop, bottom, right);
  axes += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"middle\" font-size=\"11\">{}</text>\n",
                      0.5 * (kLeft + right), kHeight - 12, xml_text(x_title_));
  axes += fmt::format(
      "<text transform=\"translate(14 {}) rotate(-90)\" text-anchor=\"middle\" font-size=\"11\">{}"
      "</text>\n",
      0.5 * (kTop + bottom), xml_text(y_title_));
  return svg_file(kWidth, kHeight, axes + elements_);
}

}  // namespace zeroth::eval
