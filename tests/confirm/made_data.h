// The made images as data to train on.
#pragma once

#include "search/confirm/image_data.h"
#include "tests/confirm/made_records.h"
#include "tests/temporary_folder.h"

namespace zeroth::tests {

// Images of 8 x 8 pixels without augmentation: the place of what is bright is the class.
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
