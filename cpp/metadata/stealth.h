// Records hidden in the lowest bits of pixels, "stealth pnginfo", as NovelAI, Forge and SwarmUI
// write them. Column by column from the top, from the left: a signature of 15 characters, the
// payload's length in bits (32 bits, big-endian), the payload; highest bit first. One bit a pixel
// in alpha
// ("stealth_pnginfo", "stealth_pngcomp"), or three in red, green, blue ("stealth_rgbinfo",
// "stealth_rgbcomp"); "comp" is gzip, "info" plain UTF-8. What may follow (NovelAI's code for
// correcting errors) is not read.
#pragma once

#include <optional>

#include "metadata/container.h"
#include "metadata/pixel_columns.h"

namespace img2prompt {

// Adds what is found, source "stealth": a text under "parameters"; an object whose members are
// records of their own (NovelAI's, ComfyUI's) under "payload" and each member under its name. Most
// pictures are refused after a row or two; alpha that is opaque everywhere by its first pixel.
// False where nothing was found.
bool read_stealth(PixelColumns& pixels, RawFields& out);

// Which lowest bits hold a record, read or not: the first `count` of alpha, or of red, green and
// blue, in the order above. NovelAI's correcting code, which may follow with a length of its own,
// is among them; where a length cannot be true, all bits are.
struct HiddenBits {
  bool in_alpha = false;
  uint64_t count = 0;
};

// Of alpha first; none where neither begins with a signature.
std::optional<HiddenBits> find_hidden_bits(PixelColumns& pixels);

}  // namespace img2prompt
