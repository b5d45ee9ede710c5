#include "metadata/png.h"

#include <zlib.h>

#include <algorithm>

#include "base/byte_reader.h"
#include "base/utf8.h"
#include "metadata/c2pa.h"
#include "metadata/exif.h"
#include "metadata/inflate.h"
#include "metadata/limits.h"
#include "metadata/png_profile.h"
#include "metadata/text_encoding.h"
#include "metadata/xmp.h"

namespace img2prompt {
namespace {

constexpr size_t kSignatureBytes = 8, kLengthBytes = 4, kTypeBytes = 4, kChecksumBytes = 4;
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
  } else if (!out.claim(data.size())) {
    return out.refuse(data.size(), place(chunk, keyword));
  }
  bool is_xmp = is_utf8 && key == "XML:com.adobe.xmp";
  std::string text = is_utf8 ? repair_utf8(data.text()) : decode_utf8_or_latin1(data);
  if (is_xmp) parse_xmp(text, out);
  if (read_png_profile(key, text, out)) return;
  out.add(chunk.type, std::move(key), std::move(text));
}

void read_chunk(const Chunk& chunk, RawFields& out) {
  if (chunk.type == "IHDR") {
    ByteReader reader(chunk.data);
    out.width = reader.u32_be();
    out.height = reader.u32_be();
  } else if (chunk.type == "eXIf") {
    parse_exif(chunk.data, out);
  } else if (chunk.type == "caBX") {
    parse_c2pa(chunk.data, out);
  } else {
    read_text(chunk, out);
  }
}

bool is_read(std::string_view type) {
  return type == "IHDR" || type == "tEXt" || type == "zTXt" || type == "iTXt" || type == "eXIf" ||
         type == "caBX" || type == "comf";  // the latter as tEXt, in ComfyUI's animations
}

bool is_chunk_type(std::string_view type) {
  return std::all_of(type.begin(), type.end(),
                     [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); });
}

// `body` is the chunk from its type to its checksum, as far as it is there.
bool checksum_agrees(ByteSpan body, size_t length) {
  ByteReader stored(body.sub(kTypeBytes + length));
  return crc32(0, body.data(), static_cast<uInt>(kTypeBytes + length)) == stored.u32_be();
}

// Takes memory for as much of the chunk as is there.
void read_chunk_at(FileWindow& file, size_t offset, size_t length, RawFields& out) {
  ByteSpan body = file.view(offset + kLengthBytes, kTypeBytes + length + kChecksumBytes);
  Chunk chunk{body.sub(0, kTypeBytes).text(), body.sub(kTypeBytes, length), offset,
              body.size() == kTypeBytes + length + kChecksumBytes};
  if (!chunk.whole)
    out.warn(fmt::format("{} at byte {}: the file ends inside it", chunk.type, offset));
  else if (!checksum_agrees(body, length))
    out.warn(fmt::format("{} at byte {}: wrong checksum; read all the same", chunk.type, offset));
  read_chunk(chunk, out);
}

// True where the file ends as a picture ends whose pixels begin with this chunk: chunks of the same
// size, a last one, and as many bytes as IEND takes. What stands between the first and the last
// chunk of pixels can be none but pixels, so walking over them would tell no more.
bool pixels_reach_the_end(FileWindow& file, size_t offset, size_t length) {
  constexpr size_t kHeaderBytes = kLengthBytes + kTypeBytes;
  const size_t step = kHeaderBytes + length + kChecksumBytes,
               end_chunk = kHeaderBytes + kChecksumBytes;
  if (length == 0 || file.size() < offset + step + end_chunk) return false;
  const size_t pixel_bytes = file.size() - end_chunk - offset,
               last = (pixel_bytes - 1) / step * step;  // where the last chunk begins
  ByteSpan last_header = file.view(offset + last, kHeaderBytes);
  ByteReader reader(last_header);
  size_t last_bytes = reader.u32_be() + kHeaderBytes + kChecksumBytes;
  return reader.take(kTypeBytes).text() == "IDAT" && last_bytes == pixel_bytes - last;
}

}  // namespace

void walk_png(FileWindow& file, RawFields& out) {
  size_t offset = kSignatureBytes;
  while (offset < file.size()) {
    ByteSpan header_bytes = file.view(offset, kLengthBytes + kTypeBytes);
    ByteReader header(header_bytes);
    uint32_t length = header.u32_be();
    std::string type(header.take(kTypeBytes).text());
    if (header.failed()) break;
    if (length > kMaxChunkBytes || !is_chunk_type(type)) {
      out.warn(fmt::format("no chunk begins at byte {}; the rest was not read", offset));
      return;
    }
    if (type == "IEND") return;
    size_t there = std::min(size_t{length}, file.size() - offset - kLengthBytes - kTypeBytes);
    if (is_read(type) && there > kMaxTextChunkBytes)
      out.warn(fmt::format("{} at byte {}: left out, its {} bytes exceed the {} allowed", type,
                           offset, there, kMaxTextChunkBytes));
    else if (is_read(type))
      read_chunk_at(file, offset, length, out);
    else if (type == "IDAT" && !out.fields.empty() && pixels_reach_the_end(file, offset, length))
      return;
    offset += kLengthBytes + kTypeBytes + size_t{length} + kChecksumBytes;
  }
  out.warn("the file ends before its IEND chunk");
}

}  // namespace img2prompt
