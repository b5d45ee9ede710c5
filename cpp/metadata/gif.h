// GIF's blocks. Reference: GIF89a specification, sections 18 to 27.
#pragma once

#include "base/byte_span.h"
#include "metadata/container.h"

namespace img2prompt {

// Adds comment extensions, XMP, and the logical screen's size.
void walk_gif(ByteSpan file, RawFields& out);

}  // namespace img2prompt
