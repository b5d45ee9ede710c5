#include "preprocess/clip.h"

#include <doctest/doctest.h>

#include "base/error.h"

using namespace img2prompt;

namespace {

// Left half black, right half white.
Image halves(int width, int height) {
  Image image(width, height);
  for (int y = 0; y < height; ++y)
    for (int x = width / 2 * 3; x < width * 3; ++x) image.row(y)[x] = 255;
  return image;
}

}  // namespace

TEST_CASE("Samples are scaled to 0..1 and normalised channel by channel") {
  ClipPreprocess options;
  options.size = 4;
  options.mean = {0.5f, 0.25f, 0.0f};
  options.std = {0.5f, 0.25f, 2.0f};
  at::Tensor pixels = preprocess_clip(halves(4, 4), options);
  REQUIRE(pixels.sizes() == at::IntArrayRef({3, 4, 4}));
  auto at = pixels.accessor<float, 3>();
  CHECK(at[0][0][0] == -1.0f);
  CHECK(at[1][0][0] == -1.0f);
  CHECK(at[2][0][0] == 0.0f);
  CHECK(at[0][3][3] == 1.0f);
  CHECK(at[1][3][3] == 3.0f);
  CHECK(at[2][3][3] == 0.5f);
}

TEST_CASE("The centre is cut out, or the whole picture is squashed") {
  ClipPreprocess options;
  options.size = 8;
  options.mean = {0.0f, 0.0f, 0.0f};
  options.std = {1.0f, 1.0f, 1.0f};
  // Three times as wide as high, white from two thirds on: the centre is all black.
  Image image(24, 8);
  for (int y = 0; y < 8; ++y)
    for (int x = 16 * 3; x < 24 * 3; ++x) image.row(y)[x] = 255;
  CHECK(preprocess_clip(image, options).max().item<float>() == 0.0f);
  options.squash = true;
  CHECK(preprocess_clip(image, options).max().item<float>() == 1.0f);
}

TEST_CASE("A picture too long to be fitted is refused, not allocated") {
  ClipPreprocess options;
  CHECK_THROWS_AS(preprocess_clip(Image(60000, 1), options), InvalidArgument);
}
