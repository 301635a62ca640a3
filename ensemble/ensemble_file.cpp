#include "ensemble/ensemble_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "core/error.h"
#include "core/input_file.h"
#include "core/replace_file.h"
#include "ensemble/model_json.h"

namespace zeroth::ensemble {
namespace {

constexpr const char* kName = "zeroth ensemble";
constexpr const char* kAbout =
    "Score of a row = sum of weight times feature. A column's features are the standardised (rank - 1/2) / n and its "
    "logarithm within the pool, of minus the value where sign is -1; a family's are the standardised means of its "
    "members' features. Target: normal scores of accuracy ranks. held_out: Spearman correlation, one row a function, "
    "of weights learned without the task's group.";

Json optional_number(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }

std::optional<double> number_or_none(const Json& json) {
  return json.is_null() ? std::nullopt : std::optional<double>(json.get<double>());
}

// Over spaces, of the means over each space's tasks.
std::optional<double> mean_over_spaces(const std::vector<LearnedFrom>& tasks,
                                       std::optional<double> LearnedFrom::*correlation) {
  std::map<std::string, std::pair<double, size_t>> spaces;
  for (const LearnedFrom& task : tasks) {
    if (!(task.*correlation)) return std::nullopt;
    spaces[task.space].first += *(task.*correlation);
    ++spaces[task.space].second;
  }
  double sum = 0.0;
  for (const auto& [space, of_space] : spaces) sum += of_space.first / static_cast<double>(of_space.second);
  return spaces.empty() ? std::nullopt : std::optional<double>(sum / static_cast<double>(spaces.size()));
}

EnsembleFile from_json(const Json& json) {
  EnsembleFile file;
  file.version = json.at("version").get<std::string>();
  file.command = json.at("command").get<std::string>();
  file.created = json.at("created").get<std::string>();
  for (const Json& task : json.at("tasks")) {
    const Json& held_out = task.at("held_out");
    file.tasks.push_back({task.at("task").get<std::string>(), task.at("space").get<std::string>(),
                          task.at("group").get<std::string>(), task.at("rows").get<size_t>(),
                          number_or_none(held_out.at("learned")), number_or_none(held_out.at("log_rank"))});
  }
  file.directed = json.at("log_rank_columns").get<std::vector<std::string>>();
  file.model = model_from_json(json.at("model"));
  for (const Json& fold : json.at("leave_out")) {
    file.folds.push_back({fold.at("group").get<std::string>(), model_from_json(fold.at("model"))});
  }
  return file;
}

}  // namespace

std::optional<double> EnsembleFile::held_out_learned() const { return mean_over_spaces(tasks, &LearnedFrom::learned); }

std::optional<double> EnsembleFile::held_out_log_rank() const {
  return mean_over_spaces(tasks, &LearnedFrom::log_rank);
}

bool EnsembleFile::beats_log_rank() const {
  const auto learned = held_out_learned(), log_rank = held_out_log_rank();
  return learned && log_rank && *learned > *log_rank;
}

const LearnedModel& EnsembleFile::model_without(const std::string& space) const {
  const std::string group = space_group(space);
  const auto found = std::find_if(folds.begin(), folds.end(), [&](const Fold& fold) { return fold.group == group; });
  return found == folds.end() ? model : found->model;
}

void EnsembleFile::write(const std::string& path) const {
  Json json = {{"format", kFormat},  {"name", kName},      {"about", kAbout},
               {"version", version}, {"command", command}, {"created", created}};
  json["held_out_mean_over_spaces"] = {{"learned", optional_number(held_out_learned())},
                                       {"log_rank", optional_number(held_out_log_rank())},
                                       {"learned_beats_log_rank", beats_log_rank()}};
  json["tasks"] = Json::array();
  for (const LearnedFrom& task : tasks) {
    json["tasks"].push_back(
        {{"task", task.task},
         {"space", task.space},
         {"group", task.group},
         {"rows", task.rows},
         {"held_out", {{"learned", optional_number(task.learned)}, {"log_rank", optional_number(task.log_rank)}}}});
  }
  json["log_rank_columns"] = directed;
  json["model"] = to_json(model);
  json["leave_out"] = Json::array();
  for (const Fold& fold : folds) json["leave_out"].push_back({{"group", fold.group}, {"model", to_json(fold.model)}});
  // The command line need not be UTF-8, which JSON must be.
  core::replace_file(path, json.dump(1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace) + "\n");
}

EnsembleFile EnsembleFile::read(const std::string& path) {
  try {
    const Json json = Json::parse(core::read_whole_file(path));
    if (!json.is_object() || json.value("name", "") != kName) {
      throw core::Error(fmt::format("{}: not a file of zeroth ensemble fit", path));
    }
    if (const int format = json.at("format").get<int>(); format != kFormat) {
      throw core::Error(fmt::format("{}: format {}; this version reads {}", path, format, kFormat));
    }
    return from_json(json);
  } catch (const Json::exception& error) {
    throw core::Error(fmt::format("{}: {}", path, error.what()));
  } catch (const MalformedModel& error) {
    throw core::Error(fmt::format("{}: {}", path, error.what()));
  }
}

EnsembleFile learn_ensemble(const std::vector<Task>& tasks) {
  EnsembleFile file;
  file.model = learn(tasks);
  file.folds = learn_folds(tasks);
  std::set<std::string> directed;
  for (const Task& task : tasks) {
    LearnedFrom from{task.name, task.space, task.group, task.rows(), std::nullopt, std::nullopt};
    if (!file.folds.empty()) {
      from.learned = spearman(predict(file.model_without(task.space), task.columns, task.values).mean, task.accuracy);
      from.log_rank = spearman(label_free_score(find_label_free("log_rank"), task), task.accuracy);
    }
    file.tasks.push_back(from);
    for (const size_t column : task.directed) directed.insert(task.columns[column]);
  }
  file.directed.assign(directed.begin(), directed.end());
  return file;
}

}  // namespace zeroth::ensemble
