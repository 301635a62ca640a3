#include "ensemble/model_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <string_view>

#include "core/csv.h"

namespace zeroth::ensemble {
namespace {

using Eigen::Index;

// Weight and variance around it from task to task, of a feature.
Json feature_json(const WeightPrior& prior, size_t feature) {
  return {{"weight", prior.mean[static_cast<Index>(feature)]},
          {"variance", prior.deviation[static_cast<Index>(feature)]}};
}

double finite_number(const Json& json, const char* name) {
  const double value = json.at(name).get<double>();
  if (!std::isfinite(value)) throw MalformedModel(fmt::format("{} is not a finite number", name));
  return value;
}

void read_feature(const Json& json, WeightPrior& prior, size_t feature) {
  prior.mean[static_cast<Index>(feature)] = finite_number(json, "weight");
  const double variance = finite_number(json, "variance");
  if (variance < 0.0) throw MalformedModel("a variance is negative");
  prior.deviation[static_cast<Index>(feature)] = variance;
}

// The lower triangle, a text of numbers for each row: as an array of its own each number would take a line.
Json triangle_json(const Eigen::MatrixXd& symmetric) {
  Json rows = Json::array();
  for (Index row = 0; row < symmetric.rows(); ++row) {
    std::string text;
    for (Index column = 0; column <= row; ++column) {
      text += (column == 0 ? "" : " ") + core::number_text(symmetric(row, column));
    }
    rows.push_back(text);
  }
  return rows;
}

Eigen::MatrixXd read_triangle(const Json& json, Index size) {
  const auto fail = [] { throw MalformedModel("covariance does not hold the lower triangle over the features"); };
  Eigen::MatrixXd symmetric(size, size);
  if (!json.is_array() || static_cast<Index>(json.size()) != size) fail();
  for (Index row = 0; row < size; ++row) {
    const auto text = json[static_cast<size_t>(row)].get<std::string>();
    Index column = 0;
    for (size_t start = 0; start < text.size();) {
      const size_t end = std::min(text.find(' ', start), text.size());
      const auto value = core::parse_number(std::string_view(text).substr(start, end - start));
      if (!value || !std::isfinite(*value) || column > row) fail();
      symmetric(row, column) = symmetric(column, row) = *value;
      ++column;
      start = end + 1;
    }
    if (column != row + 1) fail();
  }
  return symmetric;
}

FeaturePlan::Column read_column(const Json& json, size_t families) {
  const FeaturePlan::Column column{json.at("name").get<std::string>(), finite_number(json, "sign"),
                                   json.at("family").get<size_t>()};
  if (std::abs(column.sign) != 1.0) throw MalformedModel(fmt::format("sign of {} is neither 1 nor -1", column.name));
  if (column.family >= families) throw MalformedModel(fmt::format("family of {}: there are {}", column.name, families));
  return column;
}

}  // namespace

Json to_json(const LearnedModel& model) {
  const size_t families = model.plan.families, columns = model.plan.columns.size();
  Json json = {{"noise", model.prior.noise}, {"tau", model.prior.tau}, {"best_column", model.best_column}};
  json["scales"] = model.prior.scales;
  json["families"] = Json::array();
  for (size_t f = 0; f < families; ++f) {
    json["families"].push_back(
        {{"rank", feature_json(model.prior, f)}, {"log_rank", feature_json(model.prior, families + f)}});
  }
  json["columns"] = Json::array();
  for (size_t c = 0; c < columns; ++c) {
    const FeaturePlan::Column& column = model.plan.columns[c];
    json["columns"].push_back({{"name", column.name},
                               {"sign", column.sign},
                               {"family", column.family},
                               {"rank", feature_json(model.prior, 2 * families + c)},
                               {"log_rank", feature_json(model.prior, 2 * families + columns + c)}});
  }
  json["covariance"] = triangle_json(model.prior.covariance);
  if (!model.kept.empty()) json["kept"] = Json::object();
  for (const auto& [method, text] : model.kept) json["kept"][method] = Json::parse(text);
  return json;
}

LearnedModel model_from_json(const Json& json) {
  LearnedModel model;
  const Json &families = json.at("families"), &columns = json.at("columns");
  model.plan.families = families.size();
  std::set<std::string> names;
  for (const Json& column : columns) {
    model.plan.columns.push_back(read_column(column, families.size()));
    if (!names.insert(model.plan.columns.back().name).second) {
      throw MalformedModel(fmt::format("two columns are named {}", model.plan.columns.back().name));
    }
  }
  const auto features = static_cast<Index>(model.plan.features());
  WeightPrior& prior = model.prior;
  prior.mean.resize(features);
  prior.deviation.resize(features);
  for (size_t f = 0; f < families.size(); ++f) {
    read_feature(families[f].at("rank"), prior, f);
    read_feature(families[f].at("log_rank"), prior, families.size() + f);
  }
  for (size_t c = 0; c < columns.size(); ++c) {
    read_feature(columns[c].at("rank"), prior, 2 * families.size() + c);
    read_feature(columns[c].at("log_rank"), prior, 2 * families.size() + columns.size() + c);
  }
  prior.covariance = read_triangle(json.at("covariance"), features);
  prior.scales = json.at("scales").get<std::vector<double>>();
  prior.tau = finite_number(json, "tau");
  prior.noise = finite_number(json, "noise");
  if (prior.noise <= 0.0) throw MalformedModel("noise is not above 0");
  model.best_column = json.at("best_column").get<std::string>();
  if (json.contains("kept")) {
    for (const auto& [method, of_method] : json.at("kept").items()) model.kept[method] = of_method.dump();
  }
  return model;
}

}  // namespace zeroth::ensemble
