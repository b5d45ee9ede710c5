#include "metadata/stealth.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "build_pixels.h"
#include "metadata/limits.h"
#include "metadata/read.h"

using namespace img2prompt;
using namespace img2prompt::testing;

namespace {

const std::string kText = "a cat, \u732B\nNegative prompt: dog\nSteps: 20, Seed: 1, Size: 5x7";

Metadata read(const std::string& file, HiddenSearch hidden = HiddenSearch::kAuto) {
  ReadOptions options;
  options.hidden = hidden;
  return parse_metadata(ByteSpan(file), "file", options);
}

std::string hidden_text(const Metadata& metadata) {
  const std::string* found = metadata.raw.find("stealth", "parameters");
  return found ? *found : "(none)";
}

Pixels with_hidden(std::string_view record, bool in_alpha, uint32_t width = 40,
                   uint32_t height = 200) {
  Pixels pixels = noise(width, height);
  hide_bits(record, in_alpha, pixels);
  return pixels;
}

// Counts what is asked of it.
class CountedColumns : public PixelColumns {
 public:
  explicit CountedColumns(Pixels pixels) : pixels_(std::move(pixels)) {
    width_ = pixels_.width;
    height_ = pixels_.height;
    has_alpha_ = has_exact_colours_ = true;
  }
  End read(uint32_t columns, uint32_t rows, const Visit& visit) override {
    for (uint32_t y = 0; y < std::min(rows, height_); ++y)
      for (uint32_t x = 0; x < std::min(columns, width_); ++x) {
        ++visits;
        if (!visit(x, y, pixels_.at(x, y))) return End::kStopped;
      }
    return End::kWhole;
  }
  size_t visits = 0;

 private:
  Pixels pixels_;
};

}  // namespace

TEST_CASE("All four kinds, in PNGs of every filter, interlaced or not") {
  struct Kind {
    const char* signature;
    bool in_alpha, is_compressed;
  };
  const Kind kinds[] = {{"stealth_pnginfo", true, false},
                        {"stealth_pngcomp", true, true},
                        {"stealth_rgbinfo", false, false},
                        {"stealth_rgbcomp", false, true}};
  for (const Kind& kind : kinds)
    for (bool is_interlaced : {false, true})
      for (int filter = 0; filter <= 5; ++filter) {
        std::string payload = kind.is_compressed ? gzipped(kText) : kText;
        Pixels pixels = with_hidden(hidden_record(kind.signature, payload), kind.in_alpha);
        PngLayout layout;
        layout.is_interlaced = is_interlaced;
        layout.filter = filter;
        Metadata metadata = read(png_of(pixels, layout));
        INFO(kind.signature, " ", is_interlaced, " ", filter);
        CHECK(hidden_text(metadata) == kText);
        CHECK(metadata.info.generator == "a1111");
        CHECK(metadata.info.prompt == "a cat, \u732B");
        CHECK(metadata.raw.warnings.empty());
      }
}

TEST_CASE("RGB without alpha holds the colours' kinds, grey with alpha the other") {
  PngLayout rgb, grey;
  rgb.colour_type = 2;
  grey.colour_type = 4;
  CHECK(hidden_text(read(
            png_of(with_hidden(hidden_record("stealth_rgbinfo", kText), false), rgb))) == kText);
  CHECK(hidden_text(read(
            png_of(with_hidden(hidden_record("stealth_pnginfo", kText), true), grey))) == kText);
}

TEST_CASE("Pictures of any height, also lower than the signature is long") {
  std::string record = hidden_record("stealth_pngcomp", gzipped(kText));
  for (uint32_t height : {1u, 2u, 7u, 64u, 119u, 120u, 151u, 152u, 153u, 1000u})
    for (bool is_interlaced : {false, true}) {
      PngLayout layout;
      layout.is_interlaced = is_interlaced;
      Pixels pixels = with_hidden(record, true, 2000 / height + 5, height);
      INFO(height);
      CHECK(hidden_text(read(png_of(pixels, layout))) == kText);
    }
}

TEST_CASE("What follows the payload is not read") {
  std::string record =
      hidden_record("stealth_pngcomp", gzipped(kText)) + be(4096, 4) + "correction";
  CHECK(hidden_text(read(png_of(with_hidden(record, true), {}))) == kText);
}

TEST_CASE("NovelAI's object of texts is its record") {
  std::string record =
      R"json({"Description":"a cat","Software":"NovelAI",)json"
      R"json("Source":"NovelAI Diffusion V3 1234ABCD","n":1,)json"
      R"json("Comment":"{\"prompt\":\"a cat\",\"uc\":\"dog\",\"steps\":28,\"seed\":5}"})json";
  Metadata metadata =
      read(png_of(with_hidden(hidden_record("stealth_pngcomp", gzipped(record)), true), {}));
  CHECK(metadata.info.generator == "novelai");
  CHECK(metadata.info.prompt == "a cat");
  CHECK(metadata.info.negative_prompt == "dog");
  CHECK(*metadata.raw.find("stealth", "payload") == record);
  CHECK(*metadata.raw.find("stealth", "n") == "1");
}

