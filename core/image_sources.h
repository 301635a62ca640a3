// The four kinds of image sets behind open_images(), each by its path. Null where test images are asked for and there
// are none.
#pragma once

#include <memory>
#include <string>

#include "core/image_set.h"

namespace zeroth::core {

std::unique_ptr<ImageSet> open_fashion_mnist(ImagePart part);
std::unique_ptr<ImageSet> open_cifar10(const std::string& path, ImagePart part);
std::unique_ptr<ImageSet> open_cifar100(const std::string& path, ImagePart part);
std::unique_ptr<ImageSet> open_folder(const std::string& path, ImagePart part);

}  // namespace zeroth::core
