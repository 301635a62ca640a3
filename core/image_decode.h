// PNG and JPEG files as pictures, through libpng and libjpeg.
#pragma once

#include <string>

#include "core/picture.h"

namespace zeroth::core {

// True for names that end in .png, .jpg or .jpeg, in any case.
bool has_image_extension(const std::string& path);

// Reads a PNG (gray, palette, with alpha, 16 bits a channel: all become RGB of 8 bits, transparent parts on black) or a
// JPEG (gray or colour). Which of the two it is, the content says. Throws Error that names the file: missing, neither
// format, damaged, cut short, larger than 64 megapixels.
Picture decode_image(const std::string& path);

}  // namespace zeroth::core
