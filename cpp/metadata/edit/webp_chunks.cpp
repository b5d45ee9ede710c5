#include "metadata/edit/webp_chunks.h"

#include <algorithm>

#include "base/byte_reader.h"
#include "base/error.h"

namespace img2prompt::edit {
namespace {

constexpr size_t kSizeBytes = 8;  // "RIFF" and the size, which counts what follows

[[noreturn]] void refuse(const std::string& name, size_t offset) {
  throw_error<MetadataError>(
      "{}: damaged or cut at byte {}; a copy is only made of a file whose chunks can be followed "
      "to the last",
      name, offset);
}

}  // namespace

void for_each_riff_chunk(ByteSpan file, const std::string& name,
                         const std::function<void(const RiffChunk&)>& visit) {
  ByteReader header(file);
  header.skip(4);
  size_t stated = size_t{header.u32_le()} + kSizeBytes;
  if (stated > file.size() || stated <= kRiffHeaderBytes)
    refuse(name, std::min(stated, file.size()));
  ByteSpan riff = file.sub(0, stated);
  ByteReader reader(riff);
  reader.skip(kRiffHeaderBytes);
  while (reader.remaining() > 0) {
    size_t offset = reader.position();
    std::string_view type = reader.take(4).text();
    uint32_t length = reader.u32_le();
    ByteSpan data = reader.take(length);
    if (reader.failed()) refuse(name, offset);
    if (length % 2 == 1 && reader.remaining() > 0) reader.skip(1);
    visit({type, data, riff.text().substr(offset, reader.position() - offset)});
  }
}

std::string little_endian(uint64_t value, int width) {
  std::string out;
  for (int i = 0; i < width; ++i) out += static_cast<char>(value >> (8 * i));
  return out;
}

std::string riff_chunk(std::string_view type, std::string_view data) {
  std::string out = std::string(type) + little_endian(data.size(), 4) + std::string(data);
  if (data.size() % 2 == 1) out += '\0';
  return out;
}

std::string webp_file(const std::string& chunks) {
  return "RIFF" + little_endian(chunks.size() + 4, 4) + "WEBP" + chunks;
}

}  // namespace img2prompt::edit
