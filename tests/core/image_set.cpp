#include "core/image_set.h"

#include <png.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>

#include "core/error.h"
#include "tests/benchmarks.h"
#include "tests/core/image_files.h"
#include "tests/gzip_bytes.h"
#include "tests/temporary_folder.h"

namespace zeroth::core {
namespace {

using Catch::Matchers::Contains;
using tests::gzip_bytes;
using tests::jpeg_bytes;
using tests::png_bytes;
using tests::TemporaryFolder;

// A CIFAR record: label bytes, then red, green and blue planes of one value each.
std::string cifar_record(const std::string& labels, char red, char green, char blue) {
  return labels + std::string(1024, red) + std::string(1024, green) + std::string(1024, blue);
}

std::string big_endian(uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift);
  return bytes;
}

std::string idx_images(uint32_t count, uint32_t side, const std::string& pixels) {
  return std::string("\0\0\x08\x03", 4) + big_endian(count) + big_endian(side) + big_endian(side) + pixels;
}

std::string idx_labels(const std::string& labels) {
  return std::string("\0\0\x08\x01", 4) + big_endian(static_cast<uint32_t>(labels.size())) + labels;
}

// Fashion-MNIST is read from `folder` while this lives.
class FashionMnistIn {
 public:
  explicit FashionMnistIn(const std::string& folder) { ::setenv("ZEROTH_FASHION_MNIST_DIR", folder.c_str(), 1); }
  ~FashionMnistIn() { ::unsetenv("ZEROTH_FASHION_MNIST_DIR"); }
};

std::string one_colour_png(int size, unsigned char red, unsigned char green, unsigned char blue) {
  std::vector<unsigned char> pixels;
  for (int i = 0; i < size * size; ++i) {
    for (const unsigned char value : {red, green, blue}) pixels.push_back(value);
  }
  return png_bytes(size, size, PNG_COLOR_TYPE_RGB, 8, pixels);
}

}  // namespace

TEST_CASE("CIFAR-10 records become normalised planes with their labels") {
  const TemporaryFolder folder;
  const std::string path = folder.write(
      "a.bin", cifar_record(std::string(1, 3), '\x00', '\x33', '\xff') + cifar_record(std::string(1, 9), 1, 2, 3));
  const auto images = open_images("cifar10:" + path);
  CHECK(images->name() == "cifar10");
  CHECK(images->classes() == 10);
  REQUIRE(images->size() == 2);
  CHECK(images->label(0) == 3);
  CHECK(images->label(1) == 9);
  for (const int resolution : {32, 8, 48}) {
    const std::vector<float> image = images->image(0, resolution);
    const size_t plane = static_cast<size_t>(resolution) * resolution;
    REQUIRE(image.size() == 3 * plane);
    CHECK(image[0] == Approx((0 - 0.4914) / 0.2470).epsilon(1e-5));
    CHECK(image[plane] == Approx((0.2 - 0.4822) / 0.2435).epsilon(1e-5));
    CHECK(image[3 * plane - 1] == Approx((1 - 0.4465) / 0.2616).epsilon(1e-5));
  }
}

TEST_CASE("CIFAR-100 uses the fine label") {
  const TemporaryFolder folder;
  const auto images =
      open_images("cifar100:" + folder.write("a.bin.gz", gzip_bytes(cifar_record("\x05\x63", '\x33', 0, 0))));
  CHECK(images->classes() == 100);
  CHECK(images->label(0) == 99);
  CHECK(images->image(0, 4)[0] == Approx((0.2 - 0.5071) / 0.2673).epsilon(1e-5));
}

