// Truevision TGA, through stb_image. The formats that people share pictures in have readers of
// their own here: stb_image 2.27 does not notice a JPEG that was cut short, its colours of JPEG and
// PSD differ from Pillow's, and it reads beyond the memory of a grey PNM of two bytes a sample.
#include <algorithm>
#include <cstring>
#include <memory>

#include "image/formats.h"

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_NO_STDIO
#define STBI_ONLY_TGA
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

// stb_image takes what lies beyond the end for zeros; a read there shows that the file was cut.
struct Source {
  ByteSpan left;
  bool read_beyond_end = false;

  static int read(void* user, char* out, int count) {
    Source& source = *static_cast<Source*>(user);
    const size_t taken = std::min(source.left.size(), static_cast<size_t>(count));
    if (taken == 0) source.read_beyond_end = true;
    std::memcpy(out, source.left.data(), taken);
    source.left = source.left.sub(taken);
    return static_cast<int>(taken);
  }
  static void skip(void* user, int count) {
    Source& source = *static_cast<Source*>(user);
    if (count > 0) source.left = source.left.sub(static_cast<size_t>(count));
  }
  static int at_end(void* user) { return static_cast<Source*>(user)->left.empty(); }
};

constexpr stbi_io_callbacks kCallbacks = {&Source::read, &Source::skip, &Source::at_end};

// Of the byte that describes the image: rows run from right to left, which stb_image passes over.
constexpr size_t kDescriptor = 17;
constexpr uint8_t kRightToLeft = 0x10;

}  // namespace

Image decode_tga(const Encoded& encoded) {
  constexpr const char* format = "TGA";
  if (encoded.bytes.size() <= kDescriptor) throw_cut_short(encoded, format);
  if (encoded.bytes[kDescriptor] & kRightToLeft)
    throw_damaged(encoded, format, "rows from right to left are not read");
  int width = 0, height = 0, channels = 0;
  Source header{encoded.bytes};
  if (!stbi_info_from_callbacks(&kCallbacks, &header, &width, &height, &channels)) {
    if (header.read_beyond_end) throw_cut_short(encoded, format);
    throw_damaged(encoded, format, "its header cannot be read");
  }
  check_picture_size(width, height, encoded.name, encoded.limits);
  Source source{encoded.bytes};
  std::unique_ptr<stbi_uc, void (*)(void*)> pixels(
      stbi_load_from_callbacks(&kCallbacks, &source, &width, &height, &channels, STBI_rgb),
      &stbi_image_free);
  if (source.read_beyond_end) throw_cut_short(encoded, format);
  if (!pixels) throw_damaged(encoded, format, stbi_failure_reason());
  Image image;
  image.width = width;
  image.height = height;
  const size_t size = static_cast<size_t>(width) * static_cast<size_t>(height) * 3;
  image.pixels.assign(pixels.get(), pixels.get() + size);
  return image;
}

}  // namespace img2prompt
