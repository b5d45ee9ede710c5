#include "metadata/webp.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "base/byte_reader.h"
#include "metadata/c2pa.h"
#include "metadata/exif.h"
#include "metadata/limits.h"
#include "metadata/xmp.h"

namespace img2prompt {
namespace {

using namespace std::string_view_literals;

constexpr size_t kRiffHeaderBytes = 12, kRiffPrefixBytes = 8;

uint32_t u24_le(ByteReader& reader) {
  uint32_t low = reader.u16_le();
  return low | static_cast<uint32_t>(reader.u8()) << 16;
}

// RFC 9649, section 2.7: width and height minus one, 24 bits each.
void read_vp8x(ByteSpan data, RawFields& out) {
  ByteReader reader(data);
  reader.skip(4);
  uint32_t width = u24_le(reader) + 1, height = u24_le(reader) + 1;
  if (!reader.failed()) out.width = width, out.height = height;
}

// RFC 6386, section 9.1: a key frame's tag, start code, then 14 bits each with 2 bits of scaling.
void read_vp8(ByteSpan data, RawFields& out) {
  ByteReader reader(data);
  reader.skip(3);
  bool key_frame = reader.take(3).starts_with("\x9D\x01\x2A"sv);
  uint32_t width = reader.u16_le() & 0x3FFF, height = reader.u16_le() & 0x3FFF;
  if (key_frame && !reader.failed()) out.width = width, out.height = height;
}

// RFC 9649, section 3.4: signature 0x2F, then width and height minus one, 14 bits each.
void read_vp8l(ByteSpan data, RawFields& out) {
  ByteReader reader(data);
  bool signed_as_lossless = reader.u8() == 0x2F;
  uint32_t bits = reader.u32_le();
  if (!signed_as_lossless || reader.failed()) return;
  out.width = (bits & 0x3FFF) + 1;
  out.height = (bits >> 14 & 0x3FFF) + 1;
}

void read_chunk(std::string_view type, ByteSpan data, RawFields& out) {
  bool has_size = out.width > 0;
  if (type == "VP8X") {
    read_vp8x(data, out);
  } else if (type == "VP8 " && !has_size) {
    read_vp8(data, out);
  } else if (type == "VP8L" && !has_size) {
    read_vp8l(data, out);
  } else if (type == "EXIF") {
    parse_exif(data, out);
  } else if (type == "XMP ") {
    read_xmp(data, out);
  } else if (type == "C2PA") {
    parse_c2pa(data, out);
  }
}

// What is read of a chunk: the whole of a text, the beginning of pixels.
size_t wanted_bytes(std::string_view type, size_t length) {
  constexpr size_t kSizeBytes = 16;
  bool is_text = type == "EXIF" || type == "XMP " || type == "C2PA";
  return is_text ? length : std::min(length, kSizeBytes);
}

}  // namespace

void walk_webp(FileWindow& file, RawFields& out) {
  constexpr size_t kChunkHeaderBytes = 8;
  ByteSpan riff = file.view(0, kRiffHeaderBytes);
  ByteReader header(riff);
  header.skip(4);
  size_t stated = size_t{header.u32_le()} + kRiffPrefixBytes;
  if (stated > file.size())
    out.warn(fmt::format("the file has {} bytes, its header says {}", file.size(), stated));
  const size_t end = std::min(stated, file.size());
  for (size_t offset = kRiffHeaderBytes; offset < end;) {
    if (end - offset < kChunkHeaderBytes) return out.warn("the file ends inside a chunk's header");
    ByteSpan head = file.view(offset, kChunkHeaderBytes);
    ByteReader reader(head);
    std::string type(reader.take(4).text());
    size_t length = reader.u32_le(), there = std::min(length, end - offset - kChunkHeaderBytes);
    if (reader.failed()) return out.warn("the file ends inside a chunk's header");
    if (there < length)
      out.warn(fmt::format("the file ends inside chunk {} at byte {}", quoted(type), offset));
    size_t wanted = wanted_bytes(type, there);
    if (wanted > kMaxTextChunkBytes)
      out.warn(fmt::format("chunk {} at byte {}: left out, its {} bytes exceed the {} allowed",
                           quoted(type), offset, wanted, kMaxTextChunkBytes));
    else
      read_chunk(type, file.view(offset + kChunkHeaderBytes, wanted), out);
    if (there < length) return;
    offset += kChunkHeaderBytes + length + length % 2;
  }
}

}  // namespace img2prompt
