// Cutting a rectangle out of a picture.
#pragma once

#include "image/image.h"

namespace img2prompt {

// The part of `width` x `height` whose upper left corner is (x, y). Parts outside the picture are
// black, as in Pillow's Image.crop. Throws InvalidArgument for a side below 1.
Image crop(ImageView image, int x, int y, int width, int height);

}  // namespace img2prompt
