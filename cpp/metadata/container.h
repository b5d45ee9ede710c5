// What a picture file holds beside its pixels, as found: every text field with its place, in the
// file's order. No pixel is decoded.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/byte_span.h"

namespace img2prompt {

class FileWindow;

enum class Container { kPng, kJpeg, kWebp, kGif, kBmp, kTiff, kAvif, kHeif, kJxl };

std::string_view container_name(Container container);  // "png", "jpeg", "webp", "gif", "bmp", ...

struct RawField {
  // "tEXt", "zTXt", "iTXt", "comf", "EXIF", "XMP", "IPTC", "C2PA", "COM" (JPEG), "GIF", "stealth"
  std::string source;
  std::string key;    // a PNG keyword, an EXIF tag's name, "packet" or an XMP property; UTF-8
  std::string value;  // UTF-8, well formed
};

struct RawFields {
  Container container = Container::kPng;
  uint32_t width = 0, height = 0;  // as stored, before any EXIF turn; 0 = not stated
  std::vector<RawField> fields;
  std::vector<std::string> warnings;  // one line each: the damaged part, and what became of it

  // The last field of that key among PNG's text chunks and hidden records (`key` as in
  // "parameters"), or null.
  const std::string* png_text(std::string_view key) const;
  // The last field of that source and key, or null.
  const std::string* find(std::string_view source, std::string_view key) const;

  // Takes `bytes` from the file's text budget before they are decoded; false (with a warning that
  // names `what`) where a field or the whole file would exceed its limit.
  bool claim(size_t bytes, std::string_view what);
  bool claim(size_t bytes);                          // the same without the warning,
  void refuse(size_t bytes, std::string_view what);  // which is this one
  size_t text_budget() const;                        // what one more field may take

  void add(std::string_view source, std::string key, std::string value);
  void warn(std::string line);

 private:
  size_t claimed_ = 0;
};

// A keyword or tag of the file inside a warning: printable, short, in quotes.
std::string quoted(std::string_view name);

// Which container the bytes begin as, by content alone; false when none of the known ones.
bool sniff_container(ByteSpan bytes, Container& container);

// Walks the whole file. `name` stands in messages for it. Throws MetadataError where the bytes are
// no picture, or end before they state a size or hold a field; lesser damage becomes a warning.
RawFields parse_container(FileWindow& file, const std::string& name);
RawFields parse_container(ByteSpan bytes, const std::string& name);

}  // namespace img2prompt
