#include <webp/decode.h>

#include <algorithm>
#include <new>

#include "base/byte_reader.h"
#include "image/formats.h"

namespace img2prompt {
namespace {

using namespace std::string_view_literals;

// Calls visit(type, data) for each RIFF chunk until it answers false; a chunk cut short ends the
// walk, its data being what is there.
template <typename Visit>
void walk_chunks(ByteSpan chunks, Visit visit) {
  ByteReader reader(chunks);
  while (reader.remaining() >= 8) {
    const ByteSpan type = reader.take(4);
    const size_t size = reader.u32_le();
    const ByteSpan data = reader.take(std::min(size, reader.remaining()));
    if (!visit(type.text(), data)) return;
    if (size % 2) reader.skip(std::min<size_t>(1, reader.remaining()));
  }
}

ByteSpan find_chunk(ByteSpan chunks, std::string_view wanted) {
  ByteSpan found;
  walk_chunks(chunks, [&](std::string_view type, ByteSpan data) {
    if (type == wanted) found = data;
    return type != wanted;
  });
  return found;
}

ByteSpan top_chunks(ByteSpan file) { return file.sub(12); }

void check(VP8StatusCode status, const Encoded& encoded) {
  if (status == VP8_STATUS_OK) return;
  if (status == VP8_STATUS_OUT_OF_MEMORY) throw std::bad_alloc();
  if (status == VP8_STATUS_NOT_ENOUGH_DATA || status == VP8_STATUS_SUSPENDED)
    throw_cut_short(encoded, "WebP");
  throw_damaged(encoded, "WebP",
                status == VP8_STATUS_BITSTREAM_ERROR ? "its data contradict each other"
                                                     : "a feature that the format does not have");
}

// One still picture: a whole file or a bare VP8 or VP8L stream.
Image decode_still(ByteSpan bytes, const Encoded& encoded) {
  WebPDecoderConfig config;
  if (!WebPInitDecoderConfig(&config)) throw_damaged(encoded, "WebP", "libwebp does not match");
  check(WebPGetFeatures(bytes.data(), bytes.size(), &config.input), encoded);
  check_picture_size(config.input.width, config.input.height, encoded.name, encoded.limits);
  Image image(config.input.width, config.input.height);
  config.output.colorspace = MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA.rgba = image.pixels.data();
  config.output.u.RGBA.stride = image.width * 3;
  config.output.u.RGBA.size = image.pixels.size();
  check(WebPDecode(bytes.data(), bytes.size(), &config), encoded);
  return image;
}

int u24(ByteReader& reader) {
  const int low = reader.u16_le();
  return low | reader.u8() << 16;
}

// The first frame on a canvas of `width` x `height`, black where the frame does not reach: Pillow's
// canvas starts transparent black.
Image decode_first_frame(const Encoded& encoded, int width, int height) {
  const ByteSpan frame = find_chunk(top_chunks(encoded.bytes), "ANMF"sv);
  ByteReader reader(frame);
  const int x = u24(reader) * 2, y = u24(reader) * 2;
  reader.skip(10);  // size, which the stream repeats; duration, flags
  if (reader.failed()) throw_cut_short(encoded, "WebP");
  const ByteSpan chunks = frame.sub(reader.position());
  ByteSpan stream = find_chunk(chunks, "VP8 "sv);  // the alpha chunk beside it is left out
  if (stream.empty()) stream = find_chunk(chunks, "VP8L"sv);
  if (stream.empty()) throw_damaged(encoded, "WebP", "an animation without a picture");

  check_picture_size(width, height, encoded.name, encoded.limits);
  Image picture = decode_still(stream, encoded);
  if (picture.width > width - x || picture.height > height - y)
    throw_damaged(encoded, "WebP", "its first frame reaches beyond the canvas");
  if (picture.width == width && picture.height == height) return picture;
  Image canvas(width, height);
  for (int row = 0; row < picture.height; ++row)
    std::copy_n(picture.row(row), size_t(picture.width) * 3, canvas.row(y + row) + size_t(x) * 3);
  return canvas;
}

}  // namespace

Image decode_webp(const Encoded& encoded) {
  WebPBitstreamFeatures features;
  check(WebPGetFeatures(encoded.bytes.data(), encoded.bytes.size(), &features), encoded);
  if (features.has_animation) return decode_first_frame(encoded, features.width, features.height);
  return decode_still(encoded.bytes, encoded);
}

ByteSpan find_webp_exif(ByteSpan bytes) { return find_chunk(top_chunks(bytes), "EXIF"sv); }

}  // namespace img2prompt
