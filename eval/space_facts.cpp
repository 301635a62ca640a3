#include "eval/space_facts.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include "core/error.h"
#include "core/ranks.h"
#include "spaces/canonical.h"
#include "spaces/facts.h"
#include "spaces/structure.h"

namespace zeroth::eval {
namespace {

constexpr const char* kLiveParams = "live_params";
constexpr std::array<const char*, 4> kSizes = {"params", "macs", kLiveParams, "live_macs"};

// Numbers alone: the networks that they are counted on take 35 KB an architecture.
struct Described {
  std::string canonical;
  std::array<int64_t, kSizes.size()> sizes = {};
  int convolution_path = 0, pool_terms = 0;
};

Described describe(const std::string& text, const spaces::SearchSpace& space, bool with_sizes) {
  const spaces::Architecture architecture = space.parse(text);
  const std::vector<spaces::UnitGraph> cells = space.cells(architecture);
  spaces::CanonicalForm form = spaces::canonical_form(cells);
  Described described;
  described.canonical = std::move(form.text);
  described.convolution_path = spaces::convolution_path(form.cells);
  described.pool_terms = spaces::pool_terms(form.cells);
  if (with_sizes) {
    const spaces::Facts facts = spaces::facts(space, cells, form.cells, space.full_shape());
    described.sizes = {facts.params, facts.macs, facts.live_params, facts.live_macs};
  }
  return described;
}

std::vector<std::optional<Described>> describe(const std::vector<std::string>& architectures,
                                               const spaces::SearchSpace& space, bool with_sizes) {
  std::vector<std::optional<Described>> described(architectures.size());
  tbb::parallel_for(size_t{0}, architectures.size(), [&](size_t row) {
    try {
      described[row] = describe(architectures[row], space, with_sizes);
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

// What SCORES says of a size counts; the cells that it leaves empty are filled.
void add_where_absent(Population& population, ScoreColumn counted) {
  const auto known = std::find_if(population.columns.begin(), population.columns.end(),
                                  [&](const ScoreColumn& column) { return column.name == counted.name; });
  if (known == population.columns.end()) {
    population.columns.push_back(std::move(counted));
    return;
  }
  for (size_t row = 0; row < population.rows(); ++row) {
    if (!known->values[row]) known->values[row] = counted.values[row];
  }
}

}  // namespace

size_t add_space_facts(Population& population, const spaces::SearchSpace& space) {
  // Building two networks is most of the work, and our own tables have what they are built for.
  const bool has_sizes = std::all_of(kSizes.begin(), kSizes.end(), [&](const char* name) {
    const ScoreColumn* column = find_column(population, name);
    return column != nullptr && std::count(column->values.begin(), column->values.end(), std::nullopt) == 0;
  });
  auto described = describe(population.architectures, space, !has_sizes);
  std::vector<std::string> functions;
  size_t unreadable = 0;
  for (size_t row = 0; row < described.size(); ++row) {
    if (!described[row]) ++unreadable;
    functions.push_back(described[row] ? std::move(described[row]->canonical) : population.architectures[row]);
  }
  number_functions(functions, population);

  ScoreColumn live_params;
  if (has_sizes) {
    live_params = *find_column(population, kLiveParams);
    for (size_t row = 0; row < described.size(); ++row) {
      if (!described[row]) live_params.values[row].reset();
    }
  } else {
    for (size_t i = 0; i < kSizes.size(); ++i) {
      ScoreColumn column = column_of(kSizes[i], described, [i](const Described& d) { return d.sizes[i]; });
      if (column.name == kLiveParams) live_params = column;
      add_where_absent(population, std::move(column));
    }
  }
  population.structure = {
      std::move(live_params),
      column_of("convolution_path", described, [](const Described& d) { return d.convolution_path; }),
      column_of("minus_pool_terms", described, [](const Described& d) { return -d.pool_terms; })};
  return unreadable;
}

void add_data_free(Population& population) {
  if (population.structure.empty() || find_column(population, kDataFree) != nullptr) return;
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
