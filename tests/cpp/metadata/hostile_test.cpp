// Whatever the bytes, the answer is a record or a MetadataError; run under the sanitizers, too.
#include <doctest/doctest.h>

#include <random>

#include "base/error.h"
#include "base/utf8.h"
#include "build_c2pa.h"
#include "build_files.h"
#include "comfyui_graphs.h"
#include "metadata/infotext.h"
#include "metadata/limits.h"
#include "metadata/read.h"

using namespace img2prompt;
using namespace img2prompt::testing;

namespace {

std::vector<std::string> whole_files() {
  std::string text =
      "a cat\nNegative prompt: \u732B\nSteps: 20, Seed: 1, Hires prompt: \"a, b\", H: {\"a\": [1]}";
  std::string exif = tiff({{0x010E, 2, "description"}, {0x9C9C, 1, utf16(u"note", false)}},
                          {{0x9286, 7, "UNICODE" + std::string(1, '\0') + utf16(u"cat, dog", true)},
                           {0x927C, 7, "note"}},
                          false);
  std::string xmp =
      "<r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><r:Description a:k='v'>"
      "<dc:title><r:Alt><r:li>a &amp; b</r:li></r:Alt></dc:title></r:Description></r:RDF>";
  return {
      png(text_chunk("parameters", text) + ztxt_chunk("z", text) + chunk("eXIf", exif),
          itxt_chunk("i", text, true) + itxt_chunk("j", text, false)),
      jpeg(segment(0xE0, "JFIF") + exif_segment(exif) + segment(0xFE, text)),
      webp(vp8x_chunk(5, 7) + riff_chunk("VP8L", "\x2F" + le(0, 4)) + riff_chunk("EXIF", exif) +
           riff_chunk("XMP ", text)),
      png(text_chunk("Software", "NovelAI") + text_chunk("Description", "cat") +
          text_chunk("Comment",
                     R"({"uc":"dog","steps":2,"v4_prompt":{"caption":)"
                     R"({"base_caption":"a","char_captions":[{"char_caption":"b"}]}}})")),
      png(text_chunk("parameters", R"({"sui_image_params":{"prompt":"a","width":5,"height":7}})")),
      png(text_chunk("parameters",
                     R"json({"prompt":"a","base_model":"b","resolution":"(5, 7)"})json")),
      png(text_chunk("prompt", kPlain)),
      gif(gif_comment(text) + "!\xFF\x0BXMP DataXMP" + xmp + "\x01\xFF\xFE" + '\0'),
      jpeg(segment(0xE1, "http://ns.adobe.com/xap/1.0/" + std::string(1, '\0') + xmp) +
           segment(0xED, "Photoshop 3.0" + std::string(1, '\0') + "8BIM\x04\x04" + be(0, 2) +
                             be(10, 4) + "\x1C\x02\x78" + be(5, 2) + "hello")),
      heif(exif, xmp),
      jxl(box("Exif", be(0, 4) + exif) + box("xml ", xmp) +
          box("brob", "xml \x0B\x01\x80<x/>\x03")),
      exif,
      png(chunk("caBX", c2pa_store())),
      jpeg(segment(0xEB, "JP" + be(1, 2) + be(1, 4) + c2pa_store())),
      "BM" + std::string(12, '\0') + le(40, 4) + le(5, 4) + le(7, 4)};
}

void check_bounded(const std::string& bytes) {
  try {
    Metadata metadata = parse_metadata(ByteSpan(bytes), "hostile");
    bool well_formed = is_valid_utf8(metadata.info.prompt + metadata.info.negative_prompt);
    for (const RawField& field : metadata.raw.fields)
      well_formed = well_formed && is_valid_utf8(field.key) && is_valid_utf8(field.value);
    for (const auto& [key, value] : metadata.info.settings)
      well_formed = well_formed && is_valid_utf8(key) && is_valid_utf8(value);
    for (const std::string& warning : metadata.raw.warnings)
      well_formed = well_formed && is_valid_utf8(warning);
    if (!well_formed) FAIL_CHECK("text that is not UTF-8");
    if (metadata.raw.fields.size() > kMaxFields) FAIL_CHECK("more fields than allowed");
  } catch (const MetadataError&) {
  }
}

}  // namespace

TEST_CASE("Every prefix of every container") {
  for (const std::string& file : whole_files())
    for (size_t size = 0; size < file.size(); ++size) check_bounded(file.substr(0, size));
}

TEST_CASE("Thousands of random corruptions of every container") {
  std::mt19937 random(42);
  const uint8_t kEdges[] = {0x00, 0x01, 0x7F, 0x80, 0xFE, 0xFF};
  for (const std::string& file : whole_files()) {
    for (int round = 0; round < 4000; ++round) {
      std::string bytes = file;
      for (unsigned i = 1 + random() % 8; i-- > 0;) {
        size_t at = random() % bytes.size();
        switch (random() % 4) {
          case 0:
            bytes[at] = static_cast<char>(random());
            break;
          case 1:
            bytes[at] = static_cast<char>(kEdges[random() % sizeof kEdges]);
            break;
          case 2:
            bytes.erase(at, 1 + random() % 16);
            break;
          default:
            bytes.insert(at, bytes.substr(random() % bytes.size(), random() % 32));
        }
        if (bytes.empty()) break;
      }
      check_bounded(bytes);
    }
  }
}

TEST_CASE("Random infotexts, well formed or not, in both modes") {
  const std::vector<std::string> pieces = {"\"",
                                           "\\",
                                           ",",
                                           ":",
                                           "[",
                                           "]",
                                           "{",
                                           "}",
                                           "\n",
                                           "aa",
                                           "x",
                                           " ",
                                           "1x2",
                                           "\xFF",
                                           "\xE6\x97",
                                           "\u65E5",
                                           "\\u",
                                           "d83d",
                                           "Negative prompt:"};
  std::mt19937 random(43);
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (size_t count = random() % 60; count-- > 0;) text += pieces[random() % pieces.size()];
    for (InfotextRules rules : {InfotextRules::kExact, InfotextRules::kBalanced})
      CHECK(parse_infotext(text, rules).settings.size() <= text.size());
  }
}
