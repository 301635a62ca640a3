#include "core/picture.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "core/random.h"

namespace zeroth::core {
namespace {

// A picture with the given rows in all three channels.
Picture from_rows(const std::vector<std::vector<float>>& rows) {
  Picture picture(static_cast<int>(rows.size()), static_cast<int>(rows[0].size()));
  for (int c = 0; c < 3; ++c) {
    for (int y = 0; y < picture.height; ++y) {
      for (int x = 0; x < picture.width; ++x) picture.at(c, y, x) = rows[y][x];
    }
  }
  return picture;
}

void check_rows(const Picture& picture, const std::vector<std::vector<float>>& rows) {
  REQUIRE(picture.height == static_cast<int>(rows.size()));
  REQUIRE(picture.width == static_cast<int>(rows[0].size()));
  for (int c = 0; c < 3; ++c) {
    for (int y = 0; y < picture.height; ++y) {
      for (int x = 0; x < picture.width; ++x) {
        INFO("channel " << c << " row " << y << " column " << x);
        CHECK(picture.at(c, y, x) == Approx(rows[y][x]).margin(1e-6));
      }
    }
  }
}

Picture random_picture(int height, int width) {
  Picture picture(height, width);
  Stream(1, "picture").fill_uniform(picture.planes.data(), picture.planes.size(), 0, 1);
  return picture;
}

double mean(const Picture& picture) {
  double sum = 0;
  for (const float value : picture.planes) sum += value;
  return sum / static_cast<double>(picture.planes.size());
}

}  // namespace

TEST_CASE("shrinking by a whole factor averages blocks") {
  check_rows(resize(from_rows({{0, 1, 2, 3}, {4, 5, 6, 7}}), 1, 2), {{2.5, 4.5}});
}

TEST_CASE("shrinking by a fraction weighs pixels by what is covered of them") {
  // 3 to 2: each new pixel covers one and a half.
  check_rows(resize(from_rows({{0, 3, 9}}), 1, 2), {{1, 7}});
  check_rows(resize(from_rows({{0}, {3}, {9}}), 2, 1), {{1}, {7}});
}

TEST_CASE("enlarging interpolates between pixel centres and continues the edges") {
  check_rows(resize(from_rows({{0, 4}}), 1, 4), {{0, 1, 3, 4}});
  check_rows(resize(from_rows({{5}}), 2, 3), {{5, 5, 5}, {5, 5, 5}});
}

TEST_CASE("one axis may shrink while the other grows") {
  check_rows(resize(from_rows({{0, 4, 8, 12}}), 2, 2), {{2, 10}, {2, 10}});
}

TEST_CASE("the same size changes nothing, and a flat picture stays flat at any size") {
  const Picture picture = random_picture(5, 7);
  CHECK(resize(picture, 5, 7).planes == picture.planes);
  const Picture flat = from_rows({{0.3F, 0.3F, 0.3F}, {0.3F, 0.3F, 0.3F}});
  for (const int size : {1, 2, 3, 5, 8}) {
    for (const float value : resize(flat, size, size + 1).planes) CHECK(value == Approx(0.3).margin(1e-6));
  }
}

TEST_CASE("shrinking keeps the mean, at whole and broken factors") {
  const Picture picture = random_picture(224, 224);
  for (const int size : {1, 32, 100, 223})
    CHECK(mean(resize(picture, size, size)) == Approx(mean(picture)).margin(1e-5));
}

TEST_CASE("padding puts zeros around, and the central square is cut from the longer side") {
  check_rows(pad(from_rows({{1, 2}}), 1), {{0, 0, 0, 0}, {0, 1, 2, 0}, {0, 0, 0, 0}});
  check_rows(centre_square(from_rows({{1, 2, 3, 4}, {5, 6, 7, 8}})), {{2, 3}, {6, 7}});
  check_rows(centre_square(from_rows({{1}, {2}, {3}})), {{2}});
}

TEST_CASE("bytes become values from 0 to 1, in planes") {
  const Picture interleaved = from_interleaved({255, 0, 51, 0, 255, 102}, 1, 2);
  CHECK(interleaved.planes == std::vector<float>{1, 0, 0, 1, 0.2F, 0.4F});
  const unsigned char gray[] = {0, 255};
  CHECK(from_planes(gray, 1, 1, 2).planes == std::vector<float>{0, 1, 0, 1, 0, 1});
}

}  // namespace zeroth::core
