// Binary portable anymaps: P5 (grey) and P6 (RGB). Reference: Netpbm's pgm(5) and ppm(5).
#include <algorithm>
#include <cmath>
#include <cstring>
#include <string_view>
#include <vector>

#include "image/formats.h"

namespace img2prompt {
namespace {

constexpr uint64_t kMostDigits = uint64_t{1} << 40;  // beyond any size that is accepted
constexpr uint64_t kMostValue = 65535;               // a sample's, by the format

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

struct Header {
  uint64_t width = 0, height = 0, most = 0;  // most: the value of a full sample
  size_t end = 0;                            // where the samples begin
};

Header read_header(std::string_view text) {
  Header out;
  size_t at = 2;
  for (uint64_t* number : {&out.width, &out.height, &out.most}) {
    while (at < text.size() && (is_blank(text[at]) || text[at] == '#'))
      at = text[at] == '#' ? std::min(text.find('\n', at), text.size()) : at + 1;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9' && *number < kMostDigits; ++at)
      *number = *number * 10 + static_cast<uint64_t>(text[at] - '0');
  }
  out.end = at + 1;  // one blank stands before the samples
  return out;
}

// What each value becomes; those beyond the full one are full. Rounded as Pillow 12 does, which
// makes grey pictures of more than 255 values white, however: here they are scaled as colours are.
std::vector<uint8_t> scaled_values(uint64_t most) {
  std::vector<uint8_t> out(most > 255 ? kMostValue + 1 : 256, 255);
  for (uint64_t value = 0; value < most && value < out.size(); ++value)
    out[value] = static_cast<uint8_t>(
        std::nearbyint(static_cast<double>(value) / static_cast<double>(most) * 255));
  return out;
}

}  // namespace

Image decode_pnm(const Encoded& encoded) {
  const std::string_view text = encoded.bytes.text();
  const Header header = read_header(text);
  check_picture_size(static_cast<int64_t>(header.width), static_cast<int64_t>(header.height),
                     encoded.name, encoded.limits);
  if (header.end > text.size()) throw_cut_short(encoded, "PNM");
  if (header.most < 1 || header.most > kMostValue)
    throw_damaged(encoded, "PNM", "its largest sample is none of 1 to 65535");
  const uint64_t channels = text[1] == '6' ? 3 : 1, sample_bytes = header.most > 255 ? 2 : 1;
  const ByteSpan samples = encoded.bytes.sub(header.end);
  const uint64_t count = header.width * header.height * channels;
  if (samples.size() < count * sample_bytes) throw_cut_short(encoded, "PNM");

  Image image(static_cast<int>(header.width), static_cast<int>(header.height));
  const std::vector<uint8_t> values = scaled_values(header.most);
  const size_t copies = 3 / channels;
  uint8_t* out = image.pixels.data();
  for (size_t i = 0; i < count; ++i) {
    const size_t value =
        sample_bytes == 1 ? samples[i] : size_t{samples[2 * i]} << 8 | samples[2 * i + 1];
    std::memset(out, values[value], copies);
    out += copies;
  }
  return image;
}

}  // namespace img2prompt
