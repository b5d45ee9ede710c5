#include "metadata/edit/png.h"

#include <algorithm>

#include "base/utf8.h"
#include "metadata/edit/exif.h"
#include "metadata/edit/hidden.h"
#include "metadata/edit/png_chunks.h"

namespace img2prompt::edit {
namespace {

constexpr std::string_view kKeyword = "parameters";
constexpr size_t kSignatureBytes = 8;

// What shows the pixels as they are meant, animations included.
bool is_kept(std::string_view type) {
  constexpr std::string_view kKept[] = {"IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "cHRM",
                                        "sRGB", "iCCP", "cICP", "mDCV", "cLLI", "sBIT", "bKGD",
                                        "hIST", "pHYs", "sPLT", "acTL", "fcTL", "fdAT"};
  return std::find(std::begin(kKept), std::end(kKept), type) != std::end(kKept);
}

bool is_infotext(const PngChunk& found) {
  bool is_text = found.type == "tEXt" || found.type == "zTXt" || found.type == "iTXt";
  return is_text && found.data.starts_with(std::string(kKeyword) + '\0');
}

// The text in Latin-1; false where that cannot hold it, or where readers that take UTF-8 for what
// it is would read something else.
bool to_latin1(std::string_view text, std::string& out) {
  for (size_t i = 0; i < text.size();) {
    char32_t c = next_code_point(text, i);
    if (c > 0xFF) return false;
    out += static_cast<char>(c);
  }
  return out == text || !is_valid_utf8(out);
}

std::string text_chunk(std::string_view text) {
  std::string key = std::string(kKeyword) + '\0', latin1;
  if (to_latin1(text, latin1)) return png_chunk("tEXt", key + latin1);
  return png_chunk("iTXt", key + std::string(4, '\0') + std::string(text));
}

}  // namespace

std::string strip_png(ByteSpan file, const std::string& name) {
  std::string out(file.sub(0, kSignatureBytes).text()), orientation;
  for_each_png_chunk(file, name, [&](const PngChunk& found) {
    if (found.type != "eXIf") return;
    int turn = exif_orientation(found.data);
    orientation = turn == 1 ? "" : png_chunk("eXIf", orientation_exif(turn));
  });
  for_each_png_chunk(file, name, [&](const PngChunk& found) {
    if (is_kept(found.type)) out += found.bytes;
    if (found.type == "IHDR") out += orientation;
  });
  return clear_hidden_png(std::move(out), name);
}

std::string write_png(ByteSpan file, std::string_view infotext, const std::string& name) {
  std::string out(file.sub(0, kSignatureBytes).text());
  bool is_written = false;
  for_each_png_chunk(file, name, [&](const PngChunk& found) {
    if (is_infotext(found)) return;
    if (!is_written && (found.type == "IDAT" || found.type == "IEND")) {
      out += text_chunk(infotext);
      is_written = true;
    }
    out += found.bytes;
  });
  return out;
}

}  // namespace img2prompt::edit
