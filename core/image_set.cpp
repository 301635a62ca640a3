#include "core/image_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "core/error.h"
#include "core/image_sources.h"

namespace zeroth::core {
namespace {

struct Source {
  std::string_view prefix;
  std::function<std::unique_ptr<ImageSet>(const std::string&, ImagePart)> open;
};

constexpr std::string_view kFashionMnist = "fashion-mnist";

const std::vector<Source>& path_sources() {
  static const std::vector<Source> sources = {
      {"cifar10:", open_cifar10}, {"cifar100:", open_cifar100}, {"folder:", open_folder}};
  return sources;
}

// Null where the text begins as none of them.
const Source* find_source(std::string_view spec) {
  for (const Source& source : path_sources()) {
    if (spec.substr(0, source.prefix.size()) == source.prefix) return &source;
  }
  return nullptr;
}

}  // namespace

ImageSet::ImageSet(std::string name, int64_t classes, std::vector<int64_t> labels, const Normalisation& normalisation)
    : name_(std::move(name)), classes_(classes), labels_(std::move(labels)), normalisation_(normalisation) {
  ZEROTH_CHECK(!labels_.empty());
}

Picture ImageSet::square(size_t i, int resolution) const {
  ZEROTH_CHECK(i < size() && resolution > 0);
  return resize(centre_square(picture(i)), resolution, resolution);
}

std::vector<unsigned char> ImageSet::bytes(size_t i, int resolution) const {
  const Picture picture = square(i, resolution);
  const size_t plane = static_cast<size_t>(resolution) * resolution, channels = picture.planes.size() / plane;
  std::vector<unsigned char> bytes(picture.planes.size());
  for (size_t k = 0; k < bytes.size(); ++k) {
    const float value = std::clamp(picture.planes[(k % channels) * plane + k / channels], 0.0F, 1.0F);
    bytes[k] = static_cast<unsigned char>(std::lround(255.0F * value));
  }
  return bytes;
}

std::vector<float> ImageSet::image(size_t i, int resolution) const {
  Picture picture = square(i, resolution);
  const size_t plane = static_cast<size_t>(resolution) * resolution;
  for (size_t k = 0; k < picture.planes.size(); ++k) {
    const size_t channel = k / plane;
    picture.planes[k] = (picture.planes[k] - normalisation_.mean[channel]) / normalisation_.deviation[channel];
  }
  return std::move(picture.planes);
}

bool is_image_spec(std::string_view spec) { return spec == kFashionMnist || find_source(spec) != nullptr; }

std::unique_ptr<ImageSet> open_images(std::string_view spec, ImagePart part) {
  if (spec == kFashionMnist) return open_fashion_mnist(part);
  const Source* source = find_source(spec);
  if (source == nullptr) {
    throw UsageError(
        fmt::format("unknown images \"{}\"; known: fashion-mnist, cifar10:PATH, cifar100:PATH, folder:PATH", spec));
  }
  if (spec.size() == source->prefix.size()) throw UsageError(fmt::format("images \"{0}\": say {0}PATH", spec));
  return source->open(std::string(spec.substr(source->prefix.size())), part);
}

}  // namespace zeroth::core
