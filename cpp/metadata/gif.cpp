#include "metadata/gif.h"

#include <string>
#include <string_view>

#include "base/byte_reader.h"
#include "metadata/c2pa.h"
#include "metadata/limits.h"
#include "metadata/text_encoding.h"
#include "metadata/xmp.h"

namespace img2prompt {
namespace {

using namespace std::string_view_literals;

constexpr uint8_t kExtension = 0x21, kImage = 0x2C, kTrailer = 0x3B, kComment = 0xFE,
                  kApplication = 0xFF;

size_t colour_table_bytes(uint8_t flags) {
  return flags & 0x80 ? size_t{3} << ((flags & 7) + 1) : 0;
}

// A chain of sub-blocks, each a length and that many bytes, ended by an empty one. Joined into
// `text`, up to a little more than a field may have, where that is given; else stepped over.
void sub_blocks(ByteReader& reader, std::string* text) {
  while (uint8_t length = reader.u8()) {
    ByteSpan part = reader.take(length);
    if (text && text->size() <= kMaxFieldBytes) text->append(part.text());
  }
}

// An application extension, from its name on. XMP's packet lies there without lengths of
// sub-blocks; a trailer of descending bytes leads a reader that takes its bytes for lengths to the
// end.
void read_application(ByteReader& reader, ByteSpan file, RawFields& out) {
  constexpr std::string_view kTrailerBegin = "\x01\xFF\xFE"sv;
  size_t offset = reader.position();
  ByteSpan name = reader.take(reader.u8());
  bool is_xmp = name.starts_with("XMP DataXMP"sv), is_c2pa = name.starts_with("C2PA_GIF"sv);
  size_t begin = reader.position();
  std::string blocks;
  sub_blocks(reader, is_c2pa ? &blocks : nullptr);
  if (is_c2pa) parse_c2pa(ByteSpan(std::string_view(blocks)), out);
  if (!is_xmp) return;
  if (reader.failed())
    out.warn(fmt::format("the file ends inside the application extension at byte {}", offset));
  std::string_view packet = file.sub(begin, reader.position() - begin).text();
  read_xmp(ByteSpan(packet.substr(0, packet.find(kTrailerBegin))), out);
}

void read_comment(ByteReader& reader, RawFields& out) {
  size_t offset = reader.position();
  std::string text;
  sub_blocks(reader, &text);
  if (reader.failed()) out.warn(fmt::format("the file ends inside the comment at byte {}", offset));
  if (out.claim(text.size(), "GIF comment"))
    out.add("GIF", "comment", decode_utf8_or_latin1(without_trailing_nuls(ByteSpan(text))));
}

}  // namespace

void walk_gif(ByteSpan file, RawFields& out) {
  ByteReader reader(file);
  reader.skip(6);
  uint16_t width = reader.u16_le(), height = reader.u16_le();
  uint8_t flags = reader.u8();
  reader.skip(2);
  if (reader.failed()) return;
  out.width = width;
  out.height = height;
  reader.skip(colour_table_bytes(flags));
  while (reader.remaining() > 0) {
    size_t offset = reader.position();
    uint8_t introducer = reader.u8();
    if (introducer == kTrailer) return;
    if (introducer == kExtension) {
      uint8_t label = reader.u8();
      if (label == kComment)
        read_comment(reader, out);
      else if (label == kApplication)
        read_application(reader, file, out);
      else
        sub_blocks(reader, nullptr);
    } else if (introducer == kImage) {
      reader.skip(8);
      reader.skip(colour_table_bytes(reader.u8()));
      reader.u8();  // LZW's code size
      sub_blocks(reader, nullptr);
    } else {
      out.warn(fmt::format("no block begins at byte {}; the rest was not read", offset));
      return;
    }
  }
  out.warn("the file ends before its trailer");
}

}  // namespace img2prompt
