// Copies of pictures: a stripped one holds no record and the same picture, a written one is read
// back. The first byte picks the text.
#include "metadata/edit.h"

#include "base/error.h"
#include "image/decode.h"
#include "metadata/pixel_columns.h"
#include "metadata/stealth.h"
#include "target.h"

namespace {

using namespace img2prompt;

// Empty where it cannot be decoded, and where the answer depends on more than the pixels: of a
// damaged EXIF block two readers may take different orientations, and libwebp reads on behind the
// end of a chunk that is cut short.
Image try_decode(ByteSpan file) {
  for (const char* mark : {"RIFF", "Exif", "eXIf"})
    if (file.text().find(mark) != std::string_view::npos) return {};
  DecodeLimits limits;
  limits.max_pixels = 1 << 14;
  try {
    return decode_image(file, "input", limits);
  } catch (const DecodeError&) {
    return {};
  }
}

bool has_hidden_bits(ByteSpan png) {
  FileWindow file(png);
  auto pixels = open_png_columns(file);
  return pixels && find_hidden_bits(*pixels);
}

void check_stripped(ByteSpan file, const std::string& stripped) {
  ReadOptions options;
  options.hidden = HiddenSearch::kAlways;
  Metadata metadata = parse_metadata(ByteSpan(stripped), "stripped", options);
  for (const RawField& field : metadata.raw.fields)
    FUZZ_REQUIRE(field.source == "EXIF" && field.key == "Orientation");
  FUZZ_REQUIRE(!metadata.info.infotext && !metadata.provenance);
  FUZZ_REQUIRE(strip_metadata(ByteSpan(stripped), "stripped") == stripped);
  Image before = try_decode(file);
  if (before.pixels.empty() || has_hidden_bits(file)) return;
  Image after = try_decode(ByteSpan(stripped));
  FUZZ_REQUIRE(after.width == before.width && after.height == before.height);
  FUZZ_REQUIRE(after.pixels == before.pixels);
}

void check_written(ByteSpan file, const std::string& text) {
  std::string written;
  try {
    written = write_infotext(file, text, "input");
  } catch (const MetadataError&) {
    return;
  }
  Metadata metadata = parse_metadata(ByteSpan(written), "written");
  FUZZ_REQUIRE(metadata.info.generator == "a1111");
  FUZZ_REQUIRE(metadata.info.infotext && *metadata.info.infotext == text);
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::string kTexts[] = {
      "a cat\nSteps: 1, Sampler: Euler, Size: 1x1",
      "\u00E9t\u00E9\nNegative prompt: b\nSteps: 1, Sampler: Euler, Size: 1x1",
      "\u732B \U0001F408\nSteps: 1, Sampler: Euler, Size: 1x1",
      std::string(70000, 'a') + "\nSteps: 1, Sampler: Euler, Size: 1x1"};
  fuzz::Parts parts(ByteSpan(data, size));
  const std::string& text = kTexts[parts.byte() % 4];
  const ByteSpan file = parts.rest();
  std::string stripped;
  try {
    stripped = strip_metadata(file, "input");
  } catch (const MetadataError&) {
  }
  if (!stripped.empty()) check_stripped(file, stripped);
  check_written(file, text);
  return 0;
}
