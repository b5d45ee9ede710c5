// Pictures as DeepDanbooru takes them: fitted into a square whose bands are filled from the edges.
#pragma once

#include <ATen/core/Tensor.h>

#include "image/image.h"

namespace img2prompt {

// The picture within size x size: Lanczos keeps its aspect, and the bands above and below it (or
// left and right) repeat what Pillow's bicubic filter sees at the edge, 9/8 of the outermost row
// less 1/8 of the next one. Equal to the WebUI's images.resize_image(2, picture, size, size)
// without an upscaler, on Pillow 13, byte for byte (test_tagger_pixels.py). Where that fails, for
// pictures more than `size` times as long as they are wide, one row or column of the picture is
// kept. Throws InvalidArgument as resize() does.
Image resize_and_fill(ImageView image, int size);

// [size, size, 3] float32 on the CPU, RGB in 0..1.
at::Tensor preprocess_deepdanbooru(ImageView image, int size);

}  // namespace img2prompt
