#include <webp/decode.h>
#include <webp/encode.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

#include "base/error.h"
#include "metadata/edit/hidden.h"
#include "metadata/edit/webp_chunks.h"
#include "metadata/limits.h"
#include "metadata/pixel_columns.h"
#include "metadata/stealth.h"

namespace img2prompt::edit {
namespace {

constexpr int kLossless = 2;              // WebPBitstreamFeatures' format
constexpr size_t kStreamHeaderBytes = 5;  // of VP8L: its mark, the size, a hint of alpha, a version

struct Picture {
  int width = 0, height = 0;
  std::vector<uint8_t> rgba;
};

[[noreturn]] void refuse(const std::string& name, const char* why) {
  throw_error<MetadataError>(
      "{}: a record is hidden in its pixels, which {}; it cannot be taken out", name, why);
}

Picture decode(const std::string& file, const WebPBitstreamFeatures& features,
               const std::string& name) {
  Picture out{features.width, features.height, {}};
  size_t bytes = size_t(features.width) * size_t(features.height) * 4;
  if (bytes > kMaxHiddenPixelBytes) refuse(name, "are too many");
  out.rgba.resize(bytes);
  if (!WebPDecodeRGBAInto(reinterpret_cast<const uint8_t*>(file.data()), file.size(),
                          out.rgba.data(), bytes, out.width * 4))
    refuse(name, "are damaged");
  return out;
}

// Clears the record's bits; pixels are counted column by column.
void clear_bits(const HiddenBits& hidden, Picture& picture) {
  constexpr unsigned kColours = 3;
  uint8_t* pixel = picture.rgba.data();
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x, pixel += 4) {
      uint64_t index = uint64_t(x) * uint64_t(picture.height) + uint64_t(y);
      if (hidden.in_alpha) {
        if (index < hidden.count) pixel[3] |= 1;
        continue;
      }
      for (unsigned i = 0; i < kColours && index * kColours + i < hidden.count; ++i)
        pixel[i] &= 0xFE;
    }
  }
}

// The picture as a VP8L stream, every pixel exact.
std::string encode(const Picture& picture) {
  constexpr int kEffort = 6;  // of 0 to 9, libwebp's own default
  WebPConfig config;
  WebPPicture target;
  WebPMemoryWriter writer;
  if (!WebPConfigInit(&config) || !WebPConfigLosslessPreset(&config, kEffort) ||
      !WebPPictureInit(&target))
    throw_error<Error>("libwebp is another version than it was built against");
  config.exact = 1;
  target.use_argb = 1;
  target.width = picture.width;
  target.height = picture.height;
  WebPMemoryWriterInit(&writer);
  target.writer = WebPMemoryWrite;
  target.custom_ptr = &writer;
  bool is_done = WebPPictureImportRGBA(&target, picture.rgba.data(), picture.width * 4) &&
                 WebPEncode(&config, &target);
  std::string file(reinterpret_cast<const char*>(writer.mem), is_done ? writer.size : 0), out;
  WebPMemoryWriterClear(&writer);
  WebPPictureFree(&target);
  if (!is_done) throw_error<Error>("libwebp could not encode the picture");
  for_each_riff_chunk(ByteSpan(std::string_view(file)), "copy", [&](const RiffChunk& found) {
    if (found.type == "VP8L") out = std::string(found.data.text());
  });
  return out;
}

// The alpha of a lossy picture, coded like a picture whose green it is, without that one's header.
std::string encode_alpha(const Picture& picture) {
  constexpr char kCompressed = 1;  // no filter, no reduction
  Picture green = picture;
  for (size_t i = 0; i < green.rgba.size(); i += 4) {
    green.rgba[i + 1] = green.rgba[i + 3];
    green.rgba[i] = green.rgba[i + 2] = 0;
    green.rgba[i + 3] = 255;
  }
  return kCompressed + encode(green).substr(kStreamHeaderBytes);
}

std::string clear_once(const std::string& file, const HiddenBits& hidden, const std::string& name) {
  WebPBitstreamFeatures features;
  if (WebPGetFeatures(reinterpret_cast<const uint8_t*>(file.data()), file.size(), &features) !=
      VP8_STATUS_OK)
    refuse(name, "are damaged");
  Picture picture = decode(file, features, name);
  clear_bits(hidden, picture);
  std::string out, stream;
  if (features.format == kLossless) {
    stream = encode(picture);
    // An alpha that is opaque by now is still there.
    constexpr size_t kAlphaByte = 4;
    if (features.has_alpha && stream.size() > kAlphaByte)
      stream[kAlphaByte] = static_cast<char>(stream[kAlphaByte] | 0x10);
    stream = riff_chunk("VP8L", stream);
  } else {
    stream = riff_chunk("ALPH", encode_alpha(picture));
  }
  for_each_riff_chunk(ByteSpan(std::string_view(file)), name, [&](const RiffChunk& found) {
    out += found.type == stream.substr(0, 4) ? stream : std::string(found.bytes);
  });
  return webp_file(out);
}

}  // namespace

std::string clear_hidden_webp(std::string file, const std::string& name) {
  for (int i = 0; i < kMaxHiddenRecords; ++i) {
    std::unique_ptr<PixelColumns> columns = open_webp_columns(ByteSpan(std::string_view(file)));
    std::optional<HiddenBits> hidden = columns ? find_hidden_bits(*columns) : std::nullopt;
    if (!hidden) break;
    file = clear_once(file, *hidden, name);
  }
  return file;
}

}  // namespace img2prompt::edit
