// The four kinds of image sets behind open_images(), each by its path.
#pragma once

#include <memory>
#include <string>

#include "core/image_set.h"

namespace zeroth::core {

std::unique_ptr<ImageSet> open_fashion_mnist();
std::unique_ptr<ImageSet> open_cifar10(const std::string& path);
std::unique_ptr<ImageSet> open_cifar100(const std::string& path);
std::unique_ptr<ImageSet> open_folder(const std::string& path);

}  // namespace zeroth::core
