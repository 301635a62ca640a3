#include "proxies/hidden_spectrum.h"

#include <Eigen/Eigenvalues>
#include <algorithm>

#include "proxies/transformer_layers.h"

namespace zeroth::proxies {
namespace {

using spaces::OpNode;

bool is_in_front_of_activation(const spaces::OpGraph& graph, int number) {
  return std::any_of(graph.nodes().begin(), graph.nodes().end(), [&](const OpNode& reader) {
    return is_feed_forward_activation(graph, reader) && reader.operands[0] == number;
  });
}

}  // namespace

void add_hidden_spectrum(const spaces::OpGraph& graph, const nn::NodeResult& result,
                         std::vector<Eigen::VectorXd>& spectra) {
  if (!is_in_front_of_activation(graph, result.node)) return;
  const torch::Tensor rows =
      result.value.detach().reshape({-1, result.value.size(-1)}).to(torch::kFloat64).contiguous();
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  // A copy: sums over a borrowed matrix depend on where it lies in memory.
  Eigen::MatrixXd hidden = Eigen::Map<const RowMajor>(rows.data_ptr<double>(), rows.size(0), rows.size(1));
  const Eigen::RowVectorXd mean = hidden.colwise().mean();
  hidden.rowwise() -= mean;
  Eigen::MatrixXd scatter;
  if (hidden.rows() < hidden.cols()) {
    scatter.noalias() = hidden * hidden.transpose();
  } else {
    scatter.noalias() = hidden.transpose() * hidden;
  }
  spectra.push_back(Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(scatter, Eigen::EigenvaluesOnly).eigenvalues());
}

}  // namespace zeroth::proxies
