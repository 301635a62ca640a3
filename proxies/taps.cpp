#include "proxies/taps.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <limits>

#include "nn/channel_sums.h"
#include "proxies/reduce.h"

namespace zeroth::proxies {
namespace {

using torch::Tensor;
template <typename T>
using RowMajor = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr int64_t kBlock = 256;  // rows that are converted to double at a time: they stay in the cache

// A map (N, C, H, W) on a grid as a matrix: a row for each image and place of the grid, in the columns the channels of
// all pixels of that place. Undefined where the grid does not divide the map.
Tensor rows_on_grid(const Tensor& value, int64_t height, int64_t width) {
  const Tensor map = nn::as_map(value);
  const int64_t images = map.size(0), channels = map.size(1), down = map.size(2) / height, across = map.size(3) / width;
  if (down * height != map.size(2) || across * width != map.size(3)) return {};
  return map.detach()
      .permute({0, 2, 3, 1})
      .reshape({images, height, down, width, across, channels})
      .permute({0, 1, 3, 2, 4, 5})
      .reshape({images * height * width, down * across * channels})
      .contiguous();
}

// On the grid of a map of the same size.
Tensor rows_like(const Tensor& value, const Tensor& other) {
  const Tensor map = nn::as_map(other);
  return rows_on_grid(value, map.size(2), map.size(3));
}

Tensor rows_of(const Tensor& value) { return rows_like(value, value); }

// Calls visit(rows of a, rows of b) for blocks of two matrices with equally many rows, in double.
template <typename Visit>
void for_each_block(const Tensor& a, const Tensor& b, const Visit& visit) {
  with_elements(a, [&](const auto* x) {
    using T = std::remove_const_t<std::remove_pointer_t<decltype(x)>>;
    const T* y = b.data_ptr<T>();
    for (int64_t start = 0; start < a.size(0); start += kBlock) {
      const int64_t rows = std::min(kBlock, a.size(0) - start);
      const Eigen::Map<const RowMajor<T>> left(x + start * a.size(1), rows, a.size(1));
      const Eigen::Map<const RowMajor<T>> right(y + start * b.size(1), rows, b.size(1));
      visit(RowMajor<double>(left.template cast<double>()), RowMajor<double>(right.template cast<double>()));
    }
  });
}

}  // namespace

Taps::Taps(const nn::Network& network)
    : network_(network), tapped_(network.graph().nodes().size(), false), values_(tapped_.size()) {
  for (const int node : network.graph().taps()) tapped_[static_cast<size_t>(network.executed(node))] = true;
}

void Taps::observe(const nn::NodeResult& result) {
  const auto node = static_cast<size_t>(result.node);
  if (tapped_[node]) values_[node] = result.value;
}

std::vector<Tensor> Taps::maps() const {
  std::vector<Tensor> maps;
  for (const int node : network_.graph().taps()) {
    maps.push_back(values_[static_cast<size_t>(network_.executed(node))]);
  }
  return maps;
}

double spectral_entropy(const Tensor& map) {
  constexpr double kShift = 1e-8;
  const Tensor rows = rows_of(map);
  const auto count = static_cast<double>(rows.size(0));
  Eigen::RowVectorXd mean = Eigen::RowVectorXd::Zero(rows.size(1));
  for_each_block(rows, rows, [&](const auto& block, const auto&) { mean += block.colwise().sum(); });
  mean /= count;
  Eigen::MatrixXd covariance = Eigen::MatrixXd::Zero(rows.size(1), rows.size(1));
  for_each_block(rows, rows, [&](auto block, const auto&) {
    block.rowwise() -= mean;
    covariance.selfadjointView<Eigen::Lower>().rankUpdate(block.transpose());
  });
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(covariance, Eigen::EigenvaluesOnly);
  const Eigen::ArrayXd spread = solver.eigenvalues().array().max(0.0);
  if (!(spread.sum() > 0.0)) return std::numeric_limits<double>::quiet_NaN();
  const Eigen::ArrayXd share = spread / spread.sum();
  return -(share * (share + kShift).log()).sum();
}

TapStep tap_step(const Tensor& earlier, const Tensor& later, const Tensor& signal) {
  if (later.is_same(earlier)) return {/*identity=*/true};
  Tensor arrived = torch::autograd::grad({later}, {earlier}, {signal}, /*retain_graph=*/true, /*create_graph=*/false,
                                         /*allow_unused=*/true)[0];
  if (!arrived.defined()) arrived = torch::zeros_like(earlier);
  if (at::equal(arrived, signal)) return {/*identity=*/true};
  const Tensor rows = rows_like(arrived, later), signal_rows = rows_of(signal);
  if (!rows.defined()) return {/*identity=*/false, std::numeric_limits<double>::quiet_NaN()};
  Eigen::MatrixXd product = Eigen::MatrixXd::Zero(rows.size(1), signal_rows.size(1));
  for_each_block(rows, signal_rows, [&](const auto& a, const auto& b) { product.noalias() += a.transpose() * b; });
  product /= static_cast<double>(rows.size(0));
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(product.transpose() * product, Eigen::EigenvaluesOnly);
  return {/*identity=*/false, std::sqrt(std::max(0.0, solver.eigenvalues().maxCoeff()))};
}

}  // namespace zeroth::proxies
