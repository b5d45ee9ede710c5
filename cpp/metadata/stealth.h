// Records hidden in the lowest bits of pixels, "stealth pnginfo", as NovelAI, Forge and SwarmUI
// write them. Column by column from the top, from the left: a signature of 15 characters, the
// payload's length in bits (32 bits, big-endian), the payload; highest bit first. One bit a pixel
// in alpha
// ("stealth_pnginfo", "stealth_pngcomp"), or three in red, green, blue ("stealth_rgbinfo",
// "stealth_rgbcomp"); "comp" is gzip, "info" plain UTF-8. What may follow (NovelAI's code for
// correcting errors) is not read.
#pragma once

#include "metadata/container.h"
#include "metadata/pixel_columns.h"

namespace img2prompt {

// Adds what is found, source "stealth": a text under "parameters"; an object whose members are
// records of their own (NovelAI's, ComfyUI's) under "payload" and each member under its name. Most
// pictures are refused after a row or two; alpha that is opaque everywhere by its first pixel.
// False where nothing was found.
bool read_stealth(PixelColumns& pixels, RawFields& out);

}  // namespace img2prompt
