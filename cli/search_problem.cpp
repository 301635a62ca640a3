#include "cli/search_problem.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/algorithm/string.hpp>
#include <cstring>
#include <filesystem>

#include "core/error.h"
#include "core/signals.h"
#include "search/structure_features.h"
#include "spaces/user_space.h"

namespace zeroth::cli {
namespace {

constexpr const char* kFilePrefix = "file:";
constexpr const char* kProxyPrefix = "proxy ";
constexpr const char* kEnsemble = "ensemble";
// What TE-NAS prunes by.
constexpr const char* kSupernetObjectives = "ntk_cond,linear_regions";

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  boost::split(parts, text, boost::is_any_of(","));
  for (std::string& part : parts) boost::trim(part);
  return parts;
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

const spaces::SearchSpace& space_of(const search::StrategyEntry& strategy, const std::string& name) {
  const spaces::SearchSpace& space = spaces::find_space(name);
  return strategy.on_supernet ? spaces::find_space("supernet:" + name) : space;
}

// The history's column of a file's values, and how the objective is written.
std::string column_name(const MeasuredColumn& column) {
  return fmt::format("{}{}:{}", kFilePrefix, column.path(), column.column());
}

}  // namespace

SearchProblem::SearchProblem(const SearchSetup& setup)
    : setup_(setup),
      strategy_(search::find_strategy(setup.strategy)),
      space_(spaces::find_space(setup.run.space)),
      strategy_space_(space_of(strategy_, setup.run.space)) {
  if (!setup_.scores.empty()) read_scores();
  if (setup_.features == "proxies" || (!table_ && setup_.run.proxies != "default")) proxies_ = setup_.run.proxies;
  const std::string objectives = !setup_.objectives.empty() ? setup_.objectives
                                 : strategy_.on_supernet    ? kSupernetObjectives
                                                            : kEnsemble;
  std::vector<Written> written;
  for (const std::string& item : split(objectives)) written.push_back(read_objective(item));
  if (!table_) make_scorings();
  limits_.emplace(setup_.limits, strategy_space_,
                  table_ ? strategy_space_.full_shape() : scorings_.front()->plan().cost_shape, cost_columns_);
  for (const Written& one : written) objectives_.push_back(objective(one));
  columns_ = score_columns_;
  for (const search::Cost cost : cost_columns_) columns_.emplace_back(search::name_of(cost));
  for (const MeasuredColumn& column : file_columns_) columns_.push_back(column_name(column));
}

// ---------------------------------------------------------------------------------------------------- objectives

void SearchProblem::read_scores() {
  if (strategy_.on_supernet) {
    throw core::UsageError(
        fmt::format("--scores {}: strategy {} scores supernets, which no table has", setup_.scores, strategy_.name));
  }
  if (setup_.fidelities.size() > 1) {
    throw core::UsageError(fmt::format("--scores {}: a table has one fidelity, not several", setup_.scores));
  }
  table_ = core::ScoreTable::read(setup_.scores);
  score_columns_ = table_->columns;
  for (size_t row = 0; row < table_->rows.size(); ++row) row_of_.emplace(table_->rows[row].arch, row);
  const std::string manifest = core::manifest_path(setup_.scores);
  if (std::filesystem::exists(manifest)) {
    canonical_ = core::Manifest::read(manifest).settings.value("graph", "canonical") == "canonical";
  }
}

SearchProblem::Written SearchProblem::read_objective(const std::string& text) {
  if (text == kEnsemble) {
    ensemble_.emplace(setup_.ensemble, std::string(space_.name()), setup_.fidelities.front());
    if (!table_ && proxies_.find(setup_.run.proxies) == std::string::npos) {
      proxies_ += (proxies_.empty() ? "" : ",") + setup_.run.proxies;
    }
    return {Written::Kind::kEnsemble, ""};
  }
  if (boost::starts_with(text, kFilePrefix)) {
    const size_t colon = text.rfind(':');
    const size_t path = std::strlen(kFilePrefix);
    if (colon < path || colon + 1 == text.size()) {
      throw core::UsageError(fmt::format("--objective {}: should be file:FILE.csv:COLUMN", text));
    }
    file_columns_.emplace_back(text.substr(path, colon - path), text.substr(colon + 1), space_);
    return {Written::Kind::kColumn, text};
  }
  const double sign = boost::starts_with(text, "-") ? -1.0 : 1.0;
  std::string name = sign < 0 ? text.substr(1) : text;
  if (boost::starts_with(name, kProxyPrefix)) name = boost::trim_copy(name.substr(std::strlen(kProxyPrefix)));
  read_column(name);
  return {Written::Kind::kColumn, name, sign};
}

// A column of the table, a cost that is no proxy, or a proxy, which is then scored.
void SearchProblem::read_column(const std::string& name) {
  if (table_ && contains(score_columns_, name)) return;
  if (name == "activation_mb" || name == "latency_ms") {
    cost_columns_.push_back(search::parse_cost(name));
    return;
  }
  if (table_) table_->column(name);  // says which there are
  const std::vector<const proxies::Proxy*> known =
      proxies::parse_proxies(proxies_.empty() ? "params" : proxies_, &space_);
  const auto is_it = [&name](const proxies::Proxy* proxy) { return proxy->name == name; };
  if (std::none_of(known.begin(), known.end(), is_it)) proxies_ += (proxies_.empty() ? "" : ",") + name;
}

search::Objective SearchProblem::objective(const Written& written) {
  if (written.kind == Written::Kind::kEnsemble) return pool_objective();
  judged_.push_back(written.name);
  return search::column_objective(written.name, written.sign);
}

// The ensemble reads all columns of scores: what `rank` would order the pool by.
search::Objective SearchProblem::pool_objective() {
  const std::vector<std::string> combined = ensemble_columns();
  judged_.insert(judged_.end(), combined.begin(), combined.end());
  const std::string exclude = setup_.ensemble.exclude.empty() ? "" : " without " + setup_.ensemble.exclude;
  search::Objective objective;
  objective.text = fmt::format("{} ensemble{} of {}", setup_.ensemble.ensemble, exclude, fmt::join(combined, ", "));
  objective.columns = score_columns_;
  objective.values = [this, combined](const ensemble::Columns& values) {
    PoolOrder order = ensemble_->order(score_columns_, values, combined, {}, PoolEnsemble::Scores::kOrdering);
    ensemble_by_ = order.by + (order.why.empty() ? "" : " (" + order.why + ")");
    return order.scores[order.chosen].values;
  };
  return objective;
}

std::vector<std::string> SearchProblem::ensemble_columns() const {
  std::vector<std::string> names = ordering_columns(setup_.run.proxies, space_, canonical_);
  if (!table_) return names;
  for (const std::string& name : names) table_->column(name);  // throws where it is not there
  return names;
}

// ---------------------------------------------------------------------------------------------------- evaluation

void SearchProblem::make_scorings() {
  for (const std::string& fidelity : setup_.fidelities) {
    RunOptions run = setup_.run;
    run.space = std::string(strategy_space_.name());
    if (spaces::is_space_file(setup_.run.space)) run.space = setup_.run.space;
    run.fidelity = fidelity;
    scorings_.push_back(std::make_unique<Scoring>(run, proxies_.empty() ? "params" : proxies_));
  }
  canonical_ = scorings_.front()->canonical();
  for (const proxies::Proxy* proxy : scorings_.front()->plan().proxies) score_columns_.push_back(proxy->name);
}

search::Problem SearchProblem::problem() const {
  search::Problem problem{strategy_space_, columns_, objectives_, {}};
  if (!limits_->constraints().empty()) {
    problem.obstacle = [this](const spaces::Architecture& architecture) { return limits_->broken(architecture); };
  }
  return problem;
}

search::Features SearchProblem::features() {
  if (setup_.features == "structure") return {};
  return [this](const std::vector<spaces::Architecture>& architectures) {
    std::vector<spaces::Candidate> candidates;
    for (const spaces::Architecture& one : architectures) candidates.push_back({space_.print(one), one, ""});
    const std::vector<search::Evaluated> scores = scored(candidates, 0);
    std::vector<std::vector<double>> rows;
    for (size_t i = 0; i < architectures.size(); ++i) {
      std::vector<double> row = search::structure_features(space_, architectures[i]);
      for (size_t column = 0; column < score_columns_.size(); ++column) {
        row.push_back(i < scores.size() ? scores[i].values[column].value_or(0.0) : 0.0);
      }
      rows.push_back(std::move(row));
    }
    return rows;
  };
}

std::vector<search::Evaluated> SearchProblem::scored(const std::vector<spaces::Candidate>& candidates, int fidelity) {
  std::vector<search::Evaluated> results;
  if (table_) {
    for (const spaces::Candidate& candidate : candidates) {
      const auto found = row_of_.find(candidate.text);
      if (found == row_of_.end()) {
        throw core::Error(fmt::format("{}: no scores of {}", table_->path, candidate.text));
      }
      results.push_back({table_->rows[found->second].values, table_->rows[found->second].status});
    }
    return results;
  }
  Scoring& scoring = *scorings_[static_cast<size_t>(fidelity)];
  const std::vector<std::string>& names = scoring.columns().names();
  for (const core::ScoreRow& row : scoring.rows(candidates)) {
    search::Evaluated result;
    for (const std::string& column : score_columns_) {
      const auto found = std::find(names.begin(), names.end(), column);
      ZEROTH_CHECK(found != names.end());
      result.values.push_back(row.values[static_cast<size_t>(found - names.begin())]);
    }
    result.status = row.status;
    results.push_back(std::move(result));
  }
  return results;
}

std::vector<search::Evaluated> SearchProblem::evaluate(const std::vector<spaces::Candidate>& candidates, int fidelity) {
  std::vector<search::Evaluated> results = scored(candidates, fidelity);
  for (size_t i = 0; i < results.size(); ++i) {
    for (const auto& value : limits_->costs().values(cost_columns_, candidates[i].architecture))
      results[i].values.push_back(value);
    for (const MeasuredColumn& column : file_columns_) {
      results[i].values.push_back(column.value(candidates[i].architecture, candidates[i].text));
    }
  }
  if (core::interrupted() != 0) return {};  // measured latencies may be missing
  return results;
}

bool SearchProblem::is_failed(const std::vector<std::optional<double>>& values) const {
  for (size_t column = 0; column < columns_.size(); ++column) {
    if (values[column] && contains(judged_, columns_[column])) return false;
  }
  return true;
}

size_t SearchProblem::copied() const {
  size_t count = 0;
  for (const auto& scoring : scorings_) count += scoring->copied();
  return count;
}

core::Json SearchProblem::settings() const {
  core::Json settings;
  settings["strategy"] = std::string(strategy_.name);
  for (const search::Objective& objective : objectives_) settings["objectives"].push_back(objective.text);
  for (const search::Constraint& constraint : limits_->constraints()) {
    settings["constraints"].push_back(search::text_of(constraint));
  }
  settings["seed"] = setup_.run.seed;
  settings["features"] = setup_.features;
  if (!setup_.limits.latency.empty()) settings["latency"] = setup_.limits.latency;
  if (table_) settings["scores"] = core::file_digest(setup_.scores);
  for (const MeasuredColumn& column : file_columns_)
    settings["files"][column_name(column)] = core::file_digest(column.path());
  for (size_t i = 0; i < scorings_.size(); ++i) settings["scoring"][setup_.fidelities[i]] = scorings_[i]->settings();
  settings["space"] = setup_.run.space;
  return settings;
}

}  // namespace zeroth::cli
