#include "core/image_decode.h"

#include <png.h>

#include <catch2/catch.hpp>
#include <cmath>

#include "core/error.h"
#include "tests/core/image_files.h"
#include "tests/temporary_folder.h"

namespace zeroth::core {
namespace {

using Catch::Matchers::Contains;
using tests::jpeg_bytes;
using tests::png_bytes;
using tests::TemporaryFolder;

// The values of a picture from 0 to 255, channel by channel.
std::vector<int> bytes_of(const Picture& picture) {
  std::vector<int> bytes;
  for (const float value : picture.planes) bytes.push_back(static_cast<int>(std::lround(value * 255)));
  return bytes;
}

Picture decode_bytes(const std::string& bytes) {
  const TemporaryFolder folder;
  return decode_image(folder.write("x.png", bytes));
}

}  // namespace

TEST_CASE("an RGB PNG becomes planes of red, green and blue") {
  const Picture picture = decode_bytes(png_bytes(2, 1, PNG_COLOR_TYPE_RGB, 8, {10, 20, 30, 255, 0, 128}));
  CHECK(picture.height == 1);
  CHECK(picture.width == 2);
  CHECK(bytes_of(picture) == std::vector<int>{10, 255, 20, 0, 30, 128});
}

TEST_CASE("gray, one-bit, palette, alpha and 16-bit PNGs become RGB") {
  SECTION("gray") {
    CHECK(bytes_of(decode_bytes(png_bytes(2, 1, PNG_COLOR_TYPE_GRAY, 8, {7, 200}))) ==
          std::vector<int>{7, 200, 7, 200, 7, 200});
  }
  SECTION("one bit a pixel") {
    CHECK(bytes_of(decode_bytes(png_bytes(3, 1, PNG_COLOR_TYPE_GRAY, 1, {0b10100000}))) ==
          std::vector<int>{255, 0, 255, 255, 0, 255, 255, 0, 255});
  }
  SECTION("palette") {
    CHECK(bytes_of(decode_bytes(png_bytes(2, 1, PNG_COLOR_TYPE_PALETTE, 8, {1, 0}, {1, 2, 3, 40, 50, 60}))) ==
          std::vector<int>{40, 1, 50, 2, 60, 3});
  }
  SECTION("alpha: transparent is black, opaque is itself") {
    CHECK(bytes_of(decode_bytes(png_bytes(2, 1, PNG_COLOR_TYPE_RGB_ALPHA, 8, {9, 9, 9, 0, 50, 60, 70, 255}))) ==
          std::vector<int>{0, 50, 0, 60, 0, 70});
  }
  SECTION("16 bits a channel") {
    CHECK(bytes_of(decode_bytes(png_bytes(1, 1, PNG_COLOR_TYPE_RGB, 16, {0x80, 0x80, 0xff, 0xff, 0x00, 0x00}))) ==
          std::vector<int>{128, 255, 0});
  }
}

TEST_CASE("JPEGs in colour and in gray come back within what the format loses") {
  std::vector<unsigned char> flat;
  for (int i = 0; i < 16 * 8; ++i) flat.insert(flat.end(), {200, 100, 50});
  const Picture colour = decode_bytes(jpeg_bytes(16, 8, 3, flat));
  CHECK(colour.height == 8);
  CHECK(colour.width == 16);
  CHECK(colour.at(0, 3, 5) * 255 == Approx(200).margin(2));
  CHECK(colour.at(1, 3, 5) * 255 == Approx(100).margin(2));
  CHECK(colour.at(2, 3, 5) * 255 == Approx(50).margin(2));
  const Picture gray = decode_bytes(jpeg_bytes(16, 8, 1, std::vector<unsigned char>(16 * 8, 77)));
  for (int c = 0; c < 3; ++c) CHECK(gray.at(c, 7, 15) * 255 == Approx(77).margin(1));
}

TEST_CASE("files that are no readable image are errors that name them") {
  const TemporaryFolder folder;
  const auto check_fails = [&](const std::string& name, const std::string& bytes, const std::string& why) {
    const std::string path = folder.write(name, bytes);
    CHECK_THROWS_AS(decode_image(path), Error);
    CHECK_THROWS_WITH(decode_image(path), Contains(path) && Contains(why));
  };
  std::vector<unsigned char> noise;
  for (int i = 0; i < 64 * 64 * 3; ++i) noise.push_back(static_cast<unsigned char>(i * 7919 >> 3));
  const std::string png = png_bytes(64, 64, PNG_COLOR_TYPE_RGB, 8, noise);
  const std::string jpeg = jpeg_bytes(64, 64, 3, noise);
  check_fails("empty.png", "", "neither a PNG nor a JPEG");
  check_fails("text.jpg", "hello", "neither a PNG nor a JPEG");
  for (const size_t keep : {size_t{8}, size_t{20}, png.size() / 2}) {
    check_fails("cut.png", png.substr(0, keep), "not a readable PNG");
  }
  for (const size_t keep : {size_t{3}, size_t{20}, jpeg.size() / 2, jpeg.size() - 200}) {
    check_fails("cut.jpg", jpeg.substr(0, keep), "not a readable JPEG");
  }
  std::string damaged = png;
  damaged[damaged.size() / 2] ^= 0x10;
  check_fails("damaged.png", damaged, "not a readable PNG");
  check_fails("cmyk.jpg", jpeg_bytes(8, 8, 4, std::vector<unsigned char>(8 * 8 * 4, 9)), "not a readable JPEG");
  CHECK_THROWS_WITH(decode_image(folder.path("no.png")), Contains("No such file"));
}

TEST_CASE("a picture of absurd size is refused before memory is taken for it") {
  const TemporaryFolder folder;
  std::string jpeg = jpeg_bytes(8, 8, 1, std::vector<unsigned char>(64, 1));
  // The frame header: FF C0, length (2), precision (1), height (2), width (2).
  const size_t frame = jpeg.find("\xff\xc0");
  REQUIRE(frame != std::string::npos);
  jpeg.replace(frame + 5, 4, "\xff\xdc\xff\xdc");
  CHECK_THROWS_WITH(decode_image(folder.write("huge.jpg", jpeg)), Contains("65500 x 65500 pixels"));
}

TEST_CASE("image files are told by their extension in any case") {
  CHECK(has_image_extension("a/b.png"));
  CHECK(has_image_extension("b.JPG"));
  CHECK(has_image_extension("b.x.Jpeg"));
  CHECK(!has_image_extension("b.txt"));
  CHECK(!has_image_extension("png"));
}

}  // namespace zeroth::core
