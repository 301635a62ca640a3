#include "proxies/position_sums.h"

#include <algorithm>

#include "proxies/reduce.h"

namespace zeroth::proxies {
namespace {

// For maps that are plain or channels-last in memory.
template <typename T>
std::vector<double> sums_of(const T* a, const T* d, int64_t images, int64_t channels, int64_t positions,
                            bool channels_last) {
  std::vector<double> sums(static_cast<size_t>(images * channels));
  std::vector<T> row(static_cast<size_t>(channels));
  for (int64_t n = 0; n < images; ++n) {
    const T* x = a + n * channels * positions;
    const T* y = d + n * channels * positions;
    double* out = sums.data() + n * channels;
    if (!channels_last) {
      for (int64_t c = 0; c < channels; ++c, x += positions, y += positions) {
        out[c] = sum_of(static_cast<size_t>(positions), [&](size_t p) { return static_cast<double>(x[p]) * y[p]; });
      }
      continue;
    }
    std::fill(row.begin(), row.end(), T(0));
    for (int64_t p = 0; p < positions; ++p, x += channels, y += channels) {
      for (int64_t c = 0; c < channels; ++c) row[static_cast<size_t>(c)] += x[c] * y[c];
    }
    for (int64_t c = 0; c < channels; ++c) out[c] = row[static_cast<size_t>(c)];
  }
  return sums;
}

}  // namespace

std::vector<double> position_sums(const torch::Tensor& a, const torch::Tensor& b) {
  const int64_t images = a.size(0), channels = a.size(1);
  const bool channels_last = a.dim() == 4 && a.is_contiguous(at::MemoryFormat::ChannelsLast);
  const torch::Tensor first = channels_last ? a : a.contiguous();
  const torch::Tensor second = laid_out_like(b, first);
  return with_elements(first, [&](const auto* x) {
    return sums_of(x, second.data_ptr<std::decay_t<decltype(*x)>>(), images, channels,
                   first.numel() / (images * channels), channels_last);
  });
}

}  // namespace zeroth::proxies
