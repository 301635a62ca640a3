// jacob_cov: how differently the network responds to different images.
//
// S = -sum_i [ln(v_i + k) + 1/(v_i + k)], v the eigenvalues of the correlation matrix of the rows of J, J[n] the
// gradient of the sum of all logits to image n, k = 1e-5. Mellor et al., Neural Architecture Search without Training,
// ICML 2021, arXiv:2006.04647 (first version); Abdelfattah et al., Zero-Cost Proxies for Lightweight NAS, ICLR 2021,
// arXiv:2101.08134. Sign: larger = better, the authors'. Cost: 1 forward + 1 backward to the images. The score depends
// strongly on the batch size: compare within one only. Authors' code: equal, but for the eigenvalues, which come from a
// symmetric solver and are clamped at 0. A constant row has no correlation: theirs returns nan, ours fails with a
// reason.
#include <Eigen/Eigenvalues>

#include "proxies/proxy.h"
#include "proxies/row_correlation.h"

namespace zeroth::proxies {

Proxy proxy_jacob_cov() {
  Proxy proxy;
  proxy.name = "jacob_cov";
  proxy.summary = "decorrelation of the input gradients of a minibatch";
  proxy.formula = "-sum_i ln(v_i + k) + 1/(v_i + k), v = eig(corr(J)), k = 1e-5";
  proxy.citation = "Mellor et al., Neural Architecture Search without Training, ICML 2021, arXiv:2006.04647 (v1)";
  proxy.sign = "authors'";
  proxy.golden = "equal";
  proxy.request = needs({Pass::kInputJacobian});
  proxy.score = [](const Probe& probe) {
    constexpr double kShift = 1e-5;
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(row_correlation(probe.input_jacobian()),
                                                                Eigen::EigenvaluesOnly);
    const Eigen::ArrayXd shifted = solver.eigenvalues().array().max(0.0) + kShift;
    return finite(-(shifted.log() + shifted.inverse()).sum());
  };
  return proxy;
}

}  // namespace zeroth::proxies
