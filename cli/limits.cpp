#include "cli/limits.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "cli/latency_source.h"
#include "core/error.h"

namespace zeroth::cli {
namespace {

std::vector<search::Constraint> read_constraints(const std::string& text) {
  return text.empty() ? std::vector<search::Constraint>() : search::parse_constraints(text);
}

}  // namespace

void add_limit_options(CLI::App& command, LimitOptions& options) {
  command.add_option("--constraint", options.constraints,
                     fmt::format("Limits joined by commas: {}, <= or >=, number; latency_ms goes with --latency",
                                 fmt::join(search::cost_names(), ", ")));
  command.add_option("--latency", options.latency, "Where latency_ms comes from. " + kLatencyHelp);
}

Limits::Limits(const LimitOptions& options, const spaces::SearchSpace& space, const spaces::NetShape& shape,
               const std::vector<search::Cost>& others)
    : constraints_(read_constraints(options.constraints)),
      costs_(space, shape, latency_source(options.latency, space, shape, {})) {
  std::vector<search::Cost> asked = others;
  for (const search::Constraint& constraint : constraints_) asked.push_back(constraint.cost);
  for (const search::Cost cost : asked) costs_.require(cost);
  const bool reads_latency = std::find(asked.begin(), asked.end(), search::Cost::kLatencyMs) != asked.end();
  if (!options.latency.empty() && !reads_latency) {
    throw core::UsageError(fmt::format(
        "--latency {}: nothing asks for latency_ms, as --constraint \"latency_ms<=20\" does", options.latency));
  }
}

std::string Limits::broken(const spaces::Architecture& architecture) const {
  try {
    return search::broken(constraints_, costs_, architecture);
  } catch (const core::Error& error) {
    return core::one_line(error.what());
  }
}

}  // namespace zeroth::cli
