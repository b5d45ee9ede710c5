// Records hidden in pixels, taken out of copies. What Pillow makes of them, WebP too:
// tests/python/api/test_metadata_edit.py.
#include <doctest/doctest.h>

#include <memory>
#include <random>

#include "base/error.h"
#include "base/file_window.h"
#include "build_pixels.h"
#include "metadata/edit.h"
#include "metadata/pixel_columns.h"
#include "metadata/read.h"

using namespace img2prompt;
using namespace img2prompt::testing;

namespace {

const std::string kText = "a cat, \u732B\nNegative prompt: dog\nSteps: 20, Seed: 1, Size: 5x7";

struct Kind {
  const char* signature;
  bool in_alpha, is_compressed;
  std::string record() const {
    return hidden_record(signature, is_compressed ? gzipped(kText) : kText);
  }
};
const Kind kKinds[] = {{"stealth_pnginfo", true, false},
                       {"stealth_pngcomp", true, true},
                       {"stealth_rgbinfo", false, false},
                       {"stealth_rgbcomp", false, true}};

// A picture with the record in it, made again in every test from the same noise.
Pixels with_hidden(const Kind& kind) {
  Pixels out = noise(40, 200);
  hide_bits(kind.record(), kind.in_alpha, out);
  return out;
}

std::string strip_file(const std::string& file) { return strip_metadata(ByteSpan(file), "file"); }

bool has_record(const std::string& file) {
  ReadOptions options;
  options.hidden = HiddenSearch::kAlways;
  return !parse_metadata(ByteSpan(file), "file", options).raw.fields.empty();
}

std::vector<uint8_t> decode(const std::string& file) {
  FileWindow window{ByteSpan(file)};
  std::unique_ptr<PixelColumns> columns = open_png_columns(window);
  REQUIRE(columns != nullptr);
  std::vector<uint8_t> out(size_t{columns->width()} * columns->height() * 4);
  PixelColumns::End end = columns->read(
      columns->width(), columns->height(), [&](uint32_t x, uint32_t y, const uint8_t* rgba) {
        std::copy(rgba, rgba + 4, &out[(size_t{y} * columns->width() + x) * 4]);
        return true;
      });
  REQUIRE(end == PixelColumns::End::kWhole);
  return out;
}

// What a copy's pixels must be: alpha's bits of the record set, those of the colours cleared.
Pixels without_hidden(const Kind& kind) {
  Pixels out = with_hidden(kind);
  std::string bits(kind.record().size(), kind.in_alpha ? '\xFF' : '\0');
  hide_bits(bits, kind.in_alpha, out);
  return out;
}

}  // namespace

TEST_CASE("All four kinds are taken out, and no other bit changes, whatever the filters") {
  for (const Kind& kind : kKinds)
    for (bool is_interlaced : {false, true})
      for (int filter = 0; filter <= 5; ++filter) {
        INFO(kind.signature, " ", is_interlaced, " ", filter);
        PngLayout layout;
        layout.is_interlaced = is_interlaced;
        layout.filter = filter;
        std::string file = png_of(with_hidden(kind), layout);
        REQUIRE(has_record(file));
        std::string stripped = strip_file(file);
        CHECK_FALSE(has_record(stripped));
        CHECK(decode(stripped) == without_hidden(kind).rgba);
        CHECK(strip_file(stripped) == stripped);
      }
}

TEST_CASE("Grey with alpha and RGB without it keep their layout") {
  PngLayout rgb, grey;
  rgb.colour_type = 2;
  grey.colour_type = 4;
  std::string in_rgb = png_of(with_hidden(kKinds[2]), rgb);
  std::string in_grey = png_of(with_hidden(kKinds[0]), grey);
  CHECK(decode(strip_file(in_rgb)) == decode(png_of(without_hidden(kKinds[2]), rgb)));
  CHECK(decode(strip_file(in_grey)) == decode(png_of(without_hidden(kKinds[0]), grey)));
}

TEST_CASE("Pixels without a record stay the bytes that they are") {
  std::string file = png_of(noise(40, 200), {});
  CHECK(strip_file(file) == file);
}

TEST_CASE("A record in alpha and another in the colours are both taken out") {
  Pixels pixels = with_hidden(kKinds[1]);
  hide_bits(kKinds[2].record(), false, pixels);
  CHECK_FALSE(has_record(strip_file(png_of(pixels, {}))));
}

TEST_CASE("An untrue length has all lowest bits cleared") {
  Pixels pixels = noise(40, 200);
  hide_bits("stealth_pnginfo" + be(0xFFFFFFFF, 4), true, pixels);
  std::vector<uint8_t> stripped = decode(strip_file(png_of(pixels, {})));
  bool all_set = true;
  for (size_t i = 3; i < stripped.size(); i += 4) all_set = all_set && (stripped[i] & 1) == 1;
  CHECK(all_set);
}

TEST_CASE("A text written beside a hidden record goes first, and the pixels stay") {
  std::string other = "other\nSteps: 1, Seed: 2, Size: 1x1",
              file = png_of(with_hidden(kKinds[0]), {});
  std::string written = write_infotext(ByteSpan(file), other, "file");
  ReadOptions options;
  options.hidden = HiddenSearch::kAlways;
  CHECK(parse_metadata(ByteSpan(written), "file", options).info.prompt == "other");
  CHECK(decode(written) == decode(file));
}

TEST_CASE("Damaged pixels: a copy without the record, or a named error") {
  std::mt19937 random(5);
  size_t refused = 0;
  for (int i = 0; i < 400; ++i) {
    const Kind& kind = kKinds[i % 4];
    PngLayout layout;
    layout.is_interlaced = i % 3 == 0;
    std::string file = png_of(with_hidden(kind), layout);
    for (int change = 0; change < 3; ++change)
      file[33 + random() % (file.size() - 33)] = static_cast<char>(random());
    if (i % 5 == 0) file.resize(file.size() - random() % (file.size() / 2));
    try {
      std::string stripped = strip_file(file);
      CHECK_FALSE(has_record(stripped));
    } catch (const MetadataError& error) {
      ++refused;
      CHECK(std::string(error.what()).find("file") != std::string::npos);
    }
  }
  CHECK(refused > 0);
}
