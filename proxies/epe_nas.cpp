// epe_nas: how differently the network responds to images of one class.
//
// S = sum over classes c of |s_c|, s_c = sum over all pairs i, j of images of c, i = j too, of ln(|corr(J_i, J_j)| +
// k), J[n] the gradient of the sum of all logits to image n, k = 1e-5. Networks of more than 100 classes: S = sum over
// all ordered pairs of classes of |s_c - s_c'|, over the number of classes, with s_c over the number of images of c.
// Lopes et al., EPE-NAS, ICANN 2021, arXiv:2102.08099. Sign: larger = better, the authors'. Cost: 1 forward + 1
// backward to the images, which jacob_cov shares. Authors' code: equal. A class counts if the minibatch has an image of
// it; above 100 classes their code raises an error for a class of one image and leaves it out. One image of each class,
// and every network scores the same: the score wants several images of a class, theirs were 256 images of 10 classes. A
// constant row: nan there, fails here.
#include "proxies/epe_nas.h"

#include <cmath>
#include <map>

#include "proxies/proxy.h"
#include "proxies/row_correlation.h"

namespace zeroth::proxies {
namespace {

constexpr int64_t kMostSummedClasses = 100;

double sum_of_logarithms(const Eigen::MatrixXd& correlation, const std::vector<Eigen::Index>& images) {
  constexpr double kShift = 1e-5;
  double sum = 0.0;
  for (const Eigen::Index i : images) {
    for (const Eigen::Index j : images) sum += std::log(std::abs(correlation(i, j)) + kShift);
  }
  return sum;
}

// Mean over classes of the sum of distances to the others.
double spread(const std::vector<double>& scores) {
  if (scores.empty()) throw Degenerate("no class has two images in the minibatch");
  double sum = 0.0;
  for (const double a : scores) {
    for (const double b : scores) sum += std::abs(a - b);
  }
  return sum / static_cast<double>(scores.size());
}

}  // namespace

double epe_nas(const Eigen::MatrixXd& jacobian, const std::vector<int64_t>& labels, int64_t classes) {
  const Eigen::MatrixXd correlation = row_correlation(jacobian);
  std::map<int64_t, std::vector<Eigen::Index>> images_of;
  for (size_t n = 0; n < labels.size(); ++n) images_of[labels[n]].push_back(static_cast<Eigen::Index>(n));
  double total = 0.0;
  std::vector<double> means;
  for (const auto& [label, images] : images_of) {
    const double score = sum_of_logarithms(correlation, images);
    total += std::abs(score);
    if (images.size() > 1) means.push_back(score / static_cast<double>(images.size()));
  }
  return finite(classes > kMostSummedClasses ? spread(means) : total);
}

Proxy proxy_epe_nas() {
  Proxy proxy;
  proxy.name = "epe_nas";
  proxy.summary = "decorrelation of the input gradients of images of one class";
  proxy.formula = "sum_c |sum_ij ln(|corr(J_i, J_j)| + k)| over images i, j of class c, k = 1e-5; <= 100 classes";
  proxy.citation = "Lopes et al., EPE-NAS, ICANN 2021, arXiv:2102.08099";
  proxy.sign = "authors'";
  proxy.golden = "equal";
  proxy.uses_labels = true;
  proxy.request = needs({Pass::kInputJacobian});
  proxy.score = [](const Probe& probe) {
    const torch::Tensor labels = probe.labels().contiguous();
    const int64_t* first = labels.data_ptr<int64_t>();
    const int64_t classes = probe.network().graph().nodes().back().shape.channels;
    return epe_nas(probe.input_jacobian(), {first, first + labels.numel()}, classes);
  };
  return proxy;
}

}  // namespace zeroth::proxies
