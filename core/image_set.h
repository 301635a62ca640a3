// Real images for minibatches, `--input fashion-mnist | cifar10:PATH | cifar100:PATH | folder:PATH`.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/picture.h"

namespace zeroth::core {

// What is subtracted from, and then divides, each channel of values in [0, 1].
struct Normalisation {
  std::array<float, 3> mean;
  std::array<float, 3> deviation;
};

class ImageSet {
 public:
  virtual ~ImageSet() = default;
  ImageSet(const ImageSet&) = delete;
  ImageSet& operator=(const ImageSet&) = delete;

  // "fashion-mnist", "cifar10", "cifar100" or "folder".
  const std::string& name() const { return name_; }
  size_t size() const { return labels_.size(); }
  int64_t classes() const { return classes_; }
  // 0 .. classes - 1.
  int64_t label(size_t i) const { return labels_.at(i); }
  // Image i cut to its central square, brought to resolution x resolution (see resize) and normalised: shape
  // (3, resolution, resolution). May be called from several threads. Throws Error that names the file where a file of a
  // folder cannot be decoded.
  std::vector<float> image(size_t i, int resolution) const;

 protected:
  ImageSet(std::string name, int64_t classes, std::vector<int64_t> labels, const Normalisation& normalisation);

 private:
  virtual Picture picture(size_t i) const = 0;

  std::string name_;
  int64_t classes_;
  std::vector<int64_t> labels_;
  Normalisation normalisation_;
};

// Whether the text names one of the sets below, well formed or not: "fashion-mnist", or "cifar10:", "cifar100:" or
// "folder:" and anything after it.
bool is_image_spec(std::string_view spec);

// Opens an image set. Errors are Errors that name the file, and the record where there is one; a spec that is none of
// these is a UsageError with the valid forms.
//   fashion-mnist   the 60,000 training images of Debian's package dataset-fashion-mnist, or of the folder that the
//                   environment variable ZEROTH_FASHION_MNIST_DIR names; padded with zeros from 28x28 to 32x32
//   cifar10:PATH    a file in CIFAR-10's binary format (a label byte and 3,072 pixel bytes a record), or a folder with
//                   data_batch_*.bin
//   cifar100:PATH   the same for CIFAR-100 (coarse label, fine label, pixels; the fine one is used), or a folder with
//                   train.bin
//   folder:PATH     PNG and JPEG files in one subfolder a class, both in the order of their names; without such
//                   subfolders the images of the folder itself, as one class. Files are decoded when asked for.
// Files may be compressed with gzip.
std::unique_ptr<ImageSet> open_images(std::string_view spec);

}  // namespace zeroth::core
