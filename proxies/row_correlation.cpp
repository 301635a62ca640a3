#include "proxies/row_correlation.h"

#include "proxies/proxy.h"

namespace zeroth::proxies {

Eigen::MatrixXd row_correlation(const Eigen::MatrixXd& rows) {
  const Eigen::MatrixXd centred = rows.colwise() - rows.rowwise().mean();
  const Eigen::MatrixXd covariance = centred * centred.transpose();
  const Eigen::VectorXd deviation = covariance.diagonal().cwiseSqrt();
  if (!(deviation.minCoeff() > 0.0)) throw Degenerate("the logits do not depend on an image");
  return deviation.cwiseInverse().asDiagonal() * covariance * deviation.cwiseInverse().asDiagonal();
}

}  // namespace zeroth::proxies
