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
  // The same before it is normalised, rounded to 0 .. 255: shape (resolution, resolution, 3).
  std::vector<unsigned char> bytes(size_t i, int resolution) const;
  const Normalisation& normalisation() const { return normalisation_; }

 protected:
  ImageSet(std::string name, int64_t classes, std::vector<int64_t> labels, const Normalisation& normalisation);

 private:
  virtual Picture picture(size_t i) const = 0;
  // The central square of image i, brought to resolution x resolution.
  Picture square(size_t i, int resolution) const;

  std::string name_;
  int64_t classes_;
  std::vector<int64_t> labels_;
  Normalisation normalisation_;
};

// Whether the text names one of the sets below, well formed or not: "fashion-mnist", or "cifar10:", "cifar100:" or
// "folder:" and anything after it.
bool is_image_spec(std::string_view spec);

// Which images of a set are meant: those to learn from, or those that the set's authors held out.
enum class ImagePart { kTraining, kTest };

// Opens an image set. Errors are Errors that name the file, and the record where there is one; a spec that is none of
// these is a UsageError with the valid forms.
//   fashion-mnist   the 60,000 training or 10,000 test images of Debian's package dataset-fashion-mnist, or of the
//                   folder that the environment variable ZEROTH_FASHION_MNIST_DIR names; padded with zeros from 28x28
//                   to 32x32
//   cifar10:PATH    a file in CIFAR-10's binary format (a label byte and 3,072 pixel bytes a record), or a folder with
//                   data_batch_*.bin and, for tests, test_batch.bin
//   cifar100:PATH   the same for CIFAR-100 (coarse label, fine label, pixels; the fine one is used), or a folder with
//                   train.bin and, for tests, test.bin
//   folder:PATH     PNG and JPEG files in one subfolder a class, both in the order of their names; without such
//                   subfolders the images of the folder itself, as one class. Files are decoded when asked for.
// Files may be compressed with gzip. Null where test images are asked for and the set has none: a single file, or a
// folder of images.
std::unique_ptr<ImageSet> open_images(std::string_view spec, ImagePart part = ImagePart::kTraining);

}  // namespace zeroth::core
