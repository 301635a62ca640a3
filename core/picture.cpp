#include "core/picture.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace zeroth::core {
namespace {

constexpr int kChannels = 3;
constexpr float kWhite = 255;

// One new position on an axis: a weighted sum of old positions from `first` on.
struct Tap {
  int first = 0;
  std::vector<float> weights;
};

// The old positions that [i, i + 1) of the smaller axis covers, weighted by how much of each it covers.
Tap area_tap(int i, double scale, int from) {
  const double begin = i * scale;
  const double end = std::min<double>((i + 1) * scale, from);
  Tap tap;
  tap.first = static_cast<int>(begin);
  for (int old = tap.first; old < end; ++old) {
    const double covered = std::min<double>(end, old + 1) - std::max<double>(begin, old);
    tap.weights.push_back(static_cast<float>(covered / (end - begin)));
  }
  return tap;
}

Tap bilinear_tap(int i, double scale, int from) {
  const double centre = std::clamp((i + 0.5) * scale - 0.5, 0.0, from - 1.0);
  Tap tap;
  tap.first = std::min(static_cast<int>(centre), std::max(from - 2, 0));
  const auto second = static_cast<float>(centre - tap.first);
  tap.weights = {1 - second};
  if (from > 1) tap.weights.push_back(second);
  return tap;
}

std::vector<Tap> axis_taps(int from, int to) {
  const double scale = static_cast<double>(from) / to;
  std::vector<Tap> taps;
  for (int i = 0; i < to; ++i) taps.push_back(to < from ? area_tap(i, scale, from) : bilinear_tap(i, scale, from));
  return taps;
}

Picture resize_width(const Picture& picture, int width) {
  Picture result(picture.height, width);
  const std::vector<Tap> taps = axis_taps(picture.width, width);
  for (int row = 0; row < kChannels * picture.height; ++row) {
    const float* in = &picture.planes[static_cast<size_t>(row) * picture.width];
    float* out = &result.planes[static_cast<size_t>(row) * width];
    for (int x = 0; x < width; ++x) {
      float sum = 0;
      for (size_t k = 0; k < taps[x].weights.size(); ++k) sum += taps[x].weights[k] * in[taps[x].first + k];
      out[x] = sum;
    }
  }
  return result;
}

Picture transpose(const Picture& picture) {
  Picture result(picture.width, picture.height);
  for (int c = 0; c < kChannels; ++c) {
    for (int y = 0; y < picture.height; ++y) {
      for (int x = 0; x < picture.width; ++x) result.at(c, x, y) = picture.at(c, y, x);
    }
  }
  return result;
}

}  // namespace

Picture::Picture(int height, int width)
    : height(height), width(width), planes(static_cast<size_t>(kChannels) * height * width) {
  ZEROTH_CHECK(height > 0 && width > 0);
}

float& Picture::at(int channel, int y, int x) {
  return planes[(static_cast<size_t>(channel) * height + y) * width + x];
}
float Picture::at(int channel, int y, int x) const {
  return planes[(static_cast<size_t>(channel) * height + y) * width + x];
}

Picture from_interleaved(const std::vector<unsigned char>& pixels, int height, int width) {
  Picture picture(height, width);
  ZEROTH_CHECK(pixels.size() == picture.planes.size());
  size_t next = 0;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < kChannels; ++c) picture.at(c, y, x) = pixels[next++] / kWhite;
    }
  }
  return picture;
}

Picture from_planes(const unsigned char* pixels, int channels, int height, int width) {
  ZEROTH_CHECK(channels == 1 || channels == kChannels);
  Picture picture(height, width);
  const size_t count = static_cast<size_t>(channels) * height * width;
  for (size_t i = 0; i < picture.planes.size(); ++i) picture.planes[i] = pixels[i % count] / kWhite;
  return picture;
}

Picture pad(const Picture& picture, int border) {
  Picture result(picture.height + 2 * border, picture.width + 2 * border);
  for (int c = 0; c < kChannels; ++c) {
    for (int y = 0; y < picture.height; ++y) {
      for (int x = 0; x < picture.width; ++x) result.at(c, y + border, x + border) = picture.at(c, y, x);
    }
  }
  return result;
}

Picture centre_square(const Picture& picture) {
  const int side = std::min(picture.height, picture.width);
  const int top = (picture.height - side) / 2;
  const int left = (picture.width - side) / 2;
  Picture result(side, side);
  for (int c = 0; c < kChannels; ++c) {
    for (int y = 0; y < side; ++y) {
      for (int x = 0; x < side; ++x) result.at(c, y, x) = picture.at(c, y + top, x + left);
    }
  }
  return result;
}

Picture resize(const Picture& picture, int height, int width) {
  const Picture wide = width == picture.width ? picture : resize_width(picture, width);
  return height == wide.height ? wide : transpose(resize_width(transpose(wide), height));
}

}  // namespace zeroth::core
