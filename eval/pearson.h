// Correlation of values, not of ranks.
#pragma once

#include <optional>
#include <vector>

namespace zeroth::eval {

// Pearson's product-moment correlation of finite values of any size, in [-1, 1]; nullopt where a column has fewer than
// two different values.
std::optional<double> pearson(const std::vector<double>& x, const std::vector<double>& y);

// Square root of the mean squared distance from the mean; 0 for fewer than two different values.
double deviation(const std::vector<double>& values);

}  // namespace zeroth::eval
