// The images and labels that every architecture of a run sees: made once a run, shared read-only.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <tuple>

#include "core/image_set.h"
#include "core/random.h"
#include "nn/setting.h"
#include "nn/torch_compat.h"

namespace zeroth::nn {

struct Minibatch {
  torch::Tensor images;  // (N, C, H, W); of text networks numbers of words (N, tokens)
  torch::Tensor labels;  // (N) int64, below the number of classes
};

// Which minibatch of a setting: the first and the second are disjoint draws; the thin network has three of its own.
enum class Draw : uint32_t { kFirst = 1, kSecond = 2, kThin1 = 11, kThin2 = 12, kThin3 = 13 };

// Where images come from: "gaussian" (N(0, 1) pixels), "reference" (nn/reference.h), or a set of real images
// (core/image_set.h). Made images have label n mod K, so that every class has its share of a small batch. Text networks
// read words drawn uniformly from their vocabulary, whichever of the first two it is.
class InputSource {
 public:
  // Throws core::UsageError for a name that is none of these, core::Error for images that cannot be read.
  InputSource(const std::string& spec, uint64_t seed);

  const std::string& spec() const { return spec_; }
  // Classes of a set of real images; 0 where labels are made to measure.
  int64_t classes() const;

  // N(0, 1) targets of the outputs' shape and type: a function of (seed, repeat, draw) alone.
  torch::Tensor targets(const torch::Tensor& outputs, Draw draw, int repeat) const;

  // A function of (seed, repeat, draw) and the setting's shape, batch and dtype alone. Images of the thin network are
  // crops of one colour plane at random places of random images.
  Minibatch draw(const Setting& setting, Draw draw, int repeat) const;
  // Random signs, each 1 or -1, for a feature map of this size and type that has this number among the tapped ones: a
  // function of these and (seed, repeat).
  torch::Tensor signs(at::IntArrayRef sizes, torch::ScalarType type, int map, int repeat) const;
  // Random numbers for what a proxy draws itself, likewise the same for every architecture.
  core::Stream stream(std::string_view purpose, int repeat, uint32_t index) const {
    return core::Stream(core::repeat_seed(seed_, repeat), purpose, 0, index);
  }

 private:
  template <typename T>
  void fill(T* images, int64_t* labels, const Setting& setting, Draw draw, int repeat) const;
  template <typename T>
  void fill_words(T* words, int64_t* labels, const Setting& setting, Draw draw, int repeat) const;
  template <typename T>
  void fill_real(T* images, int64_t* labels, const Setting& setting, Draw draw, int repeat) const;

  std::string spec_;
  uint64_t seed_;
  std::unique_ptr<core::ImageSet> set_;
};

// The minibatches of a run by (setting, draw, repeat). Filled before the workers start, read-only afterwards.
class MinibatchStore {
 public:
  explicit MinibatchStore(const InputSource& source) : source_(source) {}

  void prepare(const Setting& setting, Draw draw, int repeat);
  const Minibatch& get(const Setting& setting, Draw draw, int repeat) const;
  const InputSource& source() const { return source_; }
  // Sixteen hexadecimal digits over every prepared image and label, for the manifest.
  std::string digest() const;

 private:
  // Input channels, resolution, classes, tokens, vocabulary, batch, dtype, draw, repeat.
  using Key = std::tuple<int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, DType, Draw, int>;
  static Key key(const Setting& setting, Draw draw, int repeat);

  const InputSource& source_;
  std::map<Key, Minibatch> batches_;
};

}  // namespace zeroth::nn
