// The images that networks are trained on: kept as bytes, split once, augmented batch by batch.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/image_set.h"
#include "nn/minibatch.h"

namespace zeroth::search {

struct DataOptions {
  std::string spec;         // as core::open_images reads it
  int resolution = 32;      // height and width; images of another size are resized
  int64_t images = 0;       // training and validation images together; 0 for all there are
  double validation = 0.1;  // share of them that is validated on and never trained on
  int crop = 4;             // black pixels put around an image before a random crop of the old size; 0 for none
  bool flip = true;         // mirror every other image, by chance
  uint64_t seed = 0;        // of the split
};

class ImageData {
 public:
  // Reads, resizes and splits. Throws core::UsageError for an option out of its range, core::Error for images that
  // cannot be read, and where fewer than two would be left to train on or none to validate on.
  explicit ImageData(const DataOptions& options);

  int64_t classes() const { return classes_; }
  int64_t training_images() const { return static_cast<int64_t>(training_.size()); }
  int64_t validation_images() const { return static_cast<int64_t>(validation_.size()); }
  int64_t test_images() const { return static_cast<int64_t>(test_.labels.size()); }  // 0 where the set has none

  // The training images in the order of an epoch, a function of (seed, epoch).
  std::vector<size_t> order(uint64_t seed, int epoch) const;
  // Images order[first] .. order[first + count - 1], (count, 3, H, W) float32 channels-last. How each is cropped and
  // whether it is mirrored is a function of (seed, epoch, image).
  nn::Minibatch training_batch(const std::vector<size_t>& order, size_t first, size_t count, uint64_t seed,
                               int epoch) const;
  // The same of validation and test images, as they are.
  nn::Minibatch validation_batch(size_t first, size_t count) const;
  nn::Minibatch test_batch(size_t first, size_t count) const;

  // Sixteen hexadecimal digits over all images and labels, in their split.
  std::string digest() const;

 private:
  struct Pixels {
    std::vector<unsigned char> bytes;  // (images, H, W, 3)
    std::vector<int64_t> labels;
  };
  struct View {             // how one image is shown
    int top = 0, left = 0;  // of the crop, in the image with its border; `crop` shows it whole
    bool mirrored = false;
  };

  View whole() const { return {options_.crop, options_.crop, false}; }
  void split(size_t available);
  void append(Pixels& pixels, const core::ImageSet& set, size_t image) const;
  void show(const Pixels& pixels, size_t image, const View& view, float* out) const;
  nn::Minibatch batch_of(const Pixels& pixels, const std::vector<size_t>& images, size_t first, size_t count,
                         const std::function<View(size_t image)>& view) const;

  DataOptions options_;
  int64_t classes_ = 0;
  std::vector<float> normalised_;  // by channel and byte
  Pixels images_, test_;
  std::vector<size_t> training_, validation_, all_tests_;  // places in images_, in images_, in test_
};

}  // namespace zeroth::search
