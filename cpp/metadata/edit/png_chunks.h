// A PNG's chunks, one by one. Reference: PNG (W3C, third edition), section 5.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/byte_span.h"

namespace img2prompt::edit {

struct PngChunk {
  std::string_view type;
  ByteSpan data;
  std::string_view bytes;  // all of it, length to checksum
};

// Calls `visit` for every chunk up to IEND. Throws MetadataError, naming `name`, where they cannot
// be followed so far.
void for_each_png_chunk(ByteSpan file, const std::string& name,
                        const std::function<void(const PngChunk&)>& visit);

std::string png_chunk(std::string_view type, std::string_view data);

}  // namespace img2prompt::edit
