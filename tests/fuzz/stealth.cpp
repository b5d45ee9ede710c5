// Records hidden in pixels: the bits themselves, in alpha or in the colours, and the rows of a PNG
// that holds them.
#include "metadata/stealth.h"

#include "metadata/dialects.h"
#include "target.h"

namespace {

using namespace img2prompt;

// A picture whose lowest bits, column by column, are those of the bytes.
class BitColumns : public PixelColumns {
 public:
  BitColumns(ByteSpan bits, bool in_alpha, uint32_t height) : bits_(bits), in_alpha_(in_alpha) {
    uint64_t pixels = bits.size() * 8 / (in_alpha ? 1 : 3) + 1;
    height_ = height;
    width_ = static_cast<uint32_t>(pixels / height + 1);
    has_alpha_ = in_alpha;
    has_exact_colours_ = true;
  }

  End read(uint32_t columns, uint32_t rows, const Visit& visit) override {
    for (uint32_t y = 0; y < std::min(rows, height_); ++y)
      for (uint32_t x = 0; x < std::min(columns, width_); ++x) {
        size_t pixel = size_t{x} * height_ + y;
        uint8_t rgba[4] = {10, 20, 30, 254};
        if (in_alpha_) rgba[3] |= bit(pixel);
        for (size_t i = 0; i < 3 && !in_alpha_; ++i) rgba[i] |= bit(pixel * 3 + i);
        if (!visit(x, y, rgba)) return End::kStopped;
      }
    return End::kWhole;
  }

 private:
  uint8_t bit(size_t at) const {
    return at / 8 < bits_.size() ? bits_[at / 8] >> (7 - at % 8) & 1 : 0;
  }
  ByteSpan bits_;
  bool in_alpha_;
};

void check_bits(PixelColumns& pixels) {
  RawFields fields;
  bool is_found = read_stealth(pixels, fields);
  FUZZ_REQUIRE(is_found == !fields.fields.empty());
  fuzz::check_fields(fields);
  fuzz::check_info(recognise(fields));
  std::optional<HiddenBits> bits = find_hidden_bits(pixels);
  FUZZ_REQUIRE(bits || !is_found);
  if (bits)
    FUZZ_REQUIRE(bits->count <=
                 uint64_t{pixels.width()} * pixels.height() * (bits->in_alpha ? 1 : 3));
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Parts parts(ByteSpan(data, size));
  const uint8_t kind = parts.byte(), height = parts.byte();
  if (kind % 4 < 2) {
    BitColumns pixels(parts.rest(), /*in_alpha=*/kind % 4 == 1, 1u + height);
    check_bits(pixels);
  } else if (FileWindow file(parts.rest()); parts.rest().starts_with("\x89PNG\r\n\x1A\n")) {
    if (auto pixels = open_png_columns(file)) check_bits(*pixels);
  }
  return 0;
}
