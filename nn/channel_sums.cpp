#include "nn/channel_sums.h"

#include <algorithm>
#include <array>

#include "core/error.h"
#include "core/simd.h"

namespace zeroth::nn {
namespace {

using torch::Tensor;

// A channels-last map is one long row in which the channels come round again and again. Loops run over whole rounds of
// at least this many elements, so that maps of few channels fill vectors too.
constexpr int64_t kLeastRound = 64;

int64_t round_length(int64_t channels) { return channels * ((kLeastRound + channels - 1) / channels); }

// sums: 2 or 3 rows of `round` elements, zero at first. c may be null.
template <typename T>
ZEROTH_INLINE void add_sums(const T* a, const T* b, const T* c, int64_t count, int64_t round, double* sums) {
  double* of_a = sums;
  double* of_ab = of_a + round;
  double* of_ac = of_ab + round;
  for (int64_t start = 0; start < count; start += round) {
    const int64_t length = std::min(round, count - start);
    const T *x = a + start, *y = b + start;
    for (int64_t k = 0; k < length; ++k) {
      of_a[k] += static_cast<double>(x[k]);
      of_ab[k] += static_cast<double>(x[k]) * static_cast<double>(y[k]);
    }
    if (c == nullptr) continue;
    const T* z = c + start;
    for (int64_t k = 0; k < length; ++k) of_ac[k] += static_cast<double>(x[k]) * static_cast<double>(z[k]);
  }
}

ZEROTH_SIMD_CLONES void add_sums_of(const float* a, const float* b, const float* c, int64_t count, int64_t round,
                                    double* sums) {
  add_sums<float>(a, b, c, count, round, sums);
}
void add_sums_of(const double* a, const double* b, const double* c, int64_t count, int64_t round, double* sums) {
  add_sums<double>(a, b, c, count, round, sums);
}

// `factors` has three rows of `round` elements, `offset` one.
template <typename T>
ZEROTH_INLINE void combine(const std::array<const T*, 3>& maps, size_t used, int64_t count, int64_t round,
                           const T* factors, const T* offset, T* out) {
  const T* first = factors;
  const T* second = factors + round;
  const T* third = second + round;
  for (int64_t start = 0; start < count; start += round) {
    const int64_t length = std::min(round, count - start);
    const T *x = maps[0] + start, *y = maps[1] + start, *z = maps[2] + start;
    T* to = out + start;
    if (used == 1) {
      for (int64_t k = 0; k < length; ++k) to[k] = offset[k] + first[k] * x[k];
    } else if (used == 2) {
      for (int64_t k = 0; k < length; ++k) to[k] = offset[k] + first[k] * x[k] + second[k] * y[k];
    } else {
      for (int64_t k = 0; k < length; ++k) to[k] = offset[k] + first[k] * x[k] + second[k] * y[k] + third[k] * z[k];
    }
  }
}

ZEROTH_SIMD_CLONES void combine_maps(const std::array<const float*, 3>& maps, size_t used, int64_t count, int64_t round,
                                     const float* factors, const float* offset, float* out) {
  combine<float>(maps, used, count, round, factors, offset, out);
}
void combine_maps(const std::array<const double*, 3>& maps, size_t used, int64_t count, int64_t round,
                  const double* factors, const double* offset, double* out) {
  combine<double>(maps, used, count, round, factors, offset, out);
}

// Pointers to the maps' elements from `start` on; the last map stands in where there are fewer than three.
template <typename T>
std::array<const T*, 3> pointers(const std::vector<Tensor>& maps, int64_t start) {
  std::array<const T*, 3> result{};
  for (size_t i = 0; i < result.size(); ++i) result[i] = maps[std::min(i, maps.size() - 1)].data_ptr<T>() + start;
  return result;
}

template <typename T>
Tensor combine_as(const std::vector<Tensor>& maps, const std::vector<std::vector<double>>& factors,
                  const std::vector<double>& offset) {
  const auto channels = static_cast<size_t>(maps[0].size(1));
  const auto round = static_cast<size_t>(round_length(maps[0].size(1)));
  const auto groups = static_cast<int64_t>(offset.size() / channels);
  const int64_t count = maps[0].numel() / groups;
  std::vector<T> factor_rounds(3 * round, T(0)), offset_round(round);
  Tensor out = at::empty(maps[0].sizes(), maps[0].options().requires_grad(false), at::MemoryFormat::ChannelsLast);
  for (int64_t group = 0; group < groups; ++group) {
    const size_t first = static_cast<size_t>(group) * channels;
    for (size_t i = 0; i < round; ++i) {
      const size_t channel = first + i % channels;
      for (size_t k = 0; k < maps.size(); ++k) factor_rounds[k * round + i] = static_cast<T>(factors[k][channel]);
      offset_round[i] = static_cast<T>(offset[channel]);
    }
    combine_maps(pointers<T>(maps, group * count), maps.size(), count, static_cast<int64_t>(round),
                 factor_rounds.data(), offset_round.data(), out.template data_ptr<T>() + group * count);
  }
  return out;
}

}  // namespace

std::vector<double> channel_values(const Tensor& tensor) {
  const Tensor values = tensor.detach().to(torch::kFloat64).contiguous();
  return {values.data_ptr<double>(), values.data_ptr<double>() + values.numel()};
}

std::vector<std::vector<double>> channel_means(const Tensor& a, const std::vector<Tensor>& others, int64_t groups) {
  ZEROTH_CHECK(others.size() == 1 || others.size() == 2);
  const auto channels = static_cast<size_t>(a.size(1));
  const auto round = static_cast<size_t>(round_length(a.size(1)));
  const int64_t count = a.numel() / groups;
  std::vector<double> sums(3 * round);
  std::vector<std::vector<double>> means(1 + others.size(),
                                         std::vector<double>(static_cast<size_t>(groups) * channels, 0.0));
  for (int64_t group = 0; group < groups; ++group) {
    std::fill(sums.begin(), sums.end(), 0.0);
    const auto add = [&](auto zero) {
      using T = decltype(zero);
      const int64_t start = group * count;
      const T* second = others.size() == 2 ? others[1].data_ptr<T>() + start : nullptr;
      add_sums_of(a.data_ptr<T>() + start, others[0].data_ptr<T>() + start, second, count, static_cast<int64_t>(round),
                  sums.data());
    };
    if (a.scalar_type() == torch::kFloat64) {
      add(0.0);
    } else {
      add(0.0F);
    }
    const size_t first = static_cast<size_t>(group) * channels;
    const int64_t rows = count / a.size(1);
    for (size_t r = 0; r < means.size(); ++r) {
      for (size_t i = 0; i < round; ++i) means[r][first + i % channels] += sums[r * round + i];
      for (size_t c = first; c < first + channels; ++c) means[r][c] /= static_cast<double>(rows);
    }
  }
  return means;
}

Tensor combine_channels(const std::vector<Tensor>& maps, const std::vector<std::vector<double>>& factors,
                        const std::vector<double>& offset) {
  ZEROTH_CHECK(!maps.empty() && maps.size() <= 3 && factors.size() == maps.size());
  ZEROTH_CHECK(offset.size() % static_cast<size_t>(maps[0].size(1)) == 0);
  return maps[0].scalar_type() == torch::kFloat64 ? combine_as<double>(maps, factors, offset)
                                                  : combine_as<float>(maps, factors, offset);
}

}  // namespace zeroth::nn
