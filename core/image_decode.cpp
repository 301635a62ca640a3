#include "core/image_decode.h"

// libjpeg's header needs FILE and size_t declared before it.
#include <cstddef>
#include <cstdio>

#include <fmt/format.h>
#include <jerror.h>
#include <jpeglib.h>
#include <png.h>

#include <algorithm>
#include <cctype>
#include <csetjmp>
#include <filesystem>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/input_file.h"

namespace zeroth::core {
namespace {

constexpr std::string_view kPngMagic = "\x89PNG\r\n\x1a\n";
constexpr std::string_view kJpegMagic = "\xff\xd8\xff";
constexpr uint64_t kMaxPixels = uint64_t{1} << 26;

// A damaged header can ask for terabytes.
void check_size(const std::string& path, uint64_t width, uint64_t height) {
  if (width * height <= kMaxPixels) return;
  throw Error(fmt::format("{}: the image has {} x {} pixels; at most {} are read", path, width, height, kMaxPixels));
}

Picture decode_png(const std::string& path, const std::string& bytes) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  if (!png_image_begin_read_from_memory(&image, bytes.data(), bytes.size())) {
    throw Error(fmt::format("{}: not a readable PNG: {}", path, image.message));
  }
  // From here to finish_read, which frees it, libpng holds memory for the image.
  if (uint64_t{image.width} * image.height > kMaxPixels) png_image_free(&image);
  check_size(path, image.width, image.height);
  // 16-bit files without a gamma chunk are sRGB, as the others are, and not linear light.
  image.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
  image.format = PNG_FORMAT_RGB;
  std::vector<unsigned char> pixels(PNG_IMAGE_SIZE(image));
  const png_color black{0, 0, 0};
  if (!png_image_finish_read(&image, &black, pixels.data(), /*row_stride=*/0, /*colormap=*/nullptr)) {
    throw Error(fmt::format("{}: not a readable PNG: {}", path, image.message));
  }
  return from_interleaved(pixels, static_cast<int>(image.height), static_cast<int>(image.width));
}

// libjpeg reports errors by a function that must not return. It jumps back to the setjmp of the function that called
// libjpeg, so those functions hold nothing that has a destructor.
struct JpegDecoder {
  JpegDecoder() {
    info.err = jpeg_std_error(&errors);
    info.client_data = this;
    errors.error_exit = give_up;
    errors.emit_message = judge_message;
  }
  ~JpegDecoder() { jpeg_destroy_decompress(&info); }
  JpegDecoder(const JpegDecoder&) = delete;
  JpegDecoder& operator=(const JpegDecoder&) = delete;

  bool read_header(const unsigned char* bytes, size_t size) {
    if (setjmp(caller) != 0) return false;
    jpeg_create_decompress(&info);
    jpeg_mem_src(&info, bytes, size);
    jpeg_read_header(&info, TRUE);
    info.out_color_space = JCS_RGB;
    return true;
  }

  // `pixels` has room for (height, width, 3).
  bool read_pixels(unsigned char* pixels) {
    if (setjmp(caller) != 0) return false;
    jpeg_start_decompress(&info);
    const size_t stride = size_t{info.output_width} * 3;
    while (info.output_scanline < info.output_height) {
      JSAMPROW row = pixels + info.output_scanline * stride;
      jpeg_read_scanlines(&info, &row, 1);
    }
    jpeg_finish_decompress(&info);
    return true;
  }

  static void give_up(j_common_ptr info) {
    auto* self = static_cast<JpegDecoder*>(info->client_data);
    info->err->format_message(info, self->message);
    std::longjmp(self->caller, 1);
  }
  // libjpeg only warns where data is missing, and makes up the pixels.
  static void judge_message(j_common_ptr info, int level) {
    const int code = info->err->msg_code;
    if (level < 0 && (code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER || code == JWRN_HUFF_BAD_CODE)) give_up(info);
  }

  jpeg_decompress_struct info{};
  jpeg_error_mgr errors{};
  std::jmp_buf caller{};
  char message[JMSG_LENGTH_MAX] = "";
};

Picture decode_jpeg(const std::string& path, const std::string& bytes) {
  JpegDecoder decoder;
  const auto fail = [&] { throw Error(fmt::format("{}: not a readable JPEG: {}", path, decoder.message)); };
  if (!decoder.read_header(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size())) fail();
  const uint64_t width = decoder.info.image_width;
  const uint64_t height = decoder.info.image_height;
  check_size(path, width, height);
  std::vector<unsigned char> pixels(width * height * 3);
  if (!decoder.read_pixels(pixels.data())) fail();
  return from_interleaved(pixels, static_cast<int>(height), static_cast<int>(width));
}

bool begins_with(std::string_view text, std::string_view start) { return text.substr(0, start.size()) == start; }

}  // namespace

bool has_image_extension(const std::string& path) {
  std::string extension = std::filesystem::path(path).extension().string();
  for (char& c : extension) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return extension == ".png" || extension == ".jpg" || extension == ".jpeg";
}

Picture decode_image(const std::string& path) {
  const std::string bytes = read_whole_file(path);
  if (begins_with(bytes, kPngMagic)) return decode_png(path, bytes);
  if (begins_with(bytes, kJpegMagic)) return decode_jpeg(path, bytes);
  throw Error(fmt::format("{}: neither a PNG nor a JPEG", path));
}

}  // namespace zeroth::core
