#include "search/confirm/image_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.h"
#include "core/random.h"
#include "core/shuffle.h"

namespace zeroth::search {
namespace {

constexpr size_t kPlanes = 3, kBytes = 256;

void shuffle(std::vector<size_t>& values, const core::Stream& stream) {
  core::shuffle_first(values, values.size(), [&](size_t n, size_t i) {
    return stream.below(static_cast<uint32_t>(n), static_cast<uint32_t>(i));
  });
}

void check(const DataOptions& options) {
  if (options.images < 0) throw core::UsageError(fmt::format("--images {}: must be at least 0", options.images));
  if (!(options.validation > 0.0 && options.validation < 1.0)) {
    throw core::UsageError(fmt::format("--validation {}: must be a share between 0 and 1", options.validation));
  }
  if (options.crop < 0 || options.crop > options.resolution) {
    throw core::UsageError(
        fmt::format("--crop {}: must be from 0 to the images' {} pixels", options.crop, options.resolution));
  }
}

}  // namespace

ImageData::ImageData(const DataOptions& options) : options_(options) {
  check(options);
  const auto set = core::open_images(options.spec);
  const auto test = core::open_images(options.spec, core::ImagePart::kTest);
  classes_ = set->classes();
  const core::Normalisation& normalisation = set->normalisation();
  for (size_t channel = 0; channel < kPlanes; ++channel) {
    for (size_t byte = 0; byte < kBytes; ++byte) {
      const float value = static_cast<float>(byte) / 255.0F;
      normalised_.push_back((value - normalisation.mean[channel]) / normalisation.deviation[channel]);
    }
  }
  split(set->size());
  // Only the images that are used are decoded, and they get new numbers: their places in images_.
  for (std::vector<size_t>* part : {&training_, &validation_}) {
    for (size_t& image : *part) {
      append(images_, *set, image);
      image = images_.labels.size() - 1;
    }
  }
  for (size_t image = 0; test && image < test->size(); ++image) append(test_, *test, image);
  all_tests_.resize(test_.labels.size());
  std::iota(all_tests_.begin(), all_tests_.end(), size_t{0});
}

void ImageData::split(size_t available) {
  if (static_cast<uint64_t>(options_.images) > available) {
    throw core::UsageError(fmt::format("--images {}: {} has {}", options_.images, options_.spec, available));
  }
  std::vector<size_t> drawn(available);
  std::iota(drawn.begin(), drawn.end(), size_t{0});
  shuffle(drawn, core::Stream(options_.seed, "split"));
  if (options_.images > 0) drawn.resize(static_cast<size_t>(options_.images));
  const auto held = static_cast<size_t>(std::lround(options_.validation * static_cast<double>(drawn.size())));
  if (held == 0 || held + 2 > drawn.size()) {
    throw core::Error(
        fmt::format("{}: {} images with a share of {} for validation leave {} to train on and {} to "
                    "validate on; at least 2 and 1 are needed",
                    options_.spec, drawn.size(), options_.validation, drawn.size() - held, held));
  }
  validation_.assign(drawn.begin(), drawn.begin() + static_cast<int64_t>(held));
  training_.assign(drawn.begin() + static_cast<int64_t>(held), drawn.end());
}

void ImageData::append(Pixels& pixels, const core::ImageSet& set, size_t image) const {
  const std::vector<unsigned char> bytes = set.bytes(image, options_.resolution);
  pixels.bytes.insert(pixels.bytes.end(), bytes.begin(), bytes.end());
  pixels.labels.push_back(set.label(image));
}

std::vector<size_t> ImageData::order(uint64_t seed, int epoch) const {
  std::vector<size_t> order = training_;
  shuffle(order, core::Stream(seed, "order", 0, static_cast<uint32_t>(epoch)));
  return order;
}

void ImageData::show(const Pixels& pixels, size_t image, const View& view, float* out) const {
  const int side = options_.resolution;
  const unsigned char* bytes = pixels.bytes.data() + image * kPlanes * static_cast<size_t>(side) * side;
  for (int y = 0; y < side; ++y) {
    const int from_y = y + view.top - options_.crop;
    for (int x = 0; x < side; ++x) {
      const int from_x = (view.mirrored ? side - 1 - x : x) + view.left - options_.crop;
      const bool inside = from_y >= 0 && from_y < side && from_x >= 0 && from_x < side;
      const unsigned char* pixel = inside ? bytes + (static_cast<size_t>(from_y) * side + from_x) * kPlanes : nullptr;
      for (size_t c = 0; c < kPlanes; ++c) *out++ = normalised_[c * kBytes + (inside ? pixel[c] : 0)];
    }
  }
}

nn::Minibatch ImageData::batch_of(const Pixels& pixels, const std::vector<size_t>& images, size_t first, size_t count,
                                  const std::function<View(size_t image)>& view) const {
  ZEROTH_CHECK(first + count <= images.size());
  nn::Minibatch batch;
  const auto n = static_cast<int64_t>(count), side = static_cast<int64_t>(options_.resolution);
  batch.images = torch::empty({n, side, side, int64_t{kPlanes}}, torch::kFloat32);
  batch.labels = torch::empty({n}, torch::kInt64);
  auto* out = batch.images.data_ptr<float>();
  auto* labels = batch.labels.data_ptr<int64_t>();
  const size_t size = static_cast<size_t>(batch.images.numel()) / count;
  for (size_t i = 0; i < count; ++i) {
    const size_t image = images[first + i];
    show(pixels, image, view(image), out + i * size);
    labels[i] = pixels.labels[image];
  }
  batch.images = batch.images.permute({0, 3, 1, 2});
  return batch;
}

nn::Minibatch ImageData::training_batch(const std::vector<size_t>& order, size_t first, size_t count, uint64_t seed,
                                        int epoch) const {
  const auto places = static_cast<uint32_t>(2 * options_.crop + 1);
  return batch_of(images_, order, first, count, [&](size_t image) {
    const core::Stream drawn(seed, "augmentation", image, static_cast<uint32_t>(epoch));
    View view;
    view.top = static_cast<int>(drawn.below(places, 0));
    view.left = static_cast<int>(drawn.below(places, 1));
    view.mirrored = options_.flip && drawn.below(2, 2) == 1;
    return view;
  });
}

nn::Minibatch ImageData::validation_batch(size_t first, size_t count) const {
  return batch_of(images_, validation_, first, count, [this](size_t) { return whole(); });
}

nn::Minibatch ImageData::test_batch(size_t first, size_t count) const {
  return batch_of(test_, all_tests_, first, count, [this](size_t) { return whole(); });
}

std::string ImageData::digest() const {
  uint64_t hash = static_cast<uint64_t>(validation_.size());
  for (const Pixels* pixels : {&images_, &test_}) {
    const std::string_view bytes(reinterpret_cast<const char*>(pixels->bytes.data()), pixels->bytes.size());
    hash = core::splitmix64(hash ^ core::hash_bytes(bytes));
    for (const int64_t label : pixels->labels) hash = core::splitmix64(hash ^ static_cast<uint64_t>(label));
  }
  return fmt::format("{:016x}", hash);
}

}  // namespace zeroth::search
