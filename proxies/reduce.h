// Sums over the elements of one or two tensors, in double and in a fixed order. An undefined gradient stands for zeros:
// it is what autograd returns for a weight that the logits do not depend on.
#pragma once

#include <array>
#include <cstddef>

#include "nn/torch_compat.h"

namespace zeroth::proxies {

// Calls body(pointer) with the elements of a dense tensor, float or double.
template <typename Body>
auto with_elements(const torch::Tensor& tensor, const Body& body) {
  if (tensor.scalar_type() == torch::kFloat64) return body(tensor.data_ptr<double>());
  return body(tensor.data_ptr<float>());
}

// Sum of term(i) over i < count. Eight partial sums, so that the additions need not wait for each other.
template <typename Term>
double sum_of(size_t count, const Term& term) {
  std::array<double, 8> partial{};
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    for (size_t k = 0; k < 8; ++k) partial[k] += term(i + k);
  }
  for (; i < count; ++i) partial[i % 8] += term(i);
  return ((partial[0] + partial[1]) + (partial[2] + partial[3])) +
         ((partial[4] + partial[5]) + (partial[6] + partial[7]));
}

// The second tensor with its elements in the first one's order in memory.
torch::Tensor laid_out_like(const torch::Tensor& tensor, const torch::Tensor& model);

// Sum of term(a_i) over the elements of a; 0 where a is undefined.
template <typename Term>
double sum_over(const torch::Tensor& a, const Term& term) {
  if (!a.defined()) return 0.0;
  const torch::Tensor dense = laid_out_like(a, a);
  return with_elements(dense, [&](const auto* x) {
    return sum_of(static_cast<size_t>(dense.numel()), [&](size_t i) { return term(static_cast<double>(x[i])); });
  });
}

// Sum of term(a_i, b_i) over the elements of two tensors of one shape and type; 0 where either is undefined.
template <typename Term>
double sum_over(const torch::Tensor& a, const torch::Tensor& b, const Term& term) {
  if (!a.defined() || !b.defined()) return 0.0;
  const torch::Tensor first = laid_out_like(a, a), second = laid_out_like(b, first);
  return with_elements(first, [&](const auto* x) {
    const auto* y = second.data_ptr<std::decay_t<decltype(*x)>>();
    return sum_of(static_cast<size_t>(first.numel()),
                  [&](size_t i) { return term(static_cast<double>(x[i]), static_cast<double>(y[i])); });
  });
}

// Euclidean norm of all elements.
double l2_norm(const torch::Tensor& tensor);

}  // namespace zeroth::proxies
