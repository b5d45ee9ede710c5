#include "metadata/edit/png_chunks.h"

#include <zlib.h>

#include <algorithm>

#include "base/byte_reader.h"
#include "base/error.h"

namespace img2prompt::edit {
namespace {

constexpr size_t kSignatureBytes = 8, kMostChunkBytes = 0x7FFFFFFF;

}  // namespace

void for_each_png_chunk(ByteSpan file, const std::string& name,
                        const std::function<void(const PngChunk&)>& visit) {
  ByteReader reader(file);
  reader.skip(kSignatureBytes);
  std::string_view type;
  while (type != "IEND") {
    size_t offset = reader.position();
    uint32_t length = reader.u32_be();
    type = reader.take(4).text();
    ByteSpan data = reader.take(length);
    reader.skip(4);
    bool is_name = std::all_of(type.begin(), type.end(), [](char c) {
      return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    });
    if (reader.failed() || length > kMostChunkBytes || !is_name ||
        (offset == kSignatureBytes) != (type == "IHDR"))
      throw_error<MetadataError>(
          "{}: damaged or cut at byte {}; a copy is only made of a file whose chunks can be "
          "followed to the last",
          name, offset);
    visit({type, data, file.text().substr(offset, reader.position() - offset)});
  }
}

std::string png_chunk(std::string_view type, std::string_view data) {
  std::string out;
  auto put = [&](uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
  };
  put(static_cast<uint32_t>(data.size()));
  (out += type) += data;
  uLong sum =
      crc32(0, reinterpret_cast<const Bytef*>(out.data()) + 4, static_cast<uInt>(out.size() - 4));
  put(static_cast<uint32_t>(sum));
  return out;
}

}  // namespace img2prompt::edit
