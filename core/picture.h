// A decoded picture and its way to another size.
#pragma once

#include <cstddef>
#include <vector>

namespace zeroth::core {

// RGB, values in [0, 1], shape (3, height, width): planes[(c * height + y) * width + x].
struct Picture {
  Picture(int height, int width);

  float& at(int channel, int y, int x);
  float at(int channel, int y, int x) const;

  int height;
  int width;
  std::vector<float> planes;
};

// `pixels` has shape (height, width, 3), 0 to 255.
Picture from_interleaved(const std::vector<unsigned char>& pixels, int height, int width);
// `pixels` has shape (channels, height, width), 0 to 255, with 1 or 3 channels; gray becomes three equal planes.
Picture from_planes(const unsigned char* pixels, int channels, int height, int width);

// Zeros on all four sides.
Picture pad(const Picture& picture, int border);
// The largest square around the centre.
Picture centre_square(const Picture& picture);
// Rows and columns one after the other: where an axis shrinks, each pixel is the average of the area it covers; where
// it grows, bilinear between pixel centres, with the edge pixels continued outwards.
Picture resize(const Picture& picture, int height, int width);

}  // namespace zeroth::core
