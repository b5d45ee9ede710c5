#include "preprocess/deepdanbooru.h"

#include <doctest/doctest.h>

#include "base/error.h"

using namespace img2prompt;

namespace {

// Row y is grey of the value 10 * y.
Image stripes(int width, int height) {
  Image image(width, height);
  for (int y = 0; y < height; ++y)
    for (int i = 0; i < width * 3; ++i) image.row(y)[i] = static_cast<uint8_t>(10 * y);
  return image;
}

Image turned(const Image& image) {
  Image out(image.height, image.width);
  for (int y = 0; y < image.height; ++y)
    for (int x = 0; x < image.width; ++x)
      for (int c = 0; c < 3; ++c) out.row(x)[y * 3 + c] = image.row(y)[x * 3 + c];
  return out;
}

}  // namespace

TEST_CASE("Bands go on from the edge rows, below them by an eighth of the step, within 0 to 255") {
  const Image out = resize_and_fill(stripes(8, 3), 8);
  REQUIRE(out.width == 8);
  REQUIRE(out.height == 8);
  // 3 rows begin at 8/2 - 3/2 = 3; above them 9/8 * 0 - 1/8 * 10, below 9/8 * 20 - 1/8 * 10.
  const int want[] = {0, 0, 0, 0, 10, 20, 21, 21};
  for (int y = 0; y < 8; ++y) CHECK(int(out.row(y)[0]) == want[y]);
  CHECK(resize_and_fill(turned(stripes(8, 3)), 8).pixels == turned(out).pixels);
}

TEST_CASE("A square picture has no bands, and a line of pixels keeps one row") {
  CHECK(resize_and_fill(stripes(8, 8), 8).pixels == stripes(8, 8).pixels);
  const Image line = resize_and_fill(Image(3000, 1), 8);
  CHECK(line.width == 8);
  CHECK(line.height == 8);
  CHECK(resize_and_fill(Image(1, 3000), 8).pixels == line.pixels);
  CHECK(resize_and_fill(Image(1, 1), 8).pixels == line.pixels);
}

TEST_CASE("Samples are scaled to 0..1, channels last") {
  Image image(4, 4);
  image.row(1)[2 * 3 + 1] = 255;
  image.row(3)[0] = 51;
  at::Tensor pixels = preprocess_deepdanbooru(image, 4);
  REQUIRE(pixels.sizes() == at::IntArrayRef({4, 4, 3}));
  CHECK(pixels[1][2][1].item<float>() == 1.0f);
  CHECK(pixels[3][0][0].item<float>() == 0.2f);
  CHECK(pixels.sum().item<float>() == doctest::Approx(1.2));
}

TEST_CASE("A picture without pixels is refused") {
  CHECK_THROWS_AS(resize_and_fill(Image(0, 5), 8), InvalidArgument);
  CHECK_THROWS_AS(resize_and_fill(Image(5, 0), 8), InvalidArgument);
}
