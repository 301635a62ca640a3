#include "ensemble/booster.h"

#include <fmt/format.h>
#include <xgboost/c_api.h>

#include <cmath>
#include <limits>
#include <memory>

#include "core/error.h"

namespace zeroth::ensemble {
namespace {

void require(int code) {
  if (code != 0) throw core::Error(core::one_line(fmt::format("xgboost: {}", XGBGetLastError())));
}

struct FreeMatrix {
  void operator()(void* matrix) const { XGDMatrixFree(matrix); }
};
struct FreeBooster {
  void operator()(void* booster) const { XGBoosterFree(booster); }
};
using Matrix = std::unique_ptr<void, FreeMatrix>;
using Booster = std::unique_ptr<void, FreeBooster>;

Matrix to_matrix(const Eigen::MatrixXf& features) {
  const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> by_row = features;
  DMatrixHandle handle = nullptr;
  require(XGDMatrixCreateFromMat_omp(by_row.data(), static_cast<bst_ulong>(by_row.rows()),
                                     static_cast<bst_ulong>(by_row.cols()), std::numeric_limits<float>::quiet_NaN(),
                                     &handle, /*nthread=*/1));
  return Matrix(handle);
}

Matrix to_matrix(const RankedRows& rows) {
  Matrix matrix = to_matrix(rows.features);
  const auto set = [&](const char* field, const std::vector<float>& values) {
    if (!values.empty()) require(XGDMatrixSetFloatInfo(matrix.get(), field, values.data(), values.size()));
  };
  set("label", rows.target);
  set("base_margin", rows.margin);
  require(XGDMatrixSetUIntInfo(matrix.get(), "group", rows.group_rows.data(), rows.group_rows.size()));
  set("weight", rows.group_weight);
  return matrix;
}

void set_parameter(const Booster& booster, const char* name, const std::string& value) {
  require(XGBoosterSetParam(booster.get(), name, value.c_str()));
}

Booster one_threaded(const DMatrixHandle* matrices, bst_ulong count) {
  BoosterHandle handle = nullptr;
  require(XGBoosterCreate(matrices, count, &handle));
  Booster booster(handle);
  set_parameter(booster, "nthread", "1");
  set_parameter(booster, "verbosity", "0");
  return booster;
}

}  // namespace

std::string boosted_trees(const RankedRows& rows, const BoosterSettings& settings) {
  const Matrix matrix = to_matrix(rows);
  DMatrixHandle handle = matrix.get();
  const Booster booster = one_threaded(&handle, 1);
  set_parameter(booster, "objective", "rank:pairwise");
  set_parameter(booster, "num_pairsample", "4");  // of each row with rows of another label, by a seed of the round
  set_parameter(booster, "tree_method", "exact");
  set_parameter(booster, "base_score", "0");
  set_parameter(booster, "seed", "0");
  set_parameter(booster, "max_depth", std::to_string(settings.depth));
  set_parameter(booster, "eta", fmt::format("{}", settings.rate));
  for (int round = 0; round < settings.rounds; ++round) {
    require(XGBoosterUpdateOneIter(booster.get(), round, matrix.get()));
  }
  bst_ulong size = 0;
  const char* bytes = nullptr;
  require(XGBoosterSaveModelToBuffer(booster.get(), R"({"format": "json"})", &size, &bytes));
  return {bytes, static_cast<size_t>(size)};
}

Eigen::VectorXd tree_scores(const std::string& trees, const Eigen::MatrixXf& features) {
  const Booster booster = one_threaded(nullptr, 0);
  require(XGBoosterLoadModelFromBuffer(booster.get(), trees.data(), trees.size()));
  const Matrix matrix = to_matrix(features);
  const bst_ulong* shape = nullptr;
  bst_ulong dimensions = 0;
  const float* scores = nullptr;
  require(XGBoosterPredictFromDMatrix(
      booster.get(), matrix.get(),
      R"({"type": 1, "training": false, "iteration_begin": 0, "iteration_end": 0, "strict_shape": false})", &shape,
      &dimensions, &scores));
  return Eigen::Map<const Eigen::VectorXf>(scores, features.rows()).cast<double>();
}

}  // namespace zeroth::ensemble
