#include "metadata/edit/webp.h"

#include <functional>

#include "base/error.h"
#include "metadata/container.h"
#include "metadata/edit/exif.h"
#include "metadata/edit/hidden.h"
#include "metadata/edit/webp_chunks.h"

namespace img2prompt::edit {
namespace {

constexpr uint8_t kHasExif = 0x08, kHasXmp = 0x04, kHasAlpha = 0x10;

bool is_bitstream(std::string_view type) { return type == "VP8 " || type == "VP8L"; }

bool is_kept(std::string_view type) {
  return is_bitstream(type) || type == "VP8X" || type == "ICCP" || type == "ANIM" ||
         type == "ANMF" || type == "ALPH";
}

// The VP8X chunk as it is but for its flags.
std::string extended_header(ByteSpan data, uint8_t set, uint8_t cleared) {
  std::string out(data.text());
  if (!out.empty()) out[0] = static_cast<char>((data[0] & ~cleared) | set);
  return riff_chunk("VP8X", out);
}

// One for a file that has none; `has_alpha` as the bitstream says.
std::string new_header(uint32_t width, uint32_t height, uint8_t flags) {
  return riff_chunk("VP8X", std::string(1, static_cast<char>(flags)) + std::string(3, '\0') +
                                little_endian(width - 1, 3) + little_endian(height - 1, 3));
}

bool states_alpha(const RiffChunk& bitstream) {
  constexpr size_t kAlphaByte = 4;  // of VP8L's header, whose bit 28 after the first byte it is
  return bitstream.type == "VP8L" && bitstream.data.size() > kAlphaByte &&
         (bitstream.data[kAlphaByte] & 0x10) != 0;
}

std::string exif_block(ByteSpan file, const std::string& name) {
  std::string out;
  for_each_riff_chunk(file, name, [&](const RiffChunk& found) {
    if (found.type == "EXIF") out = std::string(found.data.text());
  });
  return out;
}

bool has_extended_header(ByteSpan file) { return file.sub(kRiffHeaderBytes).starts_with("VP8X"); }

// The chunks that pass `keep`, with EXIF (which may be empty) behind the picture and the header's
// flags to match.
std::string with_exif(ByteSpan file, const std::string& name, const std::string& exif,
                      const std::function<bool(std::string_view)>& keep, uint8_t cleared) {
  bool is_extended = has_extended_header(file);
  uint8_t flags = exif.empty() ? 0 : kHasExif;
  std::string header, body, behind;
  for_each_riff_chunk(file, name, [&](const RiffChunk& found) {
    if (found.type == "EXIF" || !keep(found.type)) return;
    if (found.type == "VP8X") {
      if (header.empty()) header = extended_header(found.data, flags, cleared);
    } else {
      (found.type == "XMP " ? behind : body) += found.bytes;
    }
    if (is_bitstream(found.type) && !is_extended && states_alpha(found)) flags |= kHasAlpha;
  });
  if (!exif.empty() && !is_extended) {
    RawFields raw = parse_container(file, name);
    if (raw.width == 0 || raw.height == 0)
      throw_error<MetadataError>("{}: its picture does not state a size", name);
    header = new_header(raw.width, raw.height, flags);
  }
  return webp_file(header + body + (exif.empty() ? "" : riff_chunk("EXIF", exif)) + behind);
}

}  // namespace

std::string strip_webp(ByteSpan file, const std::string& name) {
  std::string block = exif_block(file, name);
  int turn = exif_orientation(ByteSpan(std::string_view(block)));
  return clear_hidden_webp(
      with_exif(file, name, turn == 1 ? "" : orientation_exif(turn), is_kept, kHasExif | kHasXmp),
      name);
}

std::string write_webp(ByteSpan file, std::string_view infotext, const std::string& name) {
  std::string block = exif_block(file, name);
  return with_exif(
      file, name, exif_with_comment(ByteSpan(std::string_view(block)), infotext),
      [](std::string_view) { return true; }, 0);
}

}  // namespace img2prompt::edit
