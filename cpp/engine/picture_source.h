// Pictures for a model, one at a time.
#pragma once

#include <cstddef>
#include <functional>

#include "image/image.h"

namespace img2prompt {

// Hands out the picture of an index, so that a long list is never in memory at once.
using PictureSource = std::function<Image(size_t index)>;

}  // namespace img2prompt