TEST_CASE("SwarmUI's object is its record") {
  std::string record = R"({"sui_image_params":{"prompt":"a cat","steps":20,"seed":1}})";
  Metadata metadata = read(png_of(with_hidden(hidden_record("stealth_pnginfo", record), true), {}));
  CHECK(metadata.info.generator == "swarmui");
  CHECK(metadata.info.prompt == "a cat");
}

TEST_CASE("When it is looked for") {
  Pixels pixels = with_hidden(hidden_record("stealth_pnginfo", kText), true);
  std::string plain = png_of(pixels, {}), other = "other\nSteps: 1, Seed: 2, Size: 1x1";
  std::string both = png_of(pixels, {}, text_chunk("parameters", other));
  CHECK(hidden_text(read(plain, HiddenSearch::kNever)) == "(none)");
  CHECK(hidden_text(read(plain, HiddenSearch::kAlways)) == kText);
  CHECK(hidden_text(read(both)) == "(none)");
  Metadata forced = read(both, HiddenSearch::kAlways);
  CHECK(hidden_text(forced) == kText);
  CHECK(forced.info.infotext == other);
  CHECK(hidden_text(read(png_of(pixels, {}, text_chunk("Software", "an editor")))) == kText);
}

TEST_CASE("Pictures without a record are refused by their first pixels") {
  Pixels opaque = noise(300, 1000);
  for (size_t i = 3; i < opaque.rgba.size(); i += 4) opaque.rgba[i] = 255;
  opaque.at(0, 0)[0] = 1;  // and red is none of the signature's first bit
  CountedColumns columns(opaque);
  RawFields raw;
  CHECK(!read_stealth(columns, raw));
  CHECK(columns.visits == 1);
  CHECK(raw.fields.empty());
  CHECK(raw.warnings.empty());
  CountedColumns random(noise(300, 1000));
  CHECK(!read_stealth(random, raw));
  CHECK(random.visits <= 8);
}

TEST_CASE("Palettes and samples of 16 bits hold none") {
  std::string file = png_of(with_hidden(hidden_record("stealth_pnginfo", kText), true), {});
  for (auto [offset, value] : {std::pair{24, '\x10'}, std::pair{25, '\x03'}}) {
    std::string changed = file;
    changed[static_cast<size_t>(offset)] = value;
    FileWindow window{ByteSpan(changed)};
    CHECK(open_png_columns(window) == nullptr);
  }
  FileWindow window{ByteSpan(file)};
  CHECK(open_png_columns(window) != nullptr);
}

TEST_CASE("Lengths that the picture cannot hold are refused before anything is taken") {
  for (uint64_t bits :
       {uint64_t{0}, uint64_t{7}, uint64_t{40 * 200 - 152 + 8}, uint64_t{0xFFFFFFF8}}) {
    std::string record = "stealth_pnginfo" + be(bits, 4);
    Metadata metadata = read(png_of(with_hidden(record, true), {}));
    CHECK(hidden_text(metadata) == "(none)");
    CHECK(metadata.raw.warnings.size() == 1);
  }
  std::string fits = "stealth_pnginfo" + be(40 * 200 - 152, 4);
  CHECK(read(png_of(with_hidden(fits, true), {})).raw.find("stealth", "parameters") != nullptr);
}

TEST_CASE("A small payload that inflates to a large text is left out") {
  std::string payload = gzipped(std::string(kMaxHiddenBytes + 1, 'a'));
  Metadata metadata =
      read(png_of(with_hidden(hidden_record("stealth_pngcomp", payload), true, 400, 200), {}));
  CHECK(hidden_text(metadata) == "(none)");
  CHECK(metadata.raw.warnings.size() == 1);
  payload = gzipped(std::string(kMaxHiddenBytes, 'a'));
  metadata =
      read(png_of(with_hidden(hidden_record("stealth_pngcomp", payload), true, 400, 200), {}));
  CHECK(hidden_text(metadata).size() == kMaxHiddenBytes);
}

TEST_CASE("Pixels that are cut or damaged after the signature are told") {
  std::string record = hidden_record("stealth_pnginfo", std::string(600, 'x'));
  std::string file = png_of(with_hidden(record, true), {});
  Metadata metadata = read(file.substr(0, file.size() / 10 * 9));
  CHECK(hidden_text(metadata) == "(none)");
  CHECK(metadata.raw.warnings.size() == 2);
}

TEST_CASE("Every prefix and random corruptions of pictures with hidden records") {
  std::mt19937 random(44);
  for (bool is_interlaced : {false, true}) {
    PngLayout layout;
    layout.is_interlaced = is_interlaced;
    layout.idat_bytes = 300;
    std::string file = png_of(
        with_hidden(hidden_record("stealth_pngcomp", gzipped(kText)), true, 12, 160), layout);
    for (size_t size = 60; size < file.size(); size += 7) read(file.substr(0, size));
    for (int round = 0; round < 1000; ++round) {
      std::string bytes = file;
      for (unsigned i = 1 + random() % 4; i-- > 0;)
        bytes[8 + random() % (bytes.size() - 8)] = static_cast<char>(random());
      try {
        read(bytes, HiddenSearch::kAlways);
      } catch (const MetadataError&) {
      }
    }
  }
}
