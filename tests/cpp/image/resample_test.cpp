#include "image/resample.h"

#include <doctest/doctest.h>

#include <random>

#include "base/error.h"
#include "image/crop.h"
#include "image/resample_kernels.h"

using namespace img2prompt;

namespace {

constexpr ResampleFilter kFilters[] = {ResampleFilter::kBox, ResampleFilter::kBilinear,
                                       ResampleFilter::kBicubic, ResampleFilter::kLanczos};

Image noise(int width, int height, unsigned seed) {
  std::mt19937 random(seed);
  Image image(width, height);
  for (uint8_t& value : image.pixels) value = uint8_t(random());
  return image;
}

}  // namespace

TEST_CASE("A picture of one colour keeps it through every filter and size") {
  Image image(7, 5);
  for (size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] = uint8_t(60 + 90 * (i % 3));
  for (ResampleFilter filter : kFilters) {
    for (auto [width, height] : {std::pair{1, 1}, {7, 5}, {3, 5}, {7, 2}, {64, 1}, {23, 31}}) {
      const Image result = resize(image, width, height, filter);
      REQUIRE(result.pixels.size() == size_t(width * height * 3));
      for (size_t i = 0; i < result.pixels.size(); ++i)
        REQUIRE(result.pixels[i] == 60 + 90 * (i % 3));
    }
  }
}

TEST_CASE("Box halves by the mean of each 2x2 square, rounded half up after each pass") {
  Image image(2, 2);
  image.pixels = {0, 10, 255, 1, 20, 255, 3, 30, 255, 4, 40, 255};
  CHECK(resize(image, 1, 1, ResampleFilter::kBox).pixels == std::vector<uint8_t>{3, 25, 255});
}

TEST_CASE("The result does not depend on the number of threads") {
  const Image image = noise(301, 217, 1);
  for (ResampleFilter filter : kFilters) {
    const Image one = resize(image, 120, 333, filter, 1);
    CHECK(resize(image, 120, 333, filter, 3).pixels == one.pixels);
    CHECK(resize(image, 120, 333, filter, 0).pixels == one.pixels);
  }
  CHECK(resize(noise(5, 1, 2), 3, 1, ResampleFilter::kBicubic, 8).width == 3);
}

TEST_CASE("Vector and plain kernels give the same bytes") {
  const ResampleKernels* plain = plain_resample_kernels();
  const ResampleKernels* fast = avx2_resample_kernels();
  if (!fast) return;
  std::mt19937 random(3);
  for (int i = 0; i < 60; ++i) {
    const int in = 1 + int(random() % 90), out = 1 + int(random() % 90);
    const ResampleWeights weights = compute_weights(in, out, kFilters[random() % 4]);
    const Image block = noise(in, kBlockRows, random());
    const size_t bytes = size_t(out) * kBlockColumn;
    std::vector<uint8_t> a(bytes), b(bytes);
    plain->scale_block(block.pixels.data(), weights, kBlockRows, a.data());
    fast->scale_block(block.pixels.data(), weights, kBlockRows, b.data());
    REQUIRE(a == b);
    const int width = 1 + int(random() % 40);
    const Image rows = noise(width, in, random());
    std::vector<uint8_t> c(size_t(width) * 3), d(size_t(width) * 3);
    const int y = int(random() % unsigned(out));
    const uint8_t* first = rows.row(weights.first[size_t(y)]);
    plain->sum_rows(first, c.size(), weights, y, c.data());
    fast->sum_rows(first, d.size(), weights, y, d.data());
    REQUIRE(c == d);
  }
}

TEST_CASE("Sides outside the bounds and empty pictures are refused") {
  const Image image(2, 2);
  for (auto [width, height] : {std::pair{0, 5}, {5, 0}, {-1, 5}, {65536, 1}, {65535, 65535}})
    CHECK_THROWS_AS(resize(image, width, height, ResampleFilter::kBox), InvalidArgument);
  CHECK_THROWS_AS(resize(Image(), 1, 1, ResampleFilter::kBox), InvalidArgument);
}

TEST_CASE("A crop copies its part and is black outside the picture") {
  Image image(3, 2);
  for (size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] = uint8_t(i + 1);
  CHECK(crop(image, 1, 1, 2, 1).pixels == std::vector<uint8_t>{13, 14, 15, 16, 17, 18});
  CHECK(crop(image, -1, 0, 2, 1).pixels == std::vector<uint8_t>{0, 0, 0, 1, 2, 3});
  CHECK(crop(image, 2147483647, 0, 1, 1).pixels == std::vector<uint8_t>{0, 0, 0});
  CHECK_THROWS_AS(crop(image, 0, 0, 0, 1), InvalidArgument);
}
