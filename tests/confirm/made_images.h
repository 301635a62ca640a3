// Images that a small network learns in seconds, as a file in CIFAR-10's binary format.
#pragma once

#include <string>

#include "core/random.h"
#include "search/confirm/image_data.h"
#include "tests/temporary_folder.h"

namespace zeroth::tests {

// `count` records of four classes in turn: the class says which of four places is bright, noise covers all.
inline std::string made_records(int count, uint64_t seed = 1) {
  std::string bytes;
  for (int n = 0; n < count; ++n) {
    const core::Stream noise(seed, "noise", static_cast<uint64_t>(n));
    const int label = n % 4;
    bytes += static_cast<char>(label);
    for (uint32_t i = 0; i < 3072; ++i) {
      const uint32_t x = i % 32, y = i / 32 % 32;
      const bool bright = (x < 16) == (label % 2 == 0) && (y < 16) == (label < 2);
      bytes += static_cast<char>((bright ? 90 : 10) + noise.below(100, i));
    }
  }
  return bytes;
}

// Images of 8 x 8 pixels from such a file, without augmentation: the place of what is bright is the class.
inline search::DataOptions made_data(const TemporaryFolder& folder, int count = 120) {
  search::DataOptions options;
  options.spec = "cifar10:" + folder.write("images.bin", made_records(count));
  options.resolution = 8;
  options.validation = 0.25;
  options.crop = 0;
  options.flip = false;
  options.seed = 3;
  return options;
}

}  // namespace zeroth::tests
