#include "eval/space_facts.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/error.h"
#include "core/ranks.h"
#include "spaces/canonical.h"
#include "spaces/facts.h"

namespace zeroth::eval {
namespace {

bool has_column(const Population& population, const std::string& name) {
  return std::any_of(population.columns.begin(), population.columns.end(),
                     [&](const ScoreColumn& column) { return column.name == name; });
}

struct Described {
  std::string canonical;
  spaces::Facts facts;
};

std::vector<std::optional<Described>> describe(const std::vector<std::string>& architectures,
                                               const spaces::SearchSpace& space) {
  std::vector<std::optional<Described>> described(architectures.size());
  const spaces::NetShape shape = space.full_shape();
  tbb::parallel_for(size_t{0}, architectures.size(), [&](size_t row) {
    try {
      const spaces::Architecture architecture = space.parse(architectures[row]);
      const spaces::CanonicalForm form = spaces::canonical_form(space.cells(architecture));
      described[row] = {form.text, spaces::facts(space, space.cells(architecture), form.cells, shape)};
    } catch (const core::Error&) {
      // An architecture of another space: no facts.
    }
  });
  return described;
}

template <typename Fact>
ScoreColumn column_of(const std::string& name, const std::vector<std::optional<Described>>& described, Fact fact) {
  ScoreColumn column{name, {}};
  for (const auto& row : described) {
    column.values.push_back(row ? std::optional<double>(static_cast<double>(fact(*row))) : std::nullopt);
  }
  return column;
}

}  // namespace

size_t add_space_facts(Population& population, const spaces::SearchSpace& space) {
  const auto described = describe(population.architectures, space);
  std::vector<std::string> functions;
  size_t unreadable = 0;
  for (size_t row = 0; row < described.size(); ++row) {
    if (!described[row]) ++unreadable;
    functions.push_back(described[row] ? described[row]->canonical : population.architectures[row]);
  }
  number_functions(functions, population);

  const ScoreColumn live_params =
      column_of("live_params", described, [](const Described& d) { return d.facts.live_params; });
  std::vector<ScoreColumn> facts = {
      column_of("params", described, [](const Described& d) { return d.facts.params; }),
      column_of("macs", described, [](const Described& d) { return d.facts.macs; }), live_params,
      column_of("live_macs", described, [](const Described& d) { return d.facts.live_macs; })};
  for (ScoreColumn& column : facts) {
    if (!has_column(population, column.name)) population.columns.push_back(std::move(column));
  }
  population.structure = {
      live_params,
      column_of("convolution_path", described, [](const Described& d) { return d.facts.convolution_path; }),
      column_of("minus_pool_terms", described, [](const Described& d) { return -d.facts.pool_terms; })};
  return unreadable;
}

void add_data_free(Population& population) {
  if (population.structure.empty() || has_column(population, kDataFree)) return;
  // A row that the space could not read has none of the structure's values.
  std::vector<size_t> readable;
  for (size_t row = 0; row < population.rows(); ++row) {
    if (population.structure.front().values[row]) readable.push_back(row);
  }
  ScoreColumn baseline{kDataFree, std::vector<std::optional<double>>(population.rows())};
  for (const size_t row : readable) baseline.values[row] = 0;
  for (const ScoreColumn& column : population.structure) {
    std::vector<double> values;
    for (const size_t row : readable) values.push_back(*column.values[row]);
    const std::vector<double> ranks = core::ranks(values);
    for (size_t i = 0; i < readable.size(); ++i) {
      const double log_rank = std::log(ranks[i] / static_cast<double>(readable.size()));
      *baseline.values[readable[i]] += log_rank / static_cast<double>(population.structure.size());
    }
  }
  population.columns.push_back(std::move(baseline));
}

}  // namespace zeroth::eval
