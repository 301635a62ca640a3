// Image sets that are files of records of one size, kept in memory as bytes: CIFAR-10, CIFAR-100, Fashion-MNIST.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "core/image_sources.h"
#include "core/input_file.h"

namespace zeroth::core {
namespace {

namespace fs = std::filesystem;

constexpr Normalisation kCifar10Normalisation = {{0.4914F, 0.4822F, 0.4465F}, {0.2470F, 0.2435F, 0.2616F}};
constexpr Normalisation kCifar100Normalisation = {{0.5071F, 0.4865F, 0.4409F}, {0.2673F, 0.2564F, 0.2762F}};
constexpr Normalisation kFashionMnistNormalisation = {{0.2860F, 0.2860F, 0.2860F}, {0.3530F, 0.3530F, 0.3530F}};

// Where each image is in a string of bytes.
struct RecordLayout {
  size_t start = 0;   // of the first record
  size_t size = 0;    // of a record
  size_t pixels = 0;  // their offset in a record
  int channels = 0;
  int side = 0;
  int border = 0;  // zeros put around the image
};

class RecordImages : public ImageSet {
 public:
  RecordImages(std::string name, int64_t classes, std::vector<int64_t> labels, const Normalisation& normalisation,
               std::string bytes, const RecordLayout& layout)
      : ImageSet(std::move(name), classes, std::move(labels), normalisation),
        bytes_(std::move(bytes)),
        layout_(layout) {}

 private:
  Picture picture(size_t i) const override {
    const char* pixels = bytes_.data() + layout_.start + i * layout_.size + layout_.pixels;
    const Picture whole =
        from_planes(reinterpret_cast<const unsigned char*>(pixels), layout_.channels, layout_.side, layout_.side);
    return layout_.border > 0 ? pad(whole, layout_.border) : whole;
  }

  std::string bytes_;
  RecordLayout layout_;
};

int64_t checked_label(const std::string& path, size_t record, char byte, int64_t classes) {
  const int64_t label = static_cast<unsigned char>(byte);
  if (label < classes) return label;
  throw Error(fmt::format("{}: record {} has the label {}; valid: 0 to {}", path, record, label, classes - 1));
}

// The files that a path stands for: itself, or those of a folder whose names match.
std::vector<std::string> batch_files(const std::string& path, std::string_view begin, std::string_view wanted) {
  if (!fs::is_directory(path)) return {path};
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(path)) {
    const std::string file = entry.path().filename().string();
    if (entry.path().extension() == ".bin" && file.compare(0, begin.size(), begin) == 0) {
      files.push_back(entry.path().string());
    }
  }
  if (files.empty()) throw Error(fmt::format("{}: the folder has no {}", path, wanted));
  std::sort(files.begin(), files.end());
  return files;
}

// `label_bytes` come before the pixels of a record, and the last of them is the label.
std::unique_ptr<ImageSet> open_cifar(const std::string& name, const std::vector<std::string>& files, size_t label_bytes,
                                     int64_t classes, const Normalisation& normalisation) {
  RecordLayout layout;
  layout.pixels = label_bytes;
  layout.channels = 3;
  layout.side = 32;
  layout.size = label_bytes + 3 * 32 * 32;
  std::string bytes;
  std::vector<int64_t> labels;
  for (const std::string& file : files) {
    const std::string part = read_whole_file(file);
    if (part.empty()) throw Error(fmt::format("{}: the file is empty", file));
    const size_t records = part.size() / layout.size;
    if (part.size() % layout.size != 0) {
      throw Error(fmt::format("{}: record {} is cut short: {} bytes of {}; is this {}'s binary format?", file, records,
                              part.size() % layout.size, layout.size, name));
    }
    for (size_t i = 0; i < records; ++i) {
      labels.push_back(checked_label(file, i, part[i * layout.size + label_bytes - 1], classes));
    }
    bytes += part;
  }
  return std::make_unique<RecordImages>(name, classes, std::move(labels), normalisation, std::move(bytes), layout);
}

// The test file of a folder; null where `path` names none.
std::unique_ptr<ImageSet> open_cifar_test(const std::string& name, const std::string& path, size_t label_bytes,
                                          int64_t classes, const Normalisation& normalisation) {
  if (!fs::exists(path)) return nullptr;
  return open_cifar(name, {path}, label_bytes, classes, normalisation);
}

// Reads an IDX file of bytes and checks its shape; -1 allows any length. Layout: two zeros, type 8 (unsigned byte),
// number of dimensions, then each dimension as a big-endian 32-bit number, then the data.
std::string read_idx(const std::string& path, const std::vector<int64_t>& shape) {
  std::string bytes = read_whole_file(path);
  const size_t header = 4 + 4 * shape.size();
  const std::string magic = {0, 0, 8, static_cast<char>(shape.size())};
  if (bytes.size() < header || bytes.compare(0, 4, magic) != 0) {
    throw Error(fmt::format("{}: not an IDX file of bytes with {} dimensions", path, shape.size()));
  }
  uint64_t total = 1;
  for (size_t d = 0; d < shape.size(); ++d) {
    uint32_t length = 0;
    for (size_t i = 0; i < 4; ++i) length = length << 8 | static_cast<unsigned char>(bytes[4 + 4 * d + i]);
    if (shape[d] >= 0 && length != shape[d]) {
      throw Error(fmt::format("{}: dimension {} is {}, and must be {}", path, d, length, shape[d]));
    }
    total *= length;
  }
  if (bytes.size() - header != total || total == 0) {
    const size_t record = shape.size() == 1 ? 1 : static_cast<size_t>(shape[1] * shape[2]);
    throw Error(fmt::format("{}: the header promises {} records, and the file ends in record {}", path, total / record,
                            (bytes.size() - header) / record));
  }
  return bytes;
}

}  // namespace

