#include "nn/channel_sums.h"

#include <array>

#include "core/error.h"
#include "core/simd.h"

namespace zeroth::nn {
namespace {

using torch::Tensor;

// sums: 2 or 3 rows of `channels`, zero at first.
template <typename T>
ZEROTH_INLINE void add_sums(const T* a, const T* b, const T* c, int64_t rows, int64_t channels, double* sums) {
  double* of_a = sums;
  double* of_ab = of_a + channels;
  double* of_ac = of_ab + channels;
  for (int64_t row = 0; row < rows; ++row, a += channels, b += channels) {
    for (int64_t k = 0; k < channels; ++k) {
      const auto x = static_cast<double>(a[k]);
      of_a[k] += x;
      of_ab[k] += x * static_cast<double>(b[k]);
    }
    if (c == nullptr) continue;
    for (int64_t k = 0; k < channels; ++k) of_ac[k] += static_cast<double>(a[k]) * static_cast<double>(c[k]);
    c += channels;
  }
}

ZEROTH_SIMD_CLONES void add_sums_of(const float* a, const float* b, const float* c, int64_t rows, int64_t channels,
                                    double* sums) {
  add_sums<float>(a, b, c, rows, channels, sums);
}
void add_sums_of(const double* a, const double* b, const double* c, int64_t rows, int64_t channels, double* sums) {
  add_sums<double>(a, b, c, rows, channels, sums);
}

template <typename T>
ZEROTH_INLINE void combine(const std::array<const T*, 3>& maps, size_t count, int64_t rows, int64_t channels,
                           const T* factors, const T* offset, T* out) {
  const T* first = factors;
  const T* second = factors + channels;
  const T* third = second + channels;
  for (int64_t r = 0; r < rows; ++r) {
    const int64_t at = r * channels;
    const T *x = maps[0] + at, *y = maps[1] + at, *z = maps[2] + at;
    T* to = out + at;
    if (count == 1) {
      for (int64_t c = 0; c < channels; ++c) to[c] = offset[c] + first[c] * x[c];
    } else if (count == 2) {
      for (int64_t c = 0; c < channels; ++c) to[c] = offset[c] + first[c] * x[c] + second[c] * y[c];
    } else {
      for (int64_t c = 0; c < channels; ++c) to[c] = offset[c] + first[c] * x[c] + second[c] * y[c] + third[c] * z[c];
    }
  }
}

ZEROTH_SIMD_CLONES void combine_maps(const std::array<const float*, 3>& maps, size_t count, int64_t rows,
                                     int64_t channels, const float* factors, const float* offset, float* out) {
  combine<float>(maps, count, rows, channels, factors, offset, out);
}
void combine_maps(const std::array<const double*, 3>& maps, size_t count, int64_t rows, int64_t channels,
                  const double* factors, const double* offset, double* out) {
  combine<double>(maps, count, rows, channels, factors, offset, out);
}

// Pointers to the maps' elements; the last map stands in where there are fewer than three.
template <typename T>
std::array<const T*, 3> pointers(const std::vector<Tensor>& maps) {
  std::array<const T*, 3> result{};
  for (size_t i = 0; i < result.size(); ++i) result[i] = maps[std::min(i, maps.size() - 1)].data_ptr<T>();
  return result;
}

template <typename T>
Tensor combine_as(const std::vector<Tensor>& maps, const std::vector<std::vector<double>>& factors,
                  const std::vector<double>& offset) {
  const auto channels = static_cast<size_t>(maps[0].size(1));
  std::vector<T> by_map(3 * channels, T(0));
  for (size_t k = 0; k < maps.size(); ++k) {
    for (size_t c = 0; c < channels; ++c) by_map[k * channels + c] = static_cast<T>(factors[k][c]);
  }
  const std::vector<T> offsets(offset.begin(), offset.end());
  Tensor out = at::empty(maps[0].sizes(), maps[0].options().requires_grad(false), at::MemoryFormat::ChannelsLast);
  combine_maps(pointers<T>(maps), maps.size(), maps[0].numel() / maps[0].size(1), maps[0].size(1), by_map.data(),
               offsets.data(), out.template data_ptr<T>());
  return out;
}

}  // namespace

std::vector<std::vector<double>> channel_means(const Tensor& a, const std::vector<Tensor>& others) {
  ZEROTH_CHECK(others.size() == 1 || others.size() == 2);
  const int64_t channels = a.size(1), rows = a.numel() / channels;
  const size_t results = 1 + others.size();
  std::vector<double> sums(results * static_cast<size_t>(channels), 0.0);
  const auto add = [&](auto zero) {
    using T = decltype(zero);
    const T* second = others.size() == 2 ? others[1].data_ptr<T>() : nullptr;
    add_sums_of(a.data_ptr<T>(), others[0].data_ptr<T>(), second, rows, channels, sums.data());
  };
  if (a.scalar_type() == torch::kFloat64) {
    add(0.0);
  } else {
    add(0.0F);
  }
  std::vector<std::vector<double>> means(results);
  for (size_t i = 0; i < sums.size(); ++i) {
    means[i / static_cast<size_t>(channels)].push_back(sums[i] / static_cast<double>(rows));
  }
  return means;
}

Tensor combine_channels(const std::vector<Tensor>& maps, const std::vector<std::vector<double>>& factors,
                        const std::vector<double>& offset) {
  ZEROTH_CHECK(!maps.empty() && maps.size() <= 3 && factors.size() == maps.size());
  return maps[0].scalar_type() == torch::kFloat64 ? combine_as<double>(maps, factors, offset)
                                                  : combine_as<float>(maps, factors, offset);
}

}  // namespace zeroth::nn