TEST_CASE("a CIFAR folder stands for its training batches, in order") {
  const TemporaryFolder folder;
  folder.write("ten/data_batch_2.bin", cifar_record(std::string(1, 2), 0, 0, 0));
  folder.write("ten/data_batch_1.bin", cifar_record(std::string(1, 1), 0, 0, 0));
  folder.write("ten/test_batch.bin", cifar_record(std::string(1, 7), 0, 0, 0));
  folder.write("hundred/train.bin", cifar_record("\x01\x0b", 0, 0, 0));
  const auto ten = open_images("cifar10:" + folder.path("ten"));
  REQUIRE(ten->size() == 2);
  CHECK(ten->label(0) == 1);
  CHECK(ten->label(1) == 2);
  CHECK(open_images("cifar100:" + folder.path("hundred"))->label(0) == 11);
  CHECK_THROWS_WITH(open_images("cifar10:" + folder.path("hundred")),
                    folder.path("hundred") + ": the folder has no data_batch_*.bin");
}

TEST_CASE("CIFAR files that are empty, cut short or mislabelled are errors with file and record") {
  const TemporaryFolder folder;
  const std::string good = cifar_record(std::string(1, 3), 0, 0, 0);
  const std::string path = folder.write("a.bin", "");
  CHECK_THROWS_WITH(open_images("cifar10:" + path), path + ": the file is empty");
  folder.write("a.bin", good + good.substr(0, 100));
  CHECK_THROWS_WITH(open_images("cifar10:" + path), Contains(path + ": record 1 is cut short: 100 bytes of 3073"));
  folder.write("a.bin", good + cifar_record(std::string(1, 10), 0, 0, 0));
  CHECK_THROWS_WITH(open_images("cifar10:" + path), path + ": record 1 has the label 10; valid: 0 to 9");
  CHECK_THROWS_WITH(open_images("cifar100:" + path), Contains(path + ": record 1 is cut short"));
  CHECK_THROWS_WITH(open_images("cifar10:" + folder.path("no.bin")), Contains("No such file"));
}

TEST_CASE("Fashion-MNIST is padded to 32, made RGB and normalised") {
  const TemporaryFolder folder;
  std::string pixels(2 * 784, '\0');
  pixels[784] = '\xff';  // top left of the second image
  folder.write("train-images-idx3-ubyte.gz", gzip_bytes(idx_images(2, 28, pixels)));
  folder.write("train-labels-idx1-ubyte.gz", gzip_bytes(idx_labels(std::string("\x04\x09"))));
  const FashionMnistIn here(folder.path(""));
  const auto images = open_images("fashion-mnist");
  CHECK(images->name() == "fashion-mnist");
  CHECK(images->classes() == 10);
  REQUIRE(images->size() == 2);
  CHECK(images->label(1) == 9);
  const std::vector<float> image = images->image(1, 32);
  const float black = -0.2860F / 0.3530F;
  const float white = (1 - 0.2860F) / 0.3530F;
  for (size_t c = 0; c < 3; ++c) {
    CHECK(image[c * 1024 + 2 * 32 + 2] == Approx(white));
    CHECK(image[c * 1024 + 2 * 32 + 1] == Approx(black));
    CHECK(image[c * 1024] == Approx(black));
  }
  CHECK(images->image(1, 16)[1 * 16 + 1] == Approx((0.25F - 0.2860F) / 0.3530F));
}

TEST_CASE("damaged IDX files are errors that name them") {
  const TemporaryFolder folder;
  const FashionMnistIn here(folder.path(""));
  const std::string images = folder.path("/train-images-idx3-ubyte.gz");
  const std::string labels = folder.path("/train-labels-idx1-ubyte.gz");
  CHECK_THROWS_WITH(open_images("fashion-mnist"),
                    images + ": no such file; install the Debian package dataset-fashion-mnist");
  const std::string good = idx_images(2, 28, std::string(2 * 784, 'x'));
  const auto check_fails = [&](const std::string& image_bytes, const std::string& label_bytes, const std::string& why) {
    folder.write("train-images-idx3-ubyte.gz", image_bytes);
    folder.write("train-labels-idx1-ubyte.gz", label_bytes);
    CHECK_THROWS_WITH(open_images("fashion-mnist"), why);
  };
  check_fails("abc", "", images + ": not an IDX file of bytes with 3 dimensions");
  check_fails(idx_images(1, 32, std::string(1024, 'x')), "", images + ": dimension 1 is 32, and must be 28");
  check_fails(good.substr(0, 16 + 1000), "", images + ": the header promises 2 records, and the file ends in record 1");
  check_fails(good, idx_labels("\x01"), labels + ": dimension 0 is 1, and must be 2");
  check_fails(good, idx_labels("\x01\x0a"), labels + ": record 1 has the label 10; valid: 0 to 9");
  check_fails(gzip_bytes(good).substr(0, 30), "", images + ": the gzip data is damaged or cut short");
}

