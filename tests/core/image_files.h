// PNG and JPEG files for tests, in memory.
#pragma once

#include <string>
#include <vector>

namespace zeroth::tests {

// `color_type` and `bits` as libpng names them; `pixels` holds the rows as the format wants them, `palette` RGB
// triples.
std::string png_bytes(int width, int height, int color_type, int bits, const std::vector<unsigned char>& pixels,
                      const std::vector<unsigned char>& palette = {});

// `channels` is 1 (gray), 3 (RGB) or 4 (CMYK); pixels have shape (height, width, channels). Best quality.
std::string jpeg_bytes(int width, int height, int channels, const std::vector<unsigned char>& pixels);

}  // namespace zeroth::tests
