#include "search/confirm/image_data.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <set>

#include "core/error.h"
#include "tests/confirm/made_images.h"

namespace zeroth::search {
namespace {

using Catch::Matchers::Contains;
using tests::made_data;
using tests::TemporaryFolder;
using torch::Tensor;

bool equal(const nn::Minibatch& a, const nn::Minibatch& b) {
  return at::equal(a.images, b.images) && at::equal(a.labels, b.labels);
}

nn::Minibatch first_batch(const ImageData& data, uint64_t seed, int epoch) {
  return data.training_batch(data.order(seed, epoch), 0, 16, seed, epoch);
}

TEST_CASE("images are split once into those to train on and those to validate on") {
  const TemporaryFolder folder;
  DataOptions options = made_data(folder);
  const ImageData data(options);
  CHECK(data.classes() == 10);
  CHECK(data.training_images() == 90);
  CHECK(data.validation_images() == 30);
  CHECK(data.test_images() == 0);
  const std::vector<size_t> order = data.order(1, 0);
  const std::set<size_t> images(order.begin(), order.end());
  CHECK(images.size() == 90);
  CHECK(data.order(1, 0) == order);
  CHECK(data.order(1, 1) != order);
  CHECK(data.order(2, 0) != order);

  const std::string digest = data.digest();
  CHECK(ImageData(options).digest() == digest);
  options.seed = 4;
  CHECK(ImageData(options).digest() != digest);
  options.images = 50;
  CHECK(ImageData(options).training_images() == 37);  // a quarter, rounded, is validated on
}

TEST_CASE("no image is both trained and validated on") {
  const TemporaryFolder folder;
  const ImageData data(made_data(folder));
  const Tensor validation = data.validation_batch(0, 30).images.reshape({30, 1, -1});
  const Tensor training = data.training_batch(data.order(1, 0), 0, 90, 1, 0).images.reshape({1, 90, -1});
  CHECK((validation - training).abs().sum(2).min().item<double>() > 0.0);
}

TEST_CASE("without crop and mirror a batch has the images of the set, channels-last") {
  const TemporaryFolder folder;
  const DataOptions options = made_data(folder);
  const ImageData data(options);
  const auto set = core::open_images(options.spec);
  const nn::Minibatch batch = first_batch(data, 1, 0);
  CHECK(batch.images.sizes() == at::IntArrayRef({16, 3, 8, 8}));
  CHECK(batch.images.is_contiguous(at::MemoryFormat::ChannelsLast));
  for (int64_t n = 0; n < 16; ++n) {
    double nearest = 1e9;
    for (size_t i = 0; i < set->size(); ++i) {
      if (set->label(i) != batch.labels[n].item<int64_t>()) continue;
      std::vector<float> pixels = set->image(i, 8);
      const Tensor image = torch::from_blob(pixels.data(), {3, 8, 8});
      nearest = std::min(nearest, (batch.images[n] - image).abs().max().item<double>());
    }
    CHECK(nearest < 0.5 / 255.0 / 0.24);  // bytes are rounded, and divided by a deviation
  }
}

TEST_CASE("crops and mirrors depend on seed, epoch and image alone, and move images by whole pixels") {
  const TemporaryFolder folder;
  DataOptions options = made_data(folder);
  const ImageData plain(options);
  options.crop = 2;
  options.flip = true;
  const ImageData data(options);
  CHECK(equal(first_batch(data, 1, 0), first_batch(data, 1, 0)));
  CHECK_FALSE(equal(first_batch(data, 1, 0), first_batch(plain, 1, 0)));
  // The same image in another place of a batch looks the same.
  const std::vector<size_t> order = data.order(1, 5);
  const nn::Minibatch one = data.training_batch(order, 7, 1, 1, 5), all = data.training_batch(order, 0, 16, 1, 5);
  CHECK(at::equal(one.images[0], all.images[7]));
  CHECK(equal(data.validation_batch(0, 8), plain.validation_batch(0, 8)));

  // Every image of a batch is its original somewhere in a black border, mirrored or not.
  const nn::Minibatch moved = first_batch(data, 1, 0), still = first_batch(plain, 1, 0);
  int mirrored = 0;
  std::set<std::pair<int, int>> places;
  for (int64_t n = 0; n < 16; ++n) {
    bool found = false;
    for (int top = 0; top <= 4; ++top) {
      for (int left = 0; left <= 4; ++left) {
        for (const bool flip : {false, true}) {
          Tensor inner = moved.images[n];
          if (flip) inner = inner.flip({2});
          const auto from = [](int at) { return std::max(0, at - 2); };
          const int height = 8 - std::abs(top - 2), width = 8 - std::abs(left - 2);
          const Tensor original = still.images[n].narrow(1, from(top), height).narrow(2, from(left), width);
          const int flipped_left = flip ? 4 - left : left;
          const Tensor seen =
              moved.images[n].narrow(1, std::max(0, 2 - top), height).narrow(2, std::max(0, 2 - flipped_left), width);
          if (!at::equal(flip ? seen.flip({2}) : seen, original)) continue;
          found = true;
          mirrored += flip ? 1 : 0;
          places.emplace(top, left);
        }
      }
    }
    CHECK(found);
  }
  CHECK(mirrored > 0);
  CHECK(mirrored < 16);
  CHECK(places.size() > 4);
}

TEST_CASE("a CIFAR folder has test images, which are no part of the training") {
  const TemporaryFolder folder;
  folder.write("data/data_batch_1.bin", tests::made_records(20, 1));
  folder.write("data/test_batch.bin", tests::made_records(12, 2));
  DataOptions options = made_data(folder);
  options.spec = "cifar10:" + folder.path("data");
  const ImageData data(options);
  CHECK(data.training_images() == 15);
  CHECK(data.test_images() == 12);
  CHECK(data.test_batch(4, 8).labels[0].item<int64_t>() == 0);
}

TEST_CASE("splits that leave nothing, and numbers out of their range, are mistakes") {
  const TemporaryFolder folder;
  const DataOptions good = made_data(folder);
  const auto message = [&](auto change) {
    DataOptions options = good;
    change(options);
    try {
      const ImageData data(options);
    } catch (const core::Error& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  CHECK_THAT(message([](auto& o) { o.images = 121; }), Contains("--images 121") && Contains("has 120"));
  CHECK_THAT(message([](auto& o) { o.images = 2; }), Contains("at least 2 and 1 are needed"));
  CHECK_THAT(message([](auto& o) { o.images = -1; }), Contains("--images -1"));
  CHECK_THAT(message([](auto& o) { o.validation = 0.0; }), Contains("--validation 0"));
  CHECK_THAT(message([](auto& o) { o.validation = 1.5; }), Contains("--validation 1.5"));
  CHECK_THAT(message([](auto& o) { o.crop = 9; }), Contains("--crop 9") && Contains("8 pixels"));
}

}  // namespace
}  // namespace zeroth::search
