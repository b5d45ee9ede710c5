// A WebP's chunks, one by one. Reference: RFC 9649.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/byte_span.h"

namespace img2prompt::edit {

constexpr size_t kRiffHeaderBytes = 12;  // "RIFF", a size, "WEBP"

struct RiffChunk {
  std::string_view type;
  ByteSpan data;
  std::string_view bytes;  // all of it, with its padding
};

// Calls `visit` for every chunk. Throws MetadataError, naming `name`, where they cannot be followed
// to the end that the header states.
void for_each_riff_chunk(ByteSpan file, const std::string& name,
                         const std::function<void(const RiffChunk&)>& visit);

std::string little_endian(uint64_t value, int width);
std::string riff_chunk(std::string_view type, std::string_view data);
std::string webp_file(const std::string& chunks);  // with its header

}  // namespace img2prompt::edit
