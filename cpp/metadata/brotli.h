// Brotli streams with a bound on what comes out; the library is optional.
#pragma once

#include "base/byte_span.h"
#include "metadata/inflate.h"

namespace img2prompt {

bool has_brotli();  // false where the build found no decoder

// As inflate_bounded(); damaged and empty where there is no decoder. A decoder's window takes up to
// 16 MiB beside.
Inflated decompress_brotli(ByteSpan stream, size_t limit);

}  // namespace img2prompt
