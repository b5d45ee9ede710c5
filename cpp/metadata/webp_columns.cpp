#include <webp/decode.h>

#include <algorithm>
#include <vector>

#include "metadata/limits.h"
#include "metadata/pixel_columns.h"

namespace img2prompt {
namespace {

constexpr int kLossless = 2;  // WebPBitstreamFeatures' format

class WebpColumns : public PixelColumns {
 public:
  explicit WebpColumns(ByteSpan file) : file_(file) {}

  bool open() {
    WebPBitstreamFeatures features;
    if (WebPGetFeatures(file_.data(), file_.size(), &features) != VP8_STATUS_OK) return false;
    width_ = static_cast<uint32_t>(features.width);
    height_ = static_cast<uint32_t>(features.height);
    has_alpha_ = features.has_alpha != 0;
    has_exact_colours_ = features.format == kLossless;
    return !features.has_animation && (has_alpha_ || has_exact_colours_);
  }

  // libwebp decodes no row below a crop, but keeps whole rows of what it decodes.
  End read(uint32_t columns, uint32_t rows, const Visit& visit) override {
    columns = std::min(columns, width_);
    rows = std::min(rows, height_);
    if (uint64_t{rows} * width_ > kMaxHiddenWebpPixels) return End::kTooLarge;
    WebPDecoderConfig config;
    if (!WebPInitDecoderConfig(&config)) return End::kDamaged;
    std::vector<uint8_t> pixels(size_t{columns} * rows * 4);
    config.options.use_cropping = 1;
    config.options.crop_width = static_cast<int>(columns);
    config.options.crop_height = static_cast<int>(rows);
    config.output.colorspace = MODE_RGBA;
    config.output.is_external_memory = 1;
    config.output.u.RGBA.rgba = pixels.data();
    config.output.u.RGBA.stride = static_cast<int>(columns * 4);
    config.output.u.RGBA.size = pixels.size();
    if (WebPDecode(file_.data(), file_.size(), &config) != VP8_STATUS_OK) return End::kDamaged;
    const uint8_t* pixel = pixels.data();
    for (uint32_t y = 0; y < rows; ++y)
      for (uint32_t x = 0; x < columns; ++x, pixel += 4)
        if (!visit(x, y, pixel)) return End::kStopped;
    return End::kWhole;
  }

 private:
  ByteSpan file_;
};

}  // namespace

std::unique_ptr<PixelColumns> open_webp_columns(ByteSpan file) {
  auto columns = std::make_unique<WebpColumns>(file);
  if (!columns->open()) return nullptr;
  return columns;
}

}  // namespace img2prompt
