#include "proxies/sample_kernel.h"

#include <cstdlib>

#include "core/error.h"
#include "core/simd.h"
#include "proxies/reduce.h"

namespace zeroth::proxies {
namespace {

using spaces::ParamRole;
using torch::Tensor;

template <typename T>
ZEROTH_INLINE void add_signs(const T* row, int32_t* sums, size_t count) {
  for (size_t i = 0; i < count; ++i) sums[i] += static_cast<int32_t>(row[i] > 0) - static_cast<int32_t>(row[i] < 0);
}
ZEROTH_SIMD_CLONES void add_signs_of(const float* row, int32_t* sums, size_t count) {
  add_signs<float>(row, sums, count);
}
void add_signs_of(const double* row, int32_t* sums, size_t count) { add_signs<double>(row, sums, count); }

}  // namespace

void SampleKernel::add(const Tensor& rows) {
  const Tensor gram = at::mm(rows, rows.t()).to(torch::kFloat64);
  matrix_ += Eigen::Map<const Eigen::MatrixXd>(gram.data_ptr<double>(), gram.size(0), gram.size(1));
}

Eigen::MatrixXd sample_kernel(SampleGradients& gradients, const Tensor& logits) {
  SampleKernel kernel(logits.size(0));
  gradients.backward(torch::ones_like(logits), SampleGradients::Statistics::kConstant,
                     [&](ParamRole role, const Tensor& rows) {
                       if (role != ParamRole::kLinearBias) kernel.add(rows);
                     });
  return kernel.matrix();
}

double sign_agreement(const Tensor& rows) {
  const Tensor dense = rows.contiguous();
  const auto columns = static_cast<size_t>(dense.size(1));
  std::vector<int32_t> sums(columns, 0);
  with_elements(dense, [&](const auto* row) {
    for (int64_t n = 0; n < dense.size(0); ++n, row += columns) add_signs_of(row, sums.data(), columns);
  });
  return sum_of(columns, [&](size_t i) { return static_cast<double>(std::abs(sums[i])); });
}

}  // namespace zeroth::proxies