TEST_CASE("a folder has a class for each subfolder with images, sorted by name") {
  const TemporaryFolder folder;
  folder.write("f/dog/2.png", one_colour_png(4, 255, 0, 0));
  folder.write("f/dog/1.JPG", jpeg_bytes(8, 8, 1, std::vector<unsigned char>(64, 128)));
  folder.write("f/cat/x.jpeg", png_bytes(6, 2, PNG_COLOR_TYPE_GRAY, 8, {0, 0, 51, 51, 0, 0, 0, 0, 51, 51, 0, 0}));
  folder.write("f/cat/notes.txt", "no image");
  folder.write("f/empty/notes.txt", "no image");
  const auto images = open_images("folder:" + folder.path("f"));
  CHECK(images->name() == "folder");
  CHECK(images->classes() == 2);
  REQUIRE(images->size() == 3);
  CHECK(images->label(0) == 0);
  CHECK(images->label(1) == 1);
  CHECK(images->label(2) == 1);
  // The central square of the cat is its two lit columns.
  const std::vector<float> cat = images->image(0, 2);
  for (size_t i = 0; i < 4; ++i) CHECK(cat[i] == Approx((0.2 - 0.485) / 0.229));
  CHECK(images->image(1, 2)[0] == Approx((128 / 255.0 - 0.485) / 0.229).margin(0.02));
  CHECK(images->image(2, 3)[0] == Approx((1 - 0.485) / 0.229));
  CHECK(images->image(2, 3)[9] == Approx((0 - 0.456) / 0.224));
  CHECK(images->image(2, 3)[18] == Approx((0 - 0.406) / 0.225));
}

TEST_CASE("a folder of images without subfolders is one class") {
  const TemporaryFolder folder;
  folder.write("f/b.png", one_colour_png(2, 0, 0, 0));
  folder.write("f/a.png", one_colour_png(2, 255, 255, 255));
  const auto images = open_images("folder:" + folder.path("f"));
  CHECK(images->classes() == 1);
  REQUIRE(images->size() == 2);
  CHECK(images->image(0, 1)[0] > images->image(1, 1)[0]);
}

TEST_CASE("a folder without images, or that is none, is an error, and a corrupt file is one when asked for") {
  const TemporaryFolder folder;
  folder.write("f/sub/notes.txt", "x");
  CHECK_THROWS_WITH(open_images("folder:" + folder.path("f")), Contains(folder.path("f") + ": no PNG or JPEG files"));
  CHECK_THROWS_WITH(open_images("folder:" + folder.path("no")), Contains("cannot read " + folder.path("no")));
  const std::string path = folder.write("g/a.png", "not really");
  const auto images = open_images("folder:" + folder.path("g"));
  CHECK_THROWS_AS(images->image(0, 4), Error);
  CHECK_THROWS_WITH(images->image(0, 4), path + ": neither a PNG nor a JPEG");
}

TEST_CASE("other names of images are usage errors with the valid forms") {
  const std::string bad = GENERATE(as<std::string>{}, "", "mnist", "cifar10", "Fashion-MNIST");
  CHECK_THROWS_AS(open_images(bad), UsageError);
  CHECK_THROWS_WITH(open_images(bad),
                    "unknown images \"" + bad + "\"; known: fashion-mnist, cifar10:PATH, cifar100:PATH, folder:PATH");
}

