// A picture file of every container with a record in it, for the tests and fuzz targets that damage
// them.
#pragma once

#include <string>
#include <vector>

#include "build_c2pa.h"
#include "build_files.h"
#include "comfyui_graphs.h"

namespace img2prompt::testing {

inline std::vector<std::string> whole_files() {
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

}  // namespace img2prompt::testing
