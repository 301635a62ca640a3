#include "eval/reliability.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <functional>
#include <string_view>

namespace zeroth::eval {
namespace {

constexpr double kUnstable = 0.25, kTiedPairs = 0.25, kTiedTop = 0.1;
constexpr std::array<std::string_view, 3> kBaselines = {"params", "macs", kDataFree};
constexpr std::array<std::string_view, 5> kFree = {"params", "macs", "live_params", "live_macs", kDataFree};

using Test = std::function<bool(const ColumnQuality&)>;

// Says `what` of the proxies that fail, where there are some.
void warn(const Evaluation& evaluation, const Test& fails, const std::string& what,
          std::vector<std::string>& warnings) {
  std::vector<std::string> names;
  for (const ColumnQuality& quality : evaluation.columns) {
    if (!is_free(quality.column) && fails(quality)) names.push_back(quality.column);
  }
  if (!names.empty()) warnings.push_back(fmt::format("{}: {}: {}", evaluation.scores, what, fmt::join(names, ", ")));
}

bool above(const std::optional<double>& value, double limit) { return value && *value > limit; }

bool holds_zero(const ColumnQuality& quality) {
  const std::optional<Interval>& interval = quality.spearman.interval;
  return interval && interval->low <= 0 && interval->high >= 0;
}

}  // namespace

bool is_free(const std::string& column) { return std::find(kFree.begin(), kFree.end(), column) != kFree.end(); }

std::vector<std::string> prediction_warnings(const Evaluation& evaluation) {
  std::vector<std::string> warnings;
  warn(evaluation, holds_zero,
       fmt::format("the interval of Spearman with {} holds 0, so not even the sign is known", evaluation.target),
       warnings);
  for (const std::string_view name : kBaselines) {
    for (const ColumnQuality& baseline : evaluation.columns) {
      if (baseline.column != name || !baseline.spearman.value) continue;
      const double bar = *baseline.spearman.value;
      // Of other rows, where failed ones are dropped, nothing is said.
      const auto lags = [&](const ColumnQuality& quality) {
        return quality.rows == baseline.rows && !above(quality.spearman.value, bar);
      };
      warn(evaluation, lags,
           fmt::format("no better at {} than {}, which needs no pass (Spearman {:.3f})", evaluation.target, name, bar),
           warnings);
    }
  }
  return warnings;
}

std::vector<std::string> stability_warnings(const Evaluation& evaluation) {
  std::vector<std::string> warnings;
  warn(
      evaluation, [](const ColumnQuality& quality) { return above(quality.stability.rank_spread, kUnstable); },
      fmt::format(
          "a standard error over initialisations reaches over more than {:.0f} % of the rows, so score with more "
          "--repeats",
          100 * kUnstable),
      warnings);
  warn(
      evaluation,
      [](const ColumnQuality& quality) {
        return above(quality.stability.tied_pairs, kTiedPairs) || above(quality.stability.tied_top, kTiedTop);
      },
      fmt::format("saturated: more than {:.0f} % of the pairs or {:.0f} % of the rows (at the top) share a score",
                  100 * kTiedPairs, 100 * kTiedTop),
      warnings);
  return warnings;
}

}  // namespace zeroth::eval
