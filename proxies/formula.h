// Expressions over the elements of tensors, as a user writes them: "sum(abs(weight * gradient))".
//
//   numbers, names of tensors, + - * / ^ and parentheses; ^ binds tightest, to the right
//   by element   abs sign square sqrt exp log log1p relu sigmoid tanh
//                log_positive(x)  ln x where x > 0, 0 elsewhere
//                ratio(a, b)      a / b where b is not 0, 0 elsewhere
//                min(a, b), max(a, b)
//   to a number  sum mean std (population) l1 l2 smallest largest count
// A number goes with a tensor element by element; two tensors need equally many elements. Arithmetic is float64.
#pragma once

#include <Eigen/Core>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace zeroth::proxies {

class Formula {
 public:
  // The elements of a named tensor, in an order that all tensors of one shape share.
  using Tensors = std::function<const Eigen::ArrayXd&(const std::string& name)>;

  // Throws core::Error that names the place in the text and what is allowed there; also where the value would be a
  // tensor, not a number. `names` are the tensors there are.
  Formula(const std::string& text, const std::vector<std::string>& names);
  Formula(Formula&&) noexcept;
  ~Formula();

  const std::set<std::string>& reads() const { return reads_; }
  // May be nan or infinite. Throws core::Error where two tensors differ in their number of elements.
  double evaluate(const Tensors& tensors) const;

  struct Node;

 private:
  std::set<std::string> reads_;
  std::unique_ptr<const Node> root_;
};

}  // namespace zeroth::proxies
