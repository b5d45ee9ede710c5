#include "metadata/edit/gif.h"

#include <algorithm>
#include <functional>

#include "base/byte_reader.h"
#include "base/error.h"

namespace img2prompt::edit {
namespace {

constexpr uint8_t kExtension = 0x21, kImage = 0x2C, kTrailer = 0x3B;
constexpr uint8_t kControl = 0xF9, kComment = 0xFE, kApplication = 0xFF;
constexpr size_t kScreenBytes = 13, kMostSubBlockBytes = 255;

struct Block {
  uint8_t introducer;
  uint8_t label;           // of an extension
  ByteSpan first;          // its first sub-block
  std::string_view bytes;  // all of it
};

size_t colour_table_bytes(uint8_t flags) {
  return flags & 0x80 ? size_t{3} << ((flags & 7) + 1) : 0;
}

// Steps over a chain of sub-blocks; the first of them.
ByteSpan sub_blocks(ByteReader& reader) {
  ByteSpan first;
  for (bool is_first = true;; is_first = false) {
    uint8_t length = reader.u8();
    if (length == 0) return first;
    ByteSpan part = reader.take(length);
    if (is_first) first = part;
  }
}

// The screen's description with its colours: what stands before the first block.
size_t first_block(ByteSpan file) {
  constexpr size_t kFlags = 10;
  return kScreenBytes + (file.size() > kFlags ? colour_table_bytes(file[kFlags]) : 0);
}

// Calls `visit` for every block up to the trailer.
void for_each_block(ByteSpan file, const std::string& name,
                    const std::function<void(const Block&)>& visit) {
  ByteReader reader(file);
  reader.seek(first_block(file));
  for (uint8_t introducer = 0; introducer != kTrailer;) {
    size_t offset = reader.position();
    introducer = reader.u8();
    Block block{introducer, 0, {}, {}};
    if (introducer == kExtension) {
      block.label = reader.u8();
      block.first = sub_blocks(reader);
    } else if (introducer == kImage) {
      reader.skip(8);
      reader.skip(colour_table_bytes(reader.u8()));
      reader.skip(1);  // LZW's code size
      sub_blocks(reader);
    }
    bool is_known = introducer == kExtension || introducer == kImage || introducer == kTrailer;
    if (reader.failed() || !is_known)
      throw_error<MetadataError>(
          "{}: damaged or cut at byte {}; a copy is only made of a file whose blocks can be "
          "followed to the last",
          name, offset);
    block.bytes = file.text().substr(offset, reader.position() - offset);
    visit(block);
  }
}

// Of the extensions, what times and loops an animation, and the colour profile.
bool is_kept(const Block& block) {
  if (block.introducer != kExtension || block.label == kControl) return true;
  constexpr std::string_view kKept[] = {"NETSCAPE2.0", "ANIMEXTS1.0", "ICCRGBG1012"};
  return block.label == kApplication &&
         std::find(std::begin(kKept), std::end(kKept), block.first.text()) != std::end(kKept);
}

std::string comment_extension(std::string_view text) {
  std::string out = "!\xFE";
  for (size_t i = 0; i < text.size(); i += kMostSubBlockBytes) {
    std::string_view part = text.substr(i, kMostSubBlockBytes);
    (out += static_cast<char>(part.size())) += part;
  }
  return out + '\0';
}

}  // namespace

std::string strip_gif(ByteSpan file, const std::string& name) {
  std::string out(file.sub(0, first_block(file)).text());
  for_each_block(file, name, [&](const Block& block) {
    if (is_kept(block)) out += block.bytes;
  });
  return out;
}

std::string write_gif(ByteSpan file, std::string_view infotext, const std::string& name) {
  std::string out(file.sub(0, first_block(file)).text());
  out.replace(0, 6, "GIF89a");  // comments came with that version
  out += comment_extension(infotext);
  for_each_block(file, name, [&](const Block& block) {
    if (block.introducer != kExtension || block.label != kComment) out += block.bytes;
  });
  return out;
}

}  // namespace img2prompt::edit
