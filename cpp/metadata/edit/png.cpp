#include "metadata/edit/png.h"

#include <zlib.h>

#include <algorithm>
#include <functional>

#include "base/byte_reader.h"
#include "base/error.h"
#include "base/utf8.h"
#include "metadata/edit/exif.h"

namespace img2prompt::edit {
namespace {

constexpr std::string_view kKeyword = "parameters";
constexpr size_t kSignatureBytes = 8, kMostChunkBytes = 0x7FFFFFFF;

struct Chunk {
  std::string_view type;
  ByteSpan data;
  std::string_view bytes;  // all of it, length to checksum
};

// Calls `visit` for every chunk up to IEND.
void for_each_chunk(ByteSpan file, const std::string& name,
                    const std::function<void(const Chunk&)>& visit) {
  ByteReader reader(file);
  reader.skip(kSignatureBytes);
  std::string_view type;
  while (type != "IEND") {
    size_t offset = reader.position();
    uint32_t length = reader.u32_be();
    type = reader.take(4).text();
    ByteSpan data = reader.take(length);
    reader.skip(4);
    bool is_name = std::all_of(type.begin(), type.end(), [](char c) {
      return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    });
    if (reader.failed() || length > kMostChunkBytes || !is_name ||
        (offset == kSignatureBytes) != (type == "IHDR"))
      throw_error<MetadataError>(
          "{}: damaged or cut at byte {}; a copy is only made of a file whose chunks can be "
          "followed to the last",
          name, offset);
    visit({type, data, file.text().substr(offset, reader.position() - offset)});
  }
}

std::string chunk(std::string_view type, std::string_view data) {
  std::string out;
  auto put = [&](uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
  };
  put(static_cast<uint32_t>(data.size()));
  (out += type) += data;
  uLong sum =
      crc32(0, reinterpret_cast<const Bytef*>(out.data()) + 4, static_cast<uInt>(out.size() - 4));
  put(static_cast<uint32_t>(sum));
  return out;
}

// What shows the pixels as they are meant, animations included.
bool is_kept(std::string_view type) {
  constexpr std::string_view kKept[] = {"IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "cHRM",
                                        "sRGB", "iCCP", "cICP", "mDCV", "cLLI", "sBIT", "bKGD",
                                        "hIST", "pHYs", "sPLT", "acTL", "fcTL", "fdAT"};
  return std::find(std::begin(kKept), std::end(kKept), type) != std::end(kKept);
}

bool is_infotext(const Chunk& chunk) {
  bool is_text = chunk.type == "tEXt" || chunk.type == "zTXt" || chunk.type == "iTXt";
  return is_text && chunk.data.starts_with(std::string(kKeyword) + '\0');
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
  if (to_latin1(text, latin1)) return chunk("tEXt", key + latin1);
  return chunk("iTXt", key + std::string(4, '\0') + std::string(text));
}

}  // namespace

std::string strip_png(ByteSpan file, const std::string& name) {
  std::string out(file.sub(0, kSignatureBytes).text()), orientation;
  for_each_chunk(file, name, [&](const Chunk& found) {
    if (found.type != "eXIf") return;
    int turn = exif_orientation(found.data);
    orientation = turn == 1 ? "" : chunk("eXIf", orientation_exif(turn));
  });
  for_each_chunk(file, name, [&](const Chunk& found) {
    if (is_kept(found.type)) out += found.bytes;
    if (found.type == "IHDR") out += orientation;
  });
  return out;
}

std::string write_png(ByteSpan file, std::string_view infotext, const std::string& name) {
  std::string out(file.sub(0, kSignatureBytes).text());
  bool is_written = false;
  for_each_chunk(file, name, [&](const Chunk& found) {
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