std::unique_ptr<ImageSet> open_cifar10(const std::string& path, ImagePart part) {
  if (part == ImagePart::kTest)
    return open_cifar_test("cifar10", path + "/test_batch.bin", 1, 10, kCifar10Normalisation);
  return open_cifar("cifar10", batch_files(path, "data_batch_", "data_batch_*.bin"), 1, 10, kCifar10Normalisation);
}

std::unique_ptr<ImageSet> open_cifar100(const std::string& path, ImagePart part) {
  if (part == ImagePart::kTest) return open_cifar_test("cifar100", path + "/test.bin", 2, 100, kCifar100Normalisation);
  return open_cifar("cifar100", batch_files(path, "train.bin", "train.bin"), 2, 100, kCifar100Normalisation);
}

std::unique_ptr<ImageSet> open_fashion_mnist(ImagePart part) {
  const char* elsewhere = std::getenv("ZEROTH_FASHION_MNIST_DIR");
  // The place is part of the Debian package's interface.
  const std::string folder = elsewhere ? elsewhere : "/usr/share/datasets/fashion-mnist";
  const std::string prefix = folder + (part == ImagePart::kTest ? "/t10k" : "/train");
  const std::string images_path = prefix + "-images-idx3-ubyte.gz";
  const std::string labels_path = prefix + "-labels-idx1-ubyte.gz";
  if (!fs::exists(images_path)) {
    if (part == ImagePart::kTest) return nullptr;
    throw Error(fmt::format("{}: no such file; install the Debian package dataset-fashion-mnist", images_path));
  }
  RecordLayout layout;
  layout.start = 16;
  layout.channels = 1;
  layout.side = 28;
  layout.border = 2;
  layout.size = 28 * 28;
  std::string images = read_idx(images_path, {-1, layout.side, layout.side});
  const auto count = static_cast<int64_t>((images.size() - layout.start) / layout.size);
  const std::string label_bytes = read_idx(labels_path, {count});
  std::vector<int64_t> labels;
  for (size_t i = 8; i < label_bytes.size(); ++i) {
    labels.push_back(checked_label(labels_path, i - 8, label_bytes[i], 10));
  }
  return std::make_unique<RecordImages>("fashion-mnist", 10, std::move(labels), kFashionMnistNormalisation,
                                        std::move(images), layout);
}

}  // namespace zeroth::core