TEST_CASE("an image set without its path is a usage error") {
  CHECK_THROWS_AS(open_images("cifar10:"), UsageError);
  CHECK_THROWS_WITH(open_images("cifar10:"), "images \"cifar10:\": say cifar10:PATH");
  CHECK_THROWS_WITH(open_images("folder:"), "images \"folder:\": say folder:PATH");
}

TEST_CASE("image specs are told from other inputs") {
  for (const char* spec : {"fashion-mnist", "cifar10:a", "cifar100:b", "folder:c", "folder:"})
    CHECK(is_image_spec(spec));
  for (const char* spec : {"gaussian", "reference", "cifar10", ""}) CHECK(!is_image_spec(spec));
}

TEST_CASE("the CIFAR-10 subset of the benchmarks is normalised to about mean 0 and deviation 1") {
  const auto path = tests::benchmark_file("cifar10-subset.bin");
  if (path.empty()) return;
  const auto images = open_images("cifar10:" + path);
  CHECK(images->size() == 4000);
  double sum = 0;
  double squares = 0;
  for (size_t i = 0; i < 200; ++i) {
    for (const float value : images->image(i, 32)) {
      sum += value;
      squares += value * value;
    }
  }
  const double count = 200.0 * 3 * 32 * 32;
  CHECK(sum / count == Approx(0).margin(0.1));
  CHECK(std::sqrt(squares / count) == Approx(1).margin(0.1));
}

TEST_CASE("the bytes of an image are its values before they are normalised") {
  const TemporaryFolder folder;
  const std::string path = folder.write("a.bin", cifar_record(std::string(1, 3), '\x00', '\x33', '\xff'));
  const auto images = open_images("cifar10:" + path);
  for (const int resolution : {32, 8}) {
    const std::vector<unsigned char> bytes = images->bytes(0, resolution);
    REQUIRE(bytes.size() == 3U * static_cast<size_t>(resolution) * static_cast<size_t>(resolution));
    for (size_t i = 0; i < bytes.size(); i += 3) {
      CHECK(std::vector<int>{bytes[i], bytes[i + 1], bytes[i + 2]} == std::vector<int>{0, 0x33, 0xff});
    }
  }
  CHECK(images->normalisation().mean[0] == Approx(0.4914));
}

TEST_CASE("test images are those that a data set's authors held out") {
  const TemporaryFolder folder;
  const std::string one = cifar_record(std::string(1, 1), 1, 1, 1), two = cifar_record(std::string(1, 2), 2, 2, 2);
  const std::string file = folder.write("c10/data_batch_1.bin", one);
  folder.write("c10/test_batch.bin", two + two);
  folder.write("c100/train.bin", "\x01" + one);
  folder.write("c100/test.bin", "\x01" + two);
  folder.write("f/train-images-idx3-ubyte.gz", gzip_bytes(idx_images(1, 28, std::string(784, '\x10'))));
  folder.write("f/train-labels-idx1-ubyte.gz", gzip_bytes(idx_labels("\x05")));
  folder.write("images/a/a.png", one_colour_png(4, 1, 2, 3));
  const auto test = [](const std::string& spec) { return open_images(spec, ImagePart::kTest); };
  const auto cifar10 = test("cifar10:" + folder.path("c10"));
  REQUIRE(cifar10 != nullptr);
  CHECK(cifar10->size() == 2);
  CHECK(cifar10->label(0) == 2);
  CHECK(test("cifar100:" + folder.path("c100"))->label(0) == 2);
  CHECK(test("cifar10:" + file) == nullptr);
  CHECK(test("folder:" + folder.path("images")) == nullptr);
  const FashionMnistIn here(folder.path("f"));
  CHECK(test("fashion-mnist") == nullptr);
  folder.write("f/t10k-images-idx3-ubyte.gz", gzip_bytes(idx_images(2, 28, std::string(2 * 784, '\x10'))));
  folder.write("f/t10k-labels-idx1-ubyte.gz", gzip_bytes(idx_labels("\x07\x08")));
  CHECK(test("fashion-mnist")->label(1) == 8);
  CHECK(open_images("fashion-mnist")->size() == 1);
}

}  // namespace zeroth::core
