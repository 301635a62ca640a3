#include "ensemble/ensemble_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "core/error.h"
#include "core/input_file.h"
#include "core/json.h"
#include "core/replace_file.h"
#include "ensemble/method.h"
#include "ensemble/model_json.h"

namespace zeroth::ensemble {
namespace {

constexpr const char* kName = "zeroth ensemble";
constexpr const char* kAbout =
    "Score of a row = sum of weight times feature. A column's features are the standardised (rank - 1/2) / n and its "
    "logarithm within the pool, of minus the value where sign is -1; a family's are the standardised means of its "
    "members' features. Target: normal scores of accuracy ranks. held_out: Spearman correlation, one row a function, "
    "of weights learned without the task's group and of the mean log rank, with the columns of each set.";

Json optional_number(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }

std::optional<double> number_or_none(const Json& json) {
  return json.is_null() ? std::nullopt : std::optional<double>(json.get<double>());
}

// Means over each space's tasks of what the function takes from a held-out pair; nothing where a task lacks it.
template <typename Value>
Eigen::ArrayXd means_of_spaces(const std::vector<LearnedFrom>& tasks, size_t set, const Value& value_of) {
  std::map<std::string, std::pair<double, size_t>> spaces;
  for (const LearnedFrom& task : tasks) {
    const std::optional<double> value = set < task.held_out.size() ? value_of(task.held_out[set]) : std::nullopt;
    if (!value) return {};
    spaces[task.space].first += *value;
    ++spaces[task.space].second;
  }
  Eigen::ArrayXd means(static_cast<Eigen::Index>(spaces.size()));
  Eigen::Index next = 0;
  for (const auto& [space, of_space] : spaces) means[next++] = of_space.first / static_cast<double>(of_space.second);
  return means;
}

std::optional<double> mean_over_spaces(const std::vector<LearnedFrom>& tasks, size_t set,
                                       std::optional<double> HeldOut::*correlation) {
  const Eigen::ArrayXd means =
      means_of_spaces(tasks, set, [&](const HeldOut& held_out) { return held_out.*correlation; });
  return means.size() == 0 ? std::nullopt : std::optional<double>(means.mean());
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

size_t count_of(const std::vector<std::string>& names, const std::vector<std::string>& among) {
  return static_cast<size_t>(
      std::count_if(names.begin(), names.end(), [&](const std::string& name) { return contains(among, name); }));
}

Json held_out_json(const HeldOut& held_out) {
  return {{"learned", optional_number(held_out.learned)}, {"log_rank", optional_number(held_out.log_rank)}};
}

Json lift_json(const std::optional<Lift>& lift) {
  if (!lift) return nullptr;
  return {{"mean", lift->mean}, {"standard_error", lift->standard_error}, {"spaces", lift->spaces}};
}

// The task as a pool with a set's columns alone.
Task seen_through(const Task& task, const ColumnSet& set) {
  Task seen = task;
  seen.columns.clear();
  seen.values.clear();
  seen.directed.clear();
  for (size_t column = 0; column < task.columns.size(); ++column) {
    if (!contains(set.columns, task.columns[column])) continue;
    if (contains(set.log_rank, task.columns[column])) seen.directed.push_back(seen.columns.size());
    seen.columns.push_back(task.columns[column]);
    seen.values.push_back(task.values[column]);
  }
  return seen;
}

HeldOut judge(const EnsembleFile& file, const Task& task, const ColumnSet& set) {
  const Task seen = seen_through(task, set);
  const Method& method = find_method(file.method);
  return {spearman(method.predict(file.model_without(task.space), seen.columns, seen.values, {}).mean, task.accuracy),
          spearman(label_free_score(find_label_free("log_rank"), seen), task.accuracy)};
}

ColumnSet all_columns(const LearnedModel& model, const std::vector<Task>& tasks) {
  ColumnSet all{"all", {}, {}};
  for (const FeaturePlan::Column& column : model.plan.columns) all.columns.push_back(column.name);
  std::set<std::string> directed;
  for (const Task& task : tasks) {
    for (const size_t column : task.directed) directed.insert(task.columns[column]);
  }
  std::copy_if(directed.begin(), directed.end(), std::back_inserter(all.log_rank),
               [&](const std::string& name) { return contains(all.columns, name); });
  return all;
}

EnsembleFile from_json(const Json& json) {
  EnsembleFile file;
  file.version = json.at("version").get<std::string>();
  file.command = json.at("command").get<std::string>();
  file.created = json.at("created").get<std::string>();
  file.method = json.at("method").get<std::string>();
  file.fidelity = json.at("fidelity").get<std::string>();
  for (const Json& set : json.at("column_sets")) {
    file.sets.push_back({set.at("name").get<std::string>(), set.at("columns").get<std::vector<std::string>>(),
                         set.at("log_rank_columns").get<std::vector<std::string>>(), set.at("least").get<size_t>()});
  }
  for (const Json& task : json.at("tasks")) {
    file.tasks.push_back({task.at("task").get<std::string>(),
                          task.at("space").get<std::string>(),
                          task.at("group").get<std::string>(),
                          task.at("rows").get<size_t>(),
                          {}});
    for (const ColumnSet& set : file.sets) {
      const Json& held_out = task.at("held_out").at(set.name);
      file.tasks.back().held_out.push_back(
          {number_or_none(held_out.at("learned")), number_or_none(held_out.at("log_rank"))});
    }
  }
  file.model = model_from_json(json.at("model"));
  for (const Json& fold : json.at("leave_out")) {
    file.folds.push_back({fold.at("group").get<std::string>(), model_from_json(fold.at("model"))});
  }
  if (file.sets.empty()) throw MalformedModel("column_sets is empty");
  const auto& methods = learned_methods();
  if (std::none_of(methods.begin(), methods.end(), [&](const Method& each) { return each.name == file.method; })) {
    throw MalformedModel(fmt::format("method {} is not known", file.method));
  }
  return file;
}

}  // namespace

HeldOut EnsembleFile::held_out(size_t set) const {
  return {mean_over_spaces(tasks, set, &HeldOut::learned), mean_over_spaces(tasks, set, &HeldOut::log_rank)};
}

std::optional<Lift> EnsembleFile::lift(size_t set) const {
  const Eigen::ArrayXd lifts = means_of_spaces(tasks, set, [](const HeldOut& held_out) {
    const bool known = held_out.learned && held_out.log_rank;
    return known ? std::optional<double>(*held_out.learned - *held_out.log_rank) : std::nullopt;
  });
  if (lifts.size() == 0) return std::nullopt;
  const auto count = static_cast<double>(lifts.size());
  Lift lift{lifts.mean(), 0.0, static_cast<size_t>(lifts.size())};
  if (count > 1.0) lift.standard_error = std::sqrt((lifts - lift.mean).square().sum() / (count - 1.0) / count);
  return lift;
}

bool EnsembleFile::beats_log_rank(size_t set) const {
  const std::optional<Lift> over = lift(set);
  return over && over->mean > 0.0 && over->mean >= 2.0 * over->standard_error;
}

std::optional<size_t> EnsembleFile::set_of(const std::vector<std::string>& columns) const {
  std::optional<size_t> narrowest;
  const size_t known = sets.empty() ? 0 : count_of(sets.front().columns, columns);
  for (size_t set = 0; set < sets.size(); ++set) {
    const size_t has = count_of(sets[set].columns, columns);
    if (has == 0 || has < known || has < sets[set].least) continue;
    if (!narrowest || sets[set].columns.size() < sets[*narrowest].columns.size()) narrowest = set;
  }
  return narrowest;
}

bool EnsembleFile::knows(const std::string& space) const {
  return std::any_of(tasks.begin(), tasks.end(), [&](const LearnedFrom& task) { return task.space == space; });
}

const LearnedModel& EnsembleFile::model_excluding(const std::string& space) const {
  if (folds.empty()) {
    const std::string group = tasks.empty() ? "none" : tasks.front().group;
    throw core::UsageError(fmt::format("nothing can be left out: all tasks are of one group of spaces, {}", group));
  }
  const LearnedModel& found = model_without(space);
  if (&found != &model) return found;
  std::vector<std::string> spaces;
  for (const LearnedFrom& task : tasks) {
    if (!contains(spaces, task.space)) spaces.push_back(task.space);
  }
  throw core::UsageError(core::unknown_name("space of the ensemble's tasks", space, spaces));
}

const LearnedModel& EnsembleFile::model_without(const std::string& space) const {
  const std::string group = space_group(space);
  const auto found = std::find_if(folds.begin(), folds.end(), [&](const Fold& fold) { return fold.group == group; });
  return found == folds.end() ? model : found->model;
}

void EnsembleFile::write(const std::string& path) const {
  Json json = {{"format", kFormat},  {"name", kName},      {"about", kAbout},
               {"version", version}, {"command", command}, {"created", created}};
  json["method"] = method;
  json["fidelity"] = fidelity;
  json["column_sets"] = Json::array();
  for (size_t set = 0; set < sets.size(); ++set) {
    json["column_sets"].push_back({{"name", sets[set].name},
                                   {"held_out_mean_over_spaces", held_out_json(held_out(set))},
                                   {"lift_over_log_rank", lift_json(lift(set))},
                                   {"learned_beats_log_rank", beats_log_rank(set)},
                                   {"least", sets[set].least},
                                   {"columns", sets[set].columns},
                                   {"log_rank_columns", sets[set].log_rank}});
  }
  json["tasks"] = Json::array();
  for (const LearnedFrom& task : tasks) {
    json["tasks"].push_back({{"task", task.task}, {"space", task.space}, {"group", task.group}, {"rows", task.rows}});
    for (size_t set = 0; set < sets.size(); ++set) {
      json["tasks"].back()["held_out"][sets[set].name] = held_out_json(task.held_out[set]);
    }
  }
  json["model"] = to_json(model);
  json["leave_out"] = Json::array();
  for (const Fold& fold : folds) json["leave_out"].push_back({{"group", fold.group}, {"model", to_json(fold.model)}});
  core::replace_file(path, core::json_text(json, 1) + "\n");
}

EnsembleFile EnsembleFile::read(const std::string& path) { return parse(core::read_whole_file(path), path); }

EnsembleFile EnsembleFile::parse(const std::string& text, const std::string& name) {
  try {
    const Json json = Json::parse(text);
    if (!json.is_object() || json.value("name", "") != kName) {
      throw core::Error(fmt::format("{}: not a file of zeroth ensemble fit", name));
    }
    if (const int format = json.at("format").get<int>(); format != kFormat) {
      throw core::Error(fmt::format("{}: format {}; this version reads {}", name, format, kFormat));
    }
    return from_json(json);
  } catch (const Json::exception& error) {
    throw core::Error(fmt::format("{}: {}", name, error.what()));
  } catch (const MalformedModel& error) {
    throw core::Error(fmt::format("{}: {}", name, error.what()));
  }
}

Decision decide(const EnsembleFile& file, const std::vector<std::string>& columns) {
  const std::optional<size_t> set = file.set_of(columns);
  if (!set) return {false, "what the learned ensemble is worth with these columns alone is not known"};
  const HeldOut mean = file.held_out(*set);
  const std::optional<Lift> lift = file.lift(*set);
  if (!lift) return {false, "what the learned ensemble is worth on other spaces is not known"};
  return {
      file.beats_log_rank(*set),
      fmt::format("with the {} columns the learned ensemble reaches {:.3f} on spaces that it was not learned from, "
                  "log_rank {:.3f} (a difference of {:+.3f}, standard error {:.3f} over {} spaces)",
                  file.sets[*set].name, *mean.learned, *mean.log_rank, lift->mean, lift->standard_error, lift->spaces)};
}

EnsembleFile learn_ensemble(const std::vector<Task>& tasks, std::vector<ColumnSet> further, const std::string& method) {
  EnsembleFile file;
  file.method = method;
  file.model = learn(tasks, {method});
  file.folds = learn_folds(tasks, {method});
  file.sets = {all_columns(file.model, tasks)};
  file.sets.insert(file.sets.end(), further.begin(), further.end());
  for (ColumnSet& set : file.sets) {
    set.least = set.columns.size();
    for (const Task& task : tasks) set.least = std::min(set.least, count_of(set.columns, task.columns));
  }
  for (const Task& task : tasks) {
    file.tasks.push_back({task.name, task.space, task.group, task.rows(), {}});
    for (const ColumnSet& set : file.sets) {
      file.tasks.back().held_out.push_back(file.folds.empty() ? HeldOut{} : judge(file, task, set));
    }
  }
  return file;
}

}  // namespace zeroth::ensemble
