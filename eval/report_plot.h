// One panel of a figure for print, as SVG: two axes with round ticks, points, lines and labels.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace zeroth::eval {

using Points = std::vector<std::pair<double, double>>;  // x, y

// `&`, `<`, `>` and quotes as entities, and control characters, which XML cannot hold, as spaces.
std::string xml_text(const std::string& text);
// An `<svg>` file of this size in CSS pixels with the given elements on white.
std::string svg_file(double width, double height, const std::string& elements);

class Plot {
 public:
  // The axes span the points to come. With `log_x` every x must be above 0.
  Plot(std::string x_title, std::string y_title, const Points& extent, bool log_x = false);

  void add_points(const Points& points, const std::string& colour, double radius);
  // From point to point by a horizontal line and then a vertical one.
  void add_steps(const Points& points, const std::string& colour);
  // A label beside each point, left out where it would cover an earlier one.
  void add_labels(const Points& points, const std::vector<std::string>& labels);
  std::string svg() const;

 private:
  struct Axis {
    double low, high;
    bool logarithmic;
    std::vector<double> ticks;
    double share(double value) const;  // 0 at low, 1 at high
  };
  static Axis linear_axis(double low, double high);
  static Axis log_axis(double low, double high);
  std::pair<double, double> place(const std::pair<double, double>& point) const;

  std::string x_title_, y_title_, elements_;
  Axis x_, y_;
};

}  // namespace zeroth::eval
