#include "nn/depthwise_gradient.h"

#include <algorithm>
#include <vector>

#include "core/error.h"
#include "core/simd.h"

namespace zeroth::nn {
namespace {

using spaces::Window;
using torch::Tensor;

// Positions of a row, channels each; the step from one position to the next is 0 where all share the same channels.
template <typename T>
struct Row {
  T* first;
  int64_t step;
};

// sums += a * b, position by position.
template <typename T>
ZEROTH_INLINE void add_products_of_rows(Row<const T> a, Row<const T> b, Row<T> sums, int64_t positions,
                                        int64_t channels) {
  for (int64_t p = 0; p < positions; ++p) {
    const T* __restrict x = a.first + p * a.step;
    const T* __restrict y = b.first + p * b.step;
    T* __restrict to = sums.first + p * sums.step;
    for (int64_t c = 0; c < channels; ++c) to[c] += x[c] * y[c];
  }
}

ZEROTH_SIMD_CLONES void add_products(Row<const float> a, Row<const float> b, Row<float> sums, int64_t positions,
                                     int64_t channels) {
  add_products_of_rows<float>(a, b, sums, positions, channels);
}
void add_products(Row<const double> a, Row<const double> b, Row<double> sums, int64_t positions, int64_t channels) {
  add_products_of_rows<double>(a, b, sums, positions, channels);
}

// Sizes of a map of one image.
struct Map {
  int64_t height, width;
};

// Outputs o of [0, outputs) whose input o * stride + offset lies in [0, inputs).
struct Range {
  int64_t first, last;  // last is not one of them

  Range(int64_t outputs, int64_t inputs, int64_t stride, int64_t offset)
      : first(offset < 0 ? (-offset + stride - 1) / stride : 0),
        last(offset < inputs ? std::min(outputs, (inputs - 1 - offset) / stride + 1) : 0) {}
};

// visit(tap of the window, place of the first output, place of its input, outputs) for every row of outputs that a tap
// of the window feeds. Places are positions of an image.
template <typename Visit>
void for_each_row(const Map& out, const Map& in, const Window& window, const Visit& visit) {
  for (int64_t i = 0; i < window.height; ++i) {
    const int64_t down = i * window.dilation - window.pad_height;
    const Range rows(out.height, in.height, window.stride, down);
    for (int64_t j = 0; j < window.width; ++j) {
      const int64_t right = j * window.dilation - window.pad_width;
      const Range columns(out.width, in.width, window.stride, right);
      if (columns.first >= columns.last) continue;
      for (int64_t y = rows.first; y < rows.last; ++y)
        visit(i * window.width + j, y * out.width + columns.first,
              (y * window.stride + down) * in.width + columns.first * window.stride + right,
              columns.last - columns.first);
    }
  }
}

template <typename T>
Tensor to_weight(const Tensor& gradient, const Tensor& x, const Window& window) {
  const int64_t channels = x.size(1);
  const Map out{gradient.size(2), gradient.size(3)}, in{x.size(2), x.size(3)};
  std::vector<T> of_image(static_cast<size_t>(window.area() * channels));
  std::vector<double> sums(of_image.size(), 0.0);  // of thousands of positions an image
  for (int64_t n = 0; n < x.size(0); ++n) {
    const T* from = gradient.data_ptr<T>() + n * out.height * out.width * channels;
    const T* image = x.data_ptr<T>() + n * in.height * in.width * channels;
    std::fill(of_image.begin(), of_image.end(), T(0));
    for_each_row(out, in, window, [&](int64_t tap, int64_t output, int64_t input, int64_t count) {
      add_products({from + output * channels, channels}, {image + input * channels, window.stride * channels},
                   {of_image.data() + tap * channels, 0}, count, channels);
    });
    for (size_t k = 0; k < sums.size(); ++k) sums[k] += static_cast<double>(of_image[k]);
  }
  return at::from_blob(sums.data(), {window.area(), channels}, torch::kFloat64)
      .t()
      .to(x.scalar_type())
      .reshape({channels, 1, window.height, window.width})
      .clone(at::MemoryFormat::Contiguous);
}

template <typename T>
void add_to_input(const Tensor& gradient, const Tensor& taps, const Window& window, const Tensor& result) {
  const int64_t channels = gradient.size(1);
  const Map out{gradient.size(2), gradient.size(3)}, in{result.size(2), result.size(3)};
  for (int64_t n = 0; n < gradient.size(0); ++n) {
    const T* from = gradient.data_ptr<T>() + n * out.height * out.width * channels;
    T* image = result.data_ptr<T>() + n * in.height * in.width * channels;
    for_each_row(out, in, window, [&](int64_t tap, int64_t output, int64_t input, int64_t count) {
      add_products({from + output * channels, channels}, {taps.data_ptr<T>() + tap * channels, 0},
                   {image + input * channels, window.stride * channels}, count, channels);
    });
  }
}

bool is_channels_last(const Tensor& map) { return map.is_contiguous(at::MemoryFormat::ChannelsLast); }

}  // namespace

Tensor depthwise_gradient_to_weight(const Tensor& gradient, const Tensor& x, const Window& window) {
  ZEROTH_CHECK(is_channels_last(gradient) && is_channels_last(x) && gradient.size(1) == x.size(1));
  return x.scalar_type() == torch::kFloat64 ? to_weight<double>(gradient, x, window)
                                            : to_weight<float>(gradient, x, window);
}

Tensor depthwise_gradient_to_input(const Tensor& gradient, const Tensor& weight, int64_t height, int64_t width,
                                   const Window& window) {
  ZEROTH_CHECK(is_channels_last(gradient) && gradient.size(1) == weight.size(0) && weight.size(1) == 1);
  const int64_t channels = weight.size(0);
  const Tensor taps = weight.detach().reshape({channels, window.area()}).t().contiguous();
  const Tensor result = at::empty({gradient.size(0), channels, height, width}, gradient.options().requires_grad(false),
                                  at::MemoryFormat::ChannelsLast)
                            .zero_();
  if (gradient.scalar_type() == torch::kFloat64)
    add_to_input<double>(gradient, taps, window, result);
  else
    add_to_input<float>(gradient, taps, window, result);
  return result;
}

}  // namespace zeroth::nn
