#include <algorithm>
#include <cstring>
#include <memory>

#include "base/byte_reader.h"
#include "image/formats.h"

// stb_image, compiled here alone and only for JPEG.
#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_NO_STDIO
#define STBI_ONLY_JPEG
#ifdef __GNUC__
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#endif
#include <stb_image.h>
#ifdef __GNUC__
#pragma GCC diagnostic pop
#endif

namespace img2prompt {
namespace {

using namespace std::string_view_literals;

// A block of 64 samples takes a bit at least, and one component may have a block for every 16 of
// the picture's (sampling factors go up to 4 x 4); so a byte holds no more pixels than this.
constexpr int64_t kMaxPixelsPerByte = 8 * 64 * 16;

// What the marker segments before the first scan say.
struct Header {
  int64_t width = 0, height = 0;
  int components = 0;
  bool has_adobe = false;
  ByteSpan exif;
};

bool is_start_of_frame(uint8_t marker) {
  return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

Header parse_header(ByteSpan bytes) {
  Header header;
  ByteReader reader(bytes);
  reader.skip(2);
  while (!reader.failed()) {
    if (reader.u8() != 0xff) continue;
    uint8_t marker = reader.u8();
    while (marker == 0xff) marker = reader.u8();
    if (marker == 0xda || marker == 0xd9) break;                                     // scan, end
    if (marker == 0 || marker == 1 || (marker >= 0xd0 && marker <= 0xd8)) continue;  // no segment
    const size_t size = reader.u16_be();
    const ByteSpan segment = reader.take(std::min(size < 2 ? 0 : size - 2, reader.remaining()));
    if (is_start_of_frame(marker)) {
      ByteReader frame(segment);
      frame.skip(1);
      header.height = frame.u16_be();
      header.width = frame.u16_be();
      header.components = frame.u8();
    } else if (marker == 0xe1 && header.exif.empty() && segment.starts_with("Exif\0\0"sv)) {
      header.exif = segment;
    } else if (marker == 0xee && segment.starts_with("Adobe"sv)) {
      header.has_adobe = true;
    }
  }
  return header;
}

// Bytes handed to stb_image, which takes what lies past the end for zeros and says nothing: a read
// past the end is noted here instead.
struct Source {
  ByteSpan bytes;
  size_t position = 0;
  bool overran = false;
};

int on_read(void* user, char* out, int count) {
  Source& source = *static_cast<Source*>(user);
  const ByteSpan part = source.bytes.sub(source.position, size_t(count));
  if (part.empty()) {
    source.overran = true;
    return 0;
  }
  std::memcpy(out, part.data(), part.size());
  source.position += part.size();
  return int(part.size());
}

void on_skip(void* user, int count) {
  Source& source = *static_cast<Source*>(user);
  const size_t remaining = source.bytes.size() - source.position;
  if (count > 0 && size_t(count) > remaining) source.overran = true;
  if (count > 0) source.position += std::min(size_t(count), remaining);
}

int on_eof(void* user) {
  const Source& source = *static_cast<Source*>(user);
  return source.position == source.bytes.size();
}

constexpr stbi_io_callbacks kCallbacks = {on_read, on_skip, on_eof};

}  // namespace

Image decode_jpeg(const Encoded& encoded) {
  const Header header = parse_header(encoded.bytes);
  if (header.components == 0) throw_cut_short(encoded, "JPEG");
  check_picture_size(header.width, header.height, encoded.name, encoded.limits);
  if (header.width * header.height > int64_t(encoded.bytes.size()) * kMaxPixelsPerByte)
    throw_cut_short(encoded, "JPEG");
  // stb_image would take the four components for YCbCr and a mask.
  if (header.components == 4 && !header.has_adobe)
    throw_damaged(encoded, "JPEG", "four components without Adobe's marker that says which");

  int width = 0, height = 0, channels = 0;
  Source source{encoded.bytes};
  std::unique_ptr<stbi_uc, void (*)(void*)> pixels(
      stbi_load_from_callbacks(&kCallbacks, &source, &width, &height, &channels, 3),
      stbi_image_free);
  if (source.overran) throw_cut_short(encoded, "JPEG");
  if (!pixels) throw_damaged(encoded, "JPEG", stbi_failure_reason());
  if (width != header.width || height != header.height)
    throw_damaged(encoded, "JPEG", "it declares two sizes");
  Image image;
  image.width = width;
  image.height = height;
  image.pixels.assign(pixels.get(), pixels.get() + size_t(width) * size_t(height) * 3);
  return image;
}

ByteSpan find_jpeg_exif(ByteSpan bytes) { return parse_header(bytes).exif; }

}  // namespace img2prompt
