#include "nn/minibatch.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "core/error.h"
#include "core/random.h"
#include "nn/initialiser.h"
#include "nn/reference.h"

namespace zeroth::nn {
namespace {

constexpr int64_t kCroppedResolution = 32;  // of the images that the thin network's crops are cut from
constexpr uint64_t kMostMaps = 4096;        // tapped ones: the reference rule's signs of a repeat lie this far apart

// The first `count` of a seeded shuffle of 0 .. size-1, repeated where the set is smaller.
std::vector<size_t> shuffled_prefix(size_t size, size_t count, const core::Stream& stream) {
  std::vector<size_t> order(size);
  std::iota(order.begin(), order.end(), size_t{0});
  for (size_t i = 0; i + 1 < size && i < count; ++i) {
    std::swap(order[i], order[i + stream.below(static_cast<uint32_t>(size - i), static_cast<uint32_t>(i))]);
  }
  for (size_t i = size; i < count; ++i) order.push_back(order[i - size]);
  order.resize(count);
  return order;
}

}  // namespace

InputSource::InputSource(const std::string& spec, uint64_t seed) : spec_(spec), seed_(seed) {
  if (spec == "gaussian" || spec == "reference") return;
  if (!core::is_image_spec(spec)) {
    throw core::UsageError(fmt::format(
        "unknown images \"{}\"; known: gaussian, reference, fashion-mnist, cifar10:PATH, cifar100:PATH, folder:PATH",
        spec));
  }
  set_ = core::open_images(spec);
}

int64_t InputSource::classes() const { return set_ ? static_cast<int64_t>(set_->classes()) : 0; }

Minibatch InputSource::draw(const Setting& setting, Draw draw, int repeat) const {
  const spaces::NetShape& shape = setting.shape;
  Minibatch batch;
  batch.images = torch::empty(
      shape.tokens > 0 ? std::vector<int64_t>{setting.batch, shape.tokens}
                       : std::vector<int64_t>{setting.batch, shape.input_channels, shape.resolution, shape.resolution},
      scalar_type(setting.dtype));
  batch.labels = torch::empty({setting.batch}, torch::kInt64);
  if (setting.dtype == DType::kFloat64) {
    fill(batch.images.data_ptr<double>(), batch.labels.data_ptr<int64_t>(), setting, draw, repeat);
  } else {
    fill(batch.images.data_ptr<float>(), batch.labels.data_ptr<int64_t>(), setting, draw, repeat);
  }
  // The layout in which convolutions run fastest; the slow float64 path prefers plain planes.
  if (setting.dtype == DType::kFloat32 && batch.images.dim() == 4)
    batch.images = batch.images.contiguous(at::MemoryFormat::ChannelsLast);
  return batch;
}

torch::Tensor InputSource::targets(const torch::Tensor& outputs, Draw draw, int repeat) const {
  const core::Stream normal = stream("targets", repeat, static_cast<uint32_t>(draw));
  const torch::Tensor targets = torch::empty(outputs.sizes(), outputs.scalar_type());
  const auto count = static_cast<size_t>(targets.numel());
  if (targets.scalar_type() == torch::kFloat64) {
    normal.fill_normal(targets.data_ptr<double>(), count, 1.0);
  } else {
    normal.fill_normal(targets.data_ptr<float>(), count, 1.0);
  }
  return targets;
}

torch::Tensor InputSource::signs(at::IntArrayRef sizes, torch::ScalarType type, int map, int repeat) const {
  const bool reference = spec_ == "reference";
  // Drawn in the order of a channels-last map in memory, but for the rule, which numbers elements as (N, C, H, W).
  const bool channels_last = !reference && sizes.size() == 4;
  torch::Tensor signs =
      at::empty(sizes, type, channels_last ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous);
  const auto count = static_cast<size_t>(signs.numel());
  const auto fill = [&](auto* out) {
    if (reference)
      return fill_reference_signs(out, count, static_cast<uint64_t>(map) + kMostMaps * static_cast<uint64_t>(repeat));
    stream("signs", repeat, static_cast<uint32_t>(map)).fill_signs(out, count);
  };
  type == torch::kFloat64 ? fill(signs.data_ptr<double>()) : fill(signs.data_ptr<float>());
  return signs;
}

template <typename T>
void InputSource::fill(T* images, int64_t* labels, const Setting& setting, Draw draw, int repeat) const {
  const spaces::NetShape& shape = setting.shape;
  if (shape.tokens > 0) return fill_words(images, labels, setting, draw, repeat);
  const auto count = static_cast<size_t>(setting.batch * shape.input_channels * shape.resolution * shape.resolution);
  if (set_) return fill_real(images, labels, setting, draw, repeat);
  if (spec_ == "reference") {
    // Repeats take streams of their own; the first is the rule's.
    fill_reference_images(images, count, static_cast<uint64_t>(draw) + 32 * static_cast<uint64_t>(repeat));
  } else {
    core::Stream(core::repeat_seed(seed_, repeat), "images", 0, static_cast<uint32_t>(draw))
        .fill_normal(images, count, 1.0);
  }
  for (int64_t n = 0; n < setting.batch; ++n) labels[n] = n % shape.classes;
}

template <typename T>
void InputSource::fill_words(T* words, int64_t* labels, const Setting& setting, Draw draw, int repeat) const {
  if (set_) throw core::UsageError(fmt::format("--input {}: the networks of this space read words", spec_));
  const core::Stream drawn = stream("words", repeat, static_cast<uint32_t>(draw));
  const int64_t count = setting.batch * setting.shape.tokens;
  for (int64_t i = 0; i < count; ++i) {
    words[i] = static_cast<T>(drawn.below(static_cast<uint32_t>(setting.shape.vocabulary), static_cast<uint32_t>(i)));
  }
  for (int64_t n = 0; n < setting.batch; ++n) labels[n] = n % setting.shape.classes;
}

template <typename T>
void InputSource::fill_real(T* images, int64_t* labels, const Setting& setting, Draw draw, int repeat) const {
  const spaces::NetShape& shape = setting.shape;
  const uint64_t seed = core::repeat_seed(seed_, repeat);
  const auto batch = static_cast<size_t>(setting.batch);
  const auto side = static_cast<size_t>(shape.resolution);
  constexpr int64_t kPlanes = 3;
  if (!shape.thin && shape.input_channels != kPlanes) {
    throw core::UsageError(fmt::format("--input {}: the images have 3 channels, and the networks of this space read {}",
                                       spec_, shape.input_channels));
  }
  if (!shape.thin) {
    const size_t first = draw == Draw::kSecond ? batch : 0;
    const std::vector<size_t> order = shuffled_prefix(set_->size(), first + batch, core::Stream(seed, "images"));
    for (size_t n = 0; n < batch; ++n) {
      const std::vector<float> pixels = set_->image(order[first + n], static_cast<int>(side));
      std::copy(pixels.begin(), pixels.end(), images + n * pixels.size());
      labels[n] = set_->label(order[first + n]);
      ZEROTH_CHECK(labels[n] < shape.classes);
    }
    return;
  }
  const core::Stream stream(seed, "crops", 0, static_cast<uint32_t>(draw));
  const auto places = static_cast<uint32_t>(kCroppedResolution - shape.resolution + 1);
  for (size_t n = 0; n < batch; ++n) {
    const auto at = static_cast<uint32_t>(4 * n);
    const std::vector<float> pixels =
        set_->image(stream.below(static_cast<uint32_t>(set_->size()), at), static_cast<int>(kCroppedResolution));
    const size_t plane = stream.below(3, at + 1), top = stream.below(places, at + 2),
                 left = stream.below(places, at + 3);
    for (size_t y = 0; y < side; ++y) {
      const float* row = pixels.data() + (plane * kCroppedResolution + top + y) * kCroppedResolution + left;
      std::copy(row, row + side, images + (n * side + y) * side);
    }
    labels[n] = 0;
  }
}

MinibatchStore::Key MinibatchStore::key(const Setting& setting, Draw draw, int repeat) {
  return {setting.shape.input_channels,
          setting.shape.resolution,
          setting.shape.classes,
          setting.shape.tokens,
          setting.shape.vocabulary,
          setting.batch,
          setting.dtype,
          draw,
          repeat};
}

void MinibatchStore::prepare(const Setting& setting, Draw draw, int repeat) {
  const Key wanted = key(setting, draw, repeat);
  if (batches_.count(wanted) == 0) batches_.emplace(wanted, source_.draw(setting, draw, repeat));
}

const Minibatch& MinibatchStore::get(const Setting& setting, Draw draw, int repeat) const {
  const auto found = batches_.find(key(setting, draw, repeat));
  ZEROTH_CHECK(found != batches_.end());
  return found->second;
}

std::string MinibatchStore::digest() const {
  uint64_t hash = 0;
  for (const auto& [key, batch] : batches_) {
    for (const torch::Tensor& tensor : {batch.images.contiguous(), batch.labels}) {
      const std::string_view bytes(static_cast<const char*>(tensor.data_ptr()), tensor.nbytes());
      hash = core::splitmix64(hash ^ core::hash_bytes(bytes));
    }
  }
  return fmt::format("{:016x}", hash);
}

}  // namespace zeroth::nn
