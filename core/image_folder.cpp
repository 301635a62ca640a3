// Folders of PNG and JPEG files, decoded when asked for.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "core/error.h"
#include "core/image_decode.h"
#include "core/image_sources.h"
#include "core/log.h"

namespace zeroth::core {
namespace {

namespace fs = std::filesystem;

// ImageNet's, which is what folders of photographs are normalised with.
constexpr Normalisation kFolderNormalisation = {{0.485F, 0.456F, 0.406F}, {0.229F, 0.224F, 0.225F}};

class FolderImages : public ImageSet {
 public:
  FolderImages(int64_t classes, std::vector<int64_t> labels, std::vector<std::string> files)
      : ImageSet("folder", classes, std::move(labels), kFolderNormalisation), files_(std::move(files)) {}

 private:
  Picture picture(size_t i) const override { return decode_image(files_[i]); }

  std::vector<std::string> files_;
};

std::vector<fs::path> sorted_entries(const fs::path& folder) {
  std::error_code error;
  const fs::directory_iterator entries(folder, error);
  if (error) throw Error(fmt::format("cannot read {}: {}", folder.string(), error.message()));
  std::vector<fs::path> paths;
  for (const auto& entry : entries) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::vector<std::string> images_in(const fs::path& folder) {
  std::vector<std::string> files;
  for (const fs::path& path : sorted_entries(folder)) {
    if (has_image_extension(path.string()) && fs::is_regular_file(path)) files.push_back(path.string());
  }
  return files;
}

}  // namespace

std::unique_ptr<ImageSet> open_folder(const std::string& path, ImagePart part) {
  if (part == ImagePart::kTest) return nullptr;
  std::vector<std::string> files;
  std::vector<int64_t> labels;
  int64_t classes = 0;
  for (const fs::path& folder : sorted_entries(path)) {
    if (!fs::is_directory(folder)) continue;
    const std::vector<std::string> images = images_in(folder);
    if (images.empty()) continue;  // no class: no image would ever carry its label
    files.insert(files.end(), images.begin(), images.end());
    labels.resize(files.size(), classes++);
  }
  const std::vector<std::string> loose = images_in(path);
  if (classes == 0) {
    files = loose;
    labels.assign(files.size(), 0);
    classes = 1;
  } else if (!loose.empty()) {
    log_warning("{}: {} images outside the class folders are left out", path, loose.size());
  }
  if (files.empty()) throw Error(fmt::format("{}: no PNG or JPEG files, and no subfolders with any", path));
  return std::make_unique<FolderImages>(classes, std::move(labels), std::move(files));
}

}  // namespace zeroth::core
