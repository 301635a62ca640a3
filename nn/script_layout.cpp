#include "nn/script_layout.h"

#include <algorithm>

#include "core/error.h"

namespace zeroth::nn {
namespace {

int64_t size_of(const Dimension& dim) {
  int64_t size = 1;
  for (const Factor& factor : dim) size *= factor.size;
  return size;
}

// Without factors of size 1, and with those joined that run on.
Dimension simplified(const Dimension& dim) {
  Dimension simple;
  for (const Factor& factor : dim) {
    if (factor.size == 1) continue;
    const bool runs_on =
        !simple.empty() && simple.back().axis == factor.axis && simple.back().stride == factor.size * factor.stride;
    if (runs_on) {
      simple.back() = {factor.axis, simple.back().size * factor.size, factor.stride};
    } else {
      simple.push_back(factor);
    }
  }
  return simple;
}

Layout simplified(Layout layout) {
  for (Dimension& dim : layout.dims) dim = simplified(dim);
  return layout;
}

}  // namespace

std::vector<int64_t> Layout::sizes() const {
  std::vector<int64_t> sizes;
  for (const Dimension& dim : dims) sizes.push_back(size_of(dim));
  return sizes;
}

Layout map_layout(int64_t batch, const spaces::FeatureShape& shape) {
  return simplified({{{{Axis::kBatch, batch, 1}},
                      {{Axis::kChannel, shape.channels, 1}},
                      {{Axis::kPlace, shape.height, shape.width}},
                      {{Axis::kPlace, shape.width, 1}}}});
}

Layout token_layout(int64_t batch, const spaces::FeatureShape& shape) {
  return simplified(
      {{{{Axis::kBatch, batch, 1}}, {{Axis::kPlace, shape.height, 1}}, {{Axis::kChannel, shape.channels, 1}}}});
}

Layout vector_layout(int64_t batch, int64_t channels) {
  return simplified({{{{Axis::kBatch, batch, 1}}, {{Axis::kChannel, channels, 1}}}});
}

std::optional<Layout> reshaped(const Layout& layout, const std::vector<int64_t>& sizes) {
  std::vector<Factor> left;  // the next one last
  for (const Dimension& dim : layout.dims) left.insert(left.end(), dim.begin(), dim.end());
  std::reverse(left.begin(), left.end());
  Layout result = layout;
  result.dims.clear();
  for (const int64_t size : sizes) {
    Dimension dim;
    int64_t wanted = size;
    while (wanted > 1) {
      if (left.empty()) return std::nullopt;
      Factor& next = left.back();
      if (wanted % next.size == 0) {
        wanted /= next.size;
        dim.push_back(next);
        left.pop_back();
      } else if (next.size % wanted == 0) {
        const int64_t inner = next.size / wanted;
        dim.push_back({next.axis, wanted, next.stride * inner});
        next.size = inner;
        wanted = 1;
      } else {
        return std::nullopt;
      }
    }
    result.dims.push_back(dim);
  }
  if (!left.empty()) return std::nullopt;
  return simplified(result);
}

Layout permuted(const Layout& layout, const std::vector<int64_t>& order) {
  ZEROTH_CHECK(order.size() == layout.dims.size());
  Layout result = layout;
  for (size_t k = 0; k < order.size(); ++k) result.dims[k] = layout.dims.at(static_cast<size_t>(order[k]));
  return result;
}

std::optional<Layout> cut(const Layout& layout, size_t dim, int64_t first, int64_t count) {
  Layout result = layout;
  Dimension& factors = result.dims.at(dim);
  if (first == 0 && count == size_of(factors)) return result;
  if (factors.empty() || factors[0].axis == Axis::kBatch) return std::nullopt;
  const int64_t inner = size_of(factors) / factors[0].size;
  if (first % inner != 0 || count % inner != 0) return std::nullopt;
  int64_t& begin = factors[0].axis == Axis::kChannel ? result.first_channel : result.first_place;
  begin += first / inner * factors[0].stride;
  factors[0].size = count / inner;
  return simplified(result);
}

Layout without_dimension(const Layout& layout, size_t dim) {
  Layout result = layout;
  result.dims.erase(result.dims.begin() + static_cast<std::ptrdiff_t>(dim));
  return result;
}

std::vector<Factor> factors_of(const Layout& layout, Axis axis) {
  std::vector<Factor> factors;
  for (const Dimension& dim : layout.dims) {
    for (const Factor& factor : dim) {
      if (factor.axis == axis) factors.push_back(factor);
    }
  }
  return factors;
}

std::optional<int64_t> neighbours(std::vector<Factor> factors) {
  std::sort(factors.begin(), factors.end(), [](const Factor& a, const Factor& b) { return a.stride < b.stride; });
  int64_t count = 1;
  for (const Factor& factor : factors) {
    if (factor.stride != count) return std::nullopt;
    count *= factor.size;
  }
  return count;
}

}  // namespace zeroth::nn
