// How a tensor of a TorchScript module lies on the value of an operator graph: which of its numbers stand where. An
// operator's value has places (pixels row by row, or tokens) and channels; views, transposes and cuts of a module move
// them about without computing anything, and become nothing at all where the next operator finds them as it likes.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "spaces/op_graph.h"

namespace zeroth::nn {

enum class Axis { kBatch, kChannel, kPlace };

// Runs over `size` entries of an axis that lie `stride` apart.
struct Factor {
  Axis axis;
  int64_t size, stride;
  friend bool operator==(const Factor& a, const Factor& b) {
    return a.axis == b.axis && a.size == b.size && a.stride == b.stride;
  }
};
// One dimension of a tensor: the product of its factors, the last runs fastest. None where its size is 1.
using Dimension = std::vector<Factor>;

struct Layout {
  std::vector<Dimension> dims;
  int64_t first_channel = 0, first_place = 0;  // where what is left after cuts begins

  std::vector<int64_t> sizes() const;
  friend bool operator==(const Layout& a, const Layout& b) {
    return a.dims == b.dims && a.first_channel == b.first_channel && a.first_place == b.first_place;
  }
};

// (N, C, H, W); tokens (N, T, C); vectors (N, C).
Layout map_layout(int64_t batch, const spaces::FeatureShape& shape);
Layout token_layout(int64_t batch, const spaces::FeatureShape& shape);
Layout vector_layout(int64_t batch, int64_t channels);

// The same numbers in the same order under other sizes. None where a size would cut through a factor.
std::optional<Layout> reshaped(const Layout& layout, const std::vector<int64_t>& sizes);
// Dimension k is dimension order[k] of `layout`.
Layout permuted(const Layout& layout, const std::vector<int64_t>& order);
// The entries [first, first + count) of a dimension. None where they are no rectangle of factors.
std::optional<Layout> cut(const Layout& layout, size_t dim, int64_t first, int64_t count);
Layout without_dimension(const Layout& layout, size_t dim);

// The factors of one axis over all dimensions, in order.
std::vector<Factor> factors_of(const Layout& layout, Axis axis);
// How many entries they run over, if these are neighbours; none where they leave gaps.
std::optional<int64_t> neighbours(std::vector<Factor> factors);

}  // namespace zeroth::nn
