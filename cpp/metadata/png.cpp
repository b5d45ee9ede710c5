#include "metadata/png.h"

#include <zlib.h>

#include <algorithm>

#include "base/byte_reader.h"
#include "base/utf8.h"
#include "metadata/exif.h"
#include "metadata/inflate.h"
#include "metadata/text_encoding.h"

namespace img2prompt {
namespace {

constexpr size_t kSignatureBytes = 8;
constexpr uint32_t kMaxChunkBytes = 0x7FFFFFFF;  // the format's own limit

struct Chunk {
  std::string_view type;
  ByteSpan data;
  size_t offset;  // of its length field in the file
  bool whole;     // false: the file ends inside it
};

// "tEXt 'parameters' at byte 33"
std::string place(const Chunk& chunk, std::string_view keyword) {
  return fmt::format("{} {} at byte {}", chunk.type, quoted(keyword), chunk.offset);
}

// The part of `data` before the next NUL; `data` moves past that NUL. False when there is none.
bool take_until_nul(ByteSpan& data, std::string_view& taken) {
  size_t nul = data.text().find('\0');
  if (nul == std::string_view::npos) return false;
  taken = data.text().substr(0, nul);
  data = data.sub(nul + 1);
  return true;
}

bool inflate_text(const Chunk& chunk, std::string_view keyword, ByteSpan stream, std::string& text,
                  RawFields& out) {
  std::string what = place(chunk, keyword);
  if (!out.claim(0, what)) return false;
  size_t budget = out.text_budget();
  Inflated inflated = inflate_bounded(stream, budget);
  out.claim(std::min(inflated.produced, budget), what);
  if (inflated.end == Inflated::End::kTooLarge) {
    out.warn(fmt::format("{}: left out, it inflates beyond the {} bytes allowed", what, budget));
    return false;
  }
  if (inflated.end == Inflated::End::kDamaged && chunk.whole)
    out.warn(what + ": damaged compression; what could be inflated was kept");
  text = std::move(inflated.bytes);
  return !text.empty();
}

void read_text(const Chunk& chunk, RawFields& out) {
  ByteSpan data = chunk.data;
  std::string_view keyword;
  if (!take_until_nul(data, keyword)) {
    out.warn(fmt::format("{} at byte {}: no keyword; left out", chunk.type, chunk.offset));
    return;
  }
  std::string key = decode_utf8_or_latin1(ByteSpan(keyword)), inflated;
  bool is_utf8 = false, is_compressed = chunk.type == "zTXt";
  if (chunk.type == "iTXt") {
    ByteReader header(data);
    is_compressed = header.u8() != 0;
    header.u8();  // the compression method; 0, zlib, is the only one
    data = data.sub(header.position());
    std::string_view language, translated_keyword;
    if (!take_until_nul(data, language) || !take_until_nul(data, translated_keyword)) {
      out.warn(place(chunk, keyword) + ": incomplete header; left out");
      return;
    }
    is_utf8 = true;
  } else if (is_compressed) {
    data = data.sub(1);  // the compression method
  }
  if (is_compressed) {
    if (!inflate_text(chunk, keyword, data, inflated, out)) return;
    data = ByteSpan(std::string_view(inflated));
  } else if (!out.claim(data.size(), place(chunk, keyword))) {
    return;
  }
  out.add(chunk.type, std::move(key),
          is_utf8 ? repair_utf8(data.text()) : decode_utf8_or_latin1(data));
}

void read_chunk(const Chunk& chunk, RawFields& out) {
  if (chunk.type == "IHDR") {
    ByteReader reader(chunk.data);
    out.width = reader.u32_be();
    out.height = reader.u32_be();
  } else if (chunk.type == "eXIf") {
    parse_exif(chunk.data, out);
  } else {
    read_text(chunk, out);
  }
}

bool is_read(std::string_view type) {
  return type == "IHDR" || type == "tEXt" || type == "zTXt" || type == "iTXt" || type == "eXIf";
}

bool is_chunk_type(std::string_view type) {
  return std::all_of(type.begin(), type.end(),
                     [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); });
}

bool checksum_agrees(const Chunk& chunk, uint32_t stored) {
  uLong crc = crc32(0, reinterpret_cast<const Bytef*>(chunk.type.data()), 4);
  crc = crc32(crc, chunk.data.data(), static_cast<uInt>(chunk.data.size()));
  return crc == stored;
}

}  // namespace

void walk_png(ByteSpan file, RawFields& out) {
  ByteReader reader(file);
  reader.skip(kSignatureBytes);
  while (reader.remaining() > 0) {
    Chunk chunk;
    chunk.offset = reader.position();
    uint32_t length = reader.u32_be();
    chunk.type = reader.take(4).text();
    if (reader.failed()) break;
    if (length > kMaxChunkBytes || !is_chunk_type(chunk.type)) {
      out.warn(fmt::format("no chunk begins at byte {}; the rest was not read", chunk.offset));
      return;
    }
    if (chunk.type == "IEND") return;
    chunk.data = file.sub(reader.position(), length);
    reader.skip(length);
    uint32_t stored_checksum = reader.u32_be();
    chunk.whole = !reader.failed();
    if (!is_read(chunk.type)) continue;
    if (!chunk.whole)
      out.warn(fmt::format("{} at byte {}: the file ends inside it", chunk.type, chunk.offset));
    else if (!checksum_agrees(chunk, stored_checksum))
      out.warn(fmt::format("{} at byte {}: wrong checksum; read all the same", chunk.type,
                           chunk.offset));
    read_chunk(chunk, out);
  }
  out.warn("the file ends before its IEND chunk");
}

}  // namespace img2prompt
