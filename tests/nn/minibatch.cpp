// Minibatches: one for all architectures of a run, disjoint draws, true labels of real images.
#include "nn/minibatch.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <set>
#include <string>

#include "core/error.h"
#include "core/random.h"
#include "tests/temporary_folder.h"

namespace zeroth::nn {
namespace {

using torch::Tensor;

Setting small_setting(int64_t batch = 8, DType dtype = DType::kFloat32) {
  Setting setting;
  setting.shape.resolution = 8;
  setting.batch = batch;
  setting.dtype = dtype;
  return setting;
}

Setting thin_setting(int64_t batch) {
  Setting setting;
  setting.shape.thin = true;
  setting.shape.channels = setting.shape.input_channels = 1;
  setting.shape.resolution = 3;
  setting.batch = batch;
  return setting;
}

// `count` records of random pixels, image i with label i mod 10, in CIFAR-10's binary format.
std::string cifar_records(int count) {
  const core::Stream stream(9, "pixels");
  std::string bytes;
  for (int i = 0; i < count; ++i) {
    bytes += static_cast<char>(i % 10);
    for (int p = 0; p < 3072; ++p) {
      bytes += static_cast<char>(stream.below(256, static_cast<uint32_t>(3072 * i + p)));
    }
  }
  return bytes;
}

Tensor image_of(const core::ImageSet& set, size_t i, int resolution) {
  const std::vector<float> pixels = set.image(i, resolution);
  Tensor image = torch::empty({3, resolution, resolution});
  std::copy(pixels.begin(), pixels.end(), image.data_ptr<float>());
  return image;
}

// The number of the image in the set; -1 where it is none of them.
int find_image(const core::ImageSet& set, const Tensor& image) {
  for (size_t i = 0; i < set.size(); ++i) {
    if (at::equal(image_of(set, i, static_cast<int>(image.size(1))), image)) return static_cast<int>(i);
  }
  return -1;
}

std::vector<int> numbers_of(const core::ImageSet& set, const Minibatch& batch) {
  std::vector<int> numbers;
  for (int64_t n = 0; n < batch.images.size(0); ++n) numbers.push_back(find_image(set, batch.images[n].contiguous()));
  return numbers;
}

}  // namespace

TEST_CASE("Gaussian minibatches are normal, with labels n mod K") {
  Setting setting = small_setting(256);
  setting.shape.classes = 3;
  const Minibatch batch = InputSource("gaussian", 1).draw(setting, Draw::kFirst, 0);
  CHECK(batch.images.sizes() == torch::IntArrayRef({256, 3, 8, 8}));
  CHECK(batch.images.is_contiguous(at::MemoryFormat::ChannelsLast));
  CHECK(std::abs(batch.images.mean().item<double>()) < 0.02);
  CHECK(batch.images.pow(2).mean().item<double>() == Approx(1.0).epsilon(0.03));
  for (int64_t n = 0; n < 256; ++n) CHECK(batch.labels[n].item<int64_t>() == n % 3);
}

TEST_CASE("targets of a dense output are normal and depend on seed, draw and repeat alone") {
  const InputSource source("gaussian", 1);
  const torch::Tensor outputs = torch::ones({64, 10, 8, 8}, torch::kFloat64);
  const torch::Tensor targets = source.targets(outputs, Draw::kFirst, 0);
  CHECK(targets.sizes() == outputs.sizes());
  CHECK(std::abs(targets.mean().item<double>()) < 0.02);
  CHECK(targets.pow(2).mean().item<double>() == Approx(1.0).epsilon(0.03));
  CHECK(at::equal(targets, source.targets(outputs + 1.0, Draw::kFirst, 0)));
  CHECK_FALSE(at::equal(targets, source.targets(outputs, Draw::kSecond, 0)));
  CHECK_FALSE(at::equal(targets, source.targets(outputs, Draw::kFirst, 1)));
  CHECK_FALSE(at::equal(targets, InputSource("gaussian", 2).targets(outputs, Draw::kFirst, 0)));
}

TEST_CASE("a draw depends on seed, repeat, draw and shape alone, and not on the number of images before it") {
  const std::string spec = GENERATE("gaussian", "reference");
  const InputSource source(spec, 1);
  const Minibatch base = source.draw(small_setting(), Draw::kFirst, 0);
  const Minibatch again = InputSource(spec, 1).draw(small_setting(), Draw::kFirst, 0);
  CHECK(at::equal(base.images, again.images));
  CHECK(at::equal(base.labels, again.labels));
  CHECK_FALSE(at::equal(base.images, source.draw(small_setting(), Draw::kSecond, 0).images));
  CHECK_FALSE(at::equal(base.images, source.draw(small_setting(), Draw::kFirst, 1).images));
  const Tensor larger = source.draw(small_setting(16), Draw::kFirst, 0).images;
  CHECK(at::equal(larger.narrow(0, 0, 8), base.images));
  // The seed: of Gaussian images only, the reference rule knows none.
  const Tensor other_seed = InputSource(spec, 2).draw(small_setting(), Draw::kFirst, 0).images;
  CHECK(at::equal(other_seed, base.images) == (spec == "reference"));
}

TEST_CASE("float32 images are the float64 ones, rounded") {
  const InputSource source("gaussian", 1);
  const Tensor single = source.draw(small_setting(), Draw::kFirst, 0).images;
  const Tensor twice = source.draw(small_setting(8, DType::kFloat64), Draw::kFirst, 0).images;
  CHECK(twice.scalar_type() == torch::kFloat64);
  CHECK((twice - single).abs().max().item<double>() < 1e-6);
}

TEST_CASE("signs are 1 or -1 in equal number, a function of seed, repeat and map, and the same in either precision") {
  const std::string spec = GENERATE("gaussian", "reference");
  const InputSource source(spec, 1);
  const std::vector<int64_t> sizes = {8, 16, 12, 12};
  const Tensor base = source.signs(sizes, torch::kFloat64, /*map=*/1, /*repeat=*/0);
  CHECK(base.sizes() == torch::IntArrayRef(sizes));
  CHECK(base.abs().eq(1.0).all().item<bool>());
  CHECK(std::abs(base.mean().item<double>()) < 0.03);  // four deviations
  CHECK(at::equal(base, InputSource(spec, 1).signs(sizes, torch::kFloat64, 1, 0)));
  CHECK(at::equal(base, source.signs(sizes, torch::kFloat32, 1, 0).to(torch::kFloat64)));
  const auto correlation = [&base](const Tensor& other) { return std::abs((base * other).mean().item<double>()); };
  CHECK(correlation(source.signs(sizes, torch::kFloat64, 2, 0)) < 0.03);
  CHECK(correlation(source.signs(sizes, torch::kFloat64, 1, 1)) < 0.03);
  if (spec != "reference") CHECK(correlation(InputSource(spec, 2).signs(sizes, torch::kFloat64, 1, 0)) < 0.03);
}

TEST_CASE("a store's digest is that of its images and labels") {
  const auto digest = [](uint64_t seed, const std::vector<Draw>& draws, int repeat) {
    const InputSource source("gaussian", seed);
    MinibatchStore store(source);
    for (const Draw draw : draws) store.prepare(small_setting(), draw, repeat);
    return store.digest();
  };
  const std::string base = digest(1, {Draw::kFirst}, 0);
  CHECK(base.size() == 16);
  CHECK(digest(1, {Draw::kFirst}, 0) == base);
  CHECK(digest(1, {Draw::kFirst, Draw::kFirst}, 0) == base);  // prepared once
  CHECK(digest(1, {Draw::kSecond}, 0) != base);
  CHECK(digest(1, {Draw::kFirst}, 1) != base);
  CHECK(digest(2, {Draw::kFirst}, 0) != base);
  CHECK(digest(1, {Draw::kFirst, Draw::kSecond}, 0) == digest(1, {Draw::kSecond, Draw::kFirst}, 0));
}

TEST_CASE("settings that differ in weights only share a minibatch; reading an unprepared one is a bug") {
  const InputSource source("gaussian", 1);
  MinibatchStore store(source);
  Setting setting = small_setting();
  store.prepare(setting, Draw::kFirst, 0);
  Setting other = setting;
  other.init = Init::kXavier;
  other.view = GraphView::kAsWritten;
  other.shape.channels = 4;
  other.shape.cells = 2;
  CHECK(store.get(other, Draw::kFirst, 0).images.is_same(store.get(setting, Draw::kFirst, 0).images));
  CHECK_THROWS_AS(store.get(setting, Draw::kSecond, 0), core::Bug);
  other.batch = 4;
  CHECK_THROWS_AS(store.get(other, Draw::kFirst, 0), core::Bug);
}

TEST_CASE("two draws of real images are disjoint, without repeats, and carry their labels") {
  const tests::TemporaryFolder folder;
  const std::string spec = "cifar10:" + folder.write("tiny.bin", cifar_records(40));
  const InputSource source(spec, 1);
  CHECK(source.classes() == 10);
  const auto set = core::open_images(spec);
  std::set<int> seen;
  for (const Draw draw : {Draw::kFirst, Draw::kSecond}) {
    const Minibatch batch = source.draw(small_setting(16), draw, 0);
    const std::vector<int> numbers = numbers_of(*set, batch);
    for (size_t n = 0; n < numbers.size(); ++n) {
      REQUIRE(numbers[n] >= 0);
      CHECK(seen.insert(numbers[n]).second);
      CHECK(batch.labels[static_cast<int64_t>(n)].item<int64_t>() == numbers[n] % 10);
    }
  }
  CHECK(seen.size() == 32);
  // Another repeat shuffles anew.
  CHECK(numbers_of(*set, source.draw(small_setting(16), Draw::kFirst, 0)) !=
        numbers_of(*set, source.draw(small_setting(16), Draw::kFirst, 1)));
}

TEST_CASE("a set smaller than the batch is repeated") {
  const tests::TemporaryFolder folder;
  const std::string spec = "cifar10:" + folder.write("tiny.bin", cifar_records(5));
  const Minibatch batch = InputSource(spec, 1).draw(small_setting(12), Draw::kFirst, 0);
  const std::vector<int> numbers = numbers_of(*core::open_images(spec), batch);
  CHECK(std::set<int>(numbers.begin(), numbers.begin() + 5).size() == 5);
  for (size_t n = 5; n < 12; ++n) CHECK(numbers[n] == numbers[n - 5]);
}

TEST_CASE("the thin network's images are crops of one plane of one image, in many places") {
  const tests::TemporaryFolder folder;
  const std::string spec = "cifar10:" + folder.write("tiny.bin", cifar_records(3));
  const auto set = core::open_images(spec);
  std::vector<Tensor> planes;
  for (size_t i = 0; i < set->size(); ++i) {
    for (int64_t plane = 0; plane < 3; ++plane) planes.push_back(image_of(*set, i, 32)[plane]);
  }
  const Tensor crops = InputSource(spec, 1).draw(thin_setting(24), Draw::kThin2, 0).images;
  CHECK(crops.sizes() == torch::IntArrayRef({24, 1, 3, 3}));
  std::set<std::tuple<size_t, int64_t, int64_t>> places;
  for (int64_t n = 0; n < 24; ++n) {
    const Tensor crop = crops[n][0].contiguous();
    const size_t before = places.size();
    bool found = false;
    for (size_t p = 0; p < planes.size() && !found; ++p) {
      const Tensor corners = planes[p].eq(crop[0][0]).nonzero();
      for (int64_t k = 0; k < corners.size(0) && !found; ++k) {
        const int64_t top = corners[k][0].item<int64_t>(), left = corners[k][1].item<int64_t>();
        if (top > 29 || left > 29) continue;
        found = at::equal(planes[p].narrow(0, top, 3).narrow(1, left, 3), crop);
        if (found) places.insert({p, top, left});
      }
    }
    CHECK(found);
    CHECK(places.size() == before + 1);  // of 8,100 places
  }
}

TEST_CASE("an input that is none is a usage error, one that cannot be read names the file") {
  CHECK_THROWS_AS(InputSource("imagenet", 1), core::UsageError);
  CHECK_THROWS_WITH(InputSource("imagenet", 1), Catch::Contains("unknown images \"imagenet\"") &&
                                                    Catch::Contains("gaussian, reference") &&
                                                    Catch::Contains("cifar10:"));
  CHECK_THROWS_WITH(InputSource("cifar10:/no/such.bin", 1), Catch::Contains("/no/such.bin"));
  CHECK(InputSource("gaussian", 1).classes() == 0);
  CHECK(InputSource("reference", 1).classes() == 0);
}

TEST_CASE("text networks read words drawn uniformly, the same for every architecture") {
  Setting setting = small_setting(64, GENERATE(DType::kFloat32, DType::kFloat64));
  setting.shape.tokens = 10;
  setting.shape.vocabulary = 4;
  const InputSource source("gaussian", 1);
  const Minibatch batch = source.draw(setting, Draw::kFirst, 0);
  REQUIRE(batch.images.sizes() == torch::IntArrayRef({64, 10}));
  CHECK(at::equal(batch.images, batch.images.floor()));
  for (int word = 0; word < 4; ++word) {
    const auto count = batch.images.eq(word).sum().item<int64_t>();
    CHECK(count > 120);  // of 640, 160 expected
    CHECK(count < 200);
  }
  CHECK(at::equal(source.draw(setting, Draw::kFirst, 0).images, batch.images));
  CHECK_FALSE(at::equal(source.draw(setting, Draw::kSecond, 0).images, batch.images));
  CHECK_FALSE(at::equal(source.draw(setting, Draw::kFirst, 1).images, batch.images));
  CHECK(setting.text().find("10 words of 4") != std::string::npos);
}

TEST_CASE("text networks do not read images") {
  const tests::TemporaryFolder folder;
  const std::string file = folder.write("images.bin", cifar_records(4));
  Setting setting = small_setting(2);
  setting.shape.tokens = 10;
  setting.shape.vocabulary = 4;
  const InputSource source("cifar10:" + file, 1);
  CHECK_THROWS_AS(source.draw(setting, Draw::kFirst, 0), core::UsageError);
}

TEST_CASE("networks that read other than three planes do not read images") {
  const tests::TemporaryFolder folder;
  Setting setting = small_setting(2);
  setting.shape.input_channels = 5;
  const InputSource source("cifar10:" + folder.write("images.bin", cifar_records(4)), 1);
  CHECK_THROWS_WITH(source.draw(setting, Draw::kFirst, 0), Catch::Contains("the images have 3 channels"));
  CHECK(InputSource("gaussian", 1).draw(setting, Draw::kFirst, 0).images.size(1) == 5);
}

}  // namespace zeroth::nn
